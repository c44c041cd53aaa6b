"""kill -9 of the relationship service: an import that is sent again leaves what it would have left without."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.common.caller import LOCAL_CALLER
from services.relationship.activity import Activity, Derived, Side, Stored
from services.relationship.convert_activities import activity, activity_message
from tests.integration.relationship.inside import Inside, many_activities, some_records
from tests.integration.relationship.world import stream
from tests.integration.working import eventually
from tests.robustness.processes import Running, running
from tests.robustness.size import size
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(600)

ACTIVITIES = many_activities(size(600, 300))
CHUNK = 10
WRITERS = 2


def send(service: Running, activities: list[Activity], acknowledged: set[str]) -> None:
    """Imports chunk by chunk, each one again until it is acknowledged."""
    client = service.client()
    for start in range(0, len(activities), CHUNK):
        some = activities[start : start + CHUNK]
        request = stream(*(activity_message(Stored(each, unknown(each))) for each in some))
        (answer,) = service.call_until_answered(client, "ActivityService.ImportActivities", request)
        assert not any(result.status.code for result in answer.results)
        acknowledged.update(each.activity_id for each in some)


def unknown(given: Activity) -> Derived:
    """Nothing is known of an activity yet."""
    return Derived(tuple(Side.UNKNOWN for _ in given.participants), 1)


@pytest.mark.fault("kill -9 of a worker")
def test_kills_leave_the_numbers_of_an_import_without_them(
    tmp_path: Path, kept_at: str, tried: Tried
) -> None:
    local = Inside(kept_at, LOCAL_CALLER.tenant)
    local.keep(*some_records())
    acknowledged: set[str] = set()
    with running(tmp_path, kept_at, service="relationship") as service:
        half = len(ACTIVITIES) // WRITERS
        with ThreadPoolExecutor(WRITERS) as pool:
            writers = [
                pool.submit(send, service, ACTIVITIES[part * half :][::-1], acknowledged)
                for part in range(WRITERS)
            ]
            for share in (0.2, 0.5):
                least = share * len(ACTIVITIES)
                eventually(lambda least=least: len(acknowledged) >= least, 240)  # type: ignore[misc]
                service.workers()[0].kill()
            for each in writers:
                each.result()
    assert len(acknowledged) == len(ACTIVITIES)
    other = local.of("without-kills")
    other.keep(*some_records())
    # As they went over the wire: times in UTC, sides unsaid.
    other.take([activity(activity_message(Stored(each, unknown(each))), "") for each in ACTIVITIES])
    assert local.everything() == other.everything()
    tried(2, writes=len(acknowledged))
    local.db.close()
    other.db.close()
