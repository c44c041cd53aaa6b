"""The models in one worker's memory: looked up when due, loaded once, let go when there are too many."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.common.db import Database, utc_now
from services.common.db.migrations import migrate
from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.scoring import model_store
from services.scoring import shelf as shelf_module
from services.scoring.files import ServiceFiles
from services.scoring.grades import DEFAULT_RANGES
from services.scoring.records import ReasonDetail, WantedReasons
from services.scoring.shelf import FRESH_S, ModelShelf
from tests.integration.scoring.world import HOT, install

TENANT = "acme"
LEAD = RecordKind.LEAD


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[ModelShelf]:
    url = f"sqlite:///{tmp_path}/scoring.db"
    migrate(url, service="scoring")
    db = Database(url, service="scoring")
    yield ModelShelf(db, ServiceFiles(tmp_path), capacity=2)
    db.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Time that passes when it is told to."""

    class Clock:
        now_s = 1000.0

        def monotonic(self) -> float:
            return self.now_s

    made = Clock()
    monkeypatch.setattr(shelf_module, "time", made)
    return made


def published(shelf: ModelShelf) -> list[str]:
    return [f"models/{each.model.model_id}" for each in shelf.published(TENANT, LEAD)]


def test_a_first_model_is_seen_at_once_and_a_further_one_within_a_second(
    shelf: ModelShelf, clock: Any
) -> None:
    assert published(shelf) == []
    first = install(shelf.db, shelf.files, TENANT)
    assert published(shelf) == [first]
    second = install(shelf.db, shelf.files, TENANT)
    clock.now_s += FRESH_S / 2
    assert published(shelf) == [first]
    clock.now_s += FRESH_S
    assert published(shelf) == [second, first]


def test_what_was_published_here_is_seen_at_once(shelf: ModelShelf, clock: Any) -> None:
    install(shelf.db, shelf.files, TENANT)
    published(shelf)
    second = install(shelf.db, shelf.files, TENANT)
    shelf.forget(TENANT, LEAD)
    assert published(shelf)[0] == second
    assert clock.now_s == 1000.0


def test_a_model_is_loaded_once_and_the_one_not_used_longest_is_let_go(shelf: ModelShelf) -> None:
    names = [install(shelf.db, shelf.files, TENANT, publish=None).removeprefix("models/") for _ in range(3)]
    first = shelf.by_id(TENANT, LEAD, names[0])
    second = shelf.by_id(TENANT, LEAD, names[1])
    assert shelf.by_id(TENANT, LEAD, names[0]) is first
    shelf.by_id(TENANT, LEAD, names[2])
    assert shelf.by_id(TENANT, LEAD, names[0]) is first
    assert shelf.by_id(TENANT, LEAD, names[1]) is not second


def test_a_loaded_model_is_its_tenants_alone(shelf: ModelShelf) -> None:
    name = install(shelf.db, shelf.files, TENANT).removeprefix("models/")
    shelf.by_id(TENANT, LEAD, name)
    with pytest.raises(LeadlightError) as info:
        shelf.by_id("other", LEAD, name)
    assert info.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("kind", "code"),
    [(RecordKind.LEAD, "FAILED_PRECONDITION"), (RecordKind.OPPORTUNITY, "FAILED_PRECONDITION")],
)
def test_a_model_without_a_version_or_of_another_kind_cannot_score(
    shelf: ModelShelf, kind: RecordKind, code: str
) -> None:
    with shelf.db.write(TENANT) as session:
        model_store.add_model(session, "draft", LEAD, "Draft")
    with pytest.raises(LeadlightError) as info:
        shelf.by_id(TENANT, kind, "draft")
    assert info.value.code == code


def test_a_score_lists_blank_and_unknown_attributes(shelf: ModelShelf) -> None:
    name = install(shelf.db, shelf.files, TENANT).removeprefix("models/")
    model = shelf.by_id(TENANT, LEAD, name)
    now = utc_now()

    def score(values: dict[str, Any]) -> Any:
        return model.score(
            values,
            created_at=now - timedelta(days=1),
            now=now,
            ranges=DEFAULT_RANGES,
            wanted=WantedReasons(ReasonDetail.ALL),
        )

    assert score(HOT).blank_attributes == ()
    spaces = score({"source": " ", "budget": 0.0, "member": False, "zodiac": "fish"})
    assert (spaces.blank_attributes, spaces.ignored_attributes) == (("source",), ("zodiac",))
    assert sorted(score({}).blank_attributes) == ["budget", "member", "source"]
