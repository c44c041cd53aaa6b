"""Callers at the same moment, at different workers: nothing that either adds is lost."""

import threading

import pytest

from tests.integration.relationship.inside import Inside, many_activities, some_records

WRITERS = 4


def test_writers_at_once_leave_what_one_after_the_other_would(inside: Inside) -> None:
    activities = many_activities(160)
    failures: list[BaseException] = []

    def write(part: int) -> None:
        own = Inside(inside.url, "at-once")
        try:
            own.take(activities[part::WRITERS], 5)
            if part == 0:
                own.keep(*some_records())
        except BaseException as error:
            failures.append(error)
        finally:
            own.db.close()

    threads = [threading.Thread(target=write, args=(part,)) for part in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        pytest.fail(str(failures))
    inside.keep(*some_records())
    inside.take(activities)
    at_once = inside.of("at-once")
    assert at_once.everything() == inside.everything()
    at_once.db.close()
