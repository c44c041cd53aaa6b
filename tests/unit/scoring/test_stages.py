"""Stages: which one an opportunity is in, how long it was in each, and what counts as closed in the last one."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.common.errors import LeadlightError, Reason
from services.scoring.stages import (
    StageEntry,
    StageOptions,
    days_since,
    present_stage,
    present_stage_rows,
    require_last_stage,
    stays_from_columns,
    stays_of,
)

NAN = float("nan")
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY_S = 86_400.0


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def seconds(*days: float) -> np.ndarray:
    return np.array([START.timestamp() + each * DAY_S for each in days])


ENTRIES = (StageEntry("Qualify", at(0)), StageEntry("Develop", at(10)), StageEntry("Propose", at(30)))


@pytest.mark.parametrize(
    ("day", "stage"),
    [(-1, None), (0, "Qualify"), (9.9, "Qualify"), (10, "Develop"), (30, "Propose"), (400, "Propose")],
)
def test_the_present_stage_is_the_last_one_entered_by_now(day: float, stage: str | None) -> None:
    found = present_stage(ENTRIES, at(day))
    assert (found.name if found else None) == stage


def test_of_stages_entered_at_one_moment_the_later_entry_is_the_present_one() -> None:
    same = (StageEntry("Qualify", at(1)), StageEntry("Develop", at(1)))
    found = present_stage(same, at(1))
    assert found is not None
    assert found.name == "Develop"


@pytest.mark.parametrize(("days", "whole"), [(0.0, 0.0), (0.99, 0.0), (1.0, 1.0), (41.7, 41.0)])
def test_time_in_a_stage_is_in_whole_days(days: float, whole: float) -> None:
    assert days_since(START, at(days)) == whole


def test_a_closed_opportunity_was_in_each_stage_until_the_next_one_or_its_close() -> None:
    stays = stays_of([ENTRIES, ENTRIES[:1], ()], seconds(35, 7, 9))
    assert stays.last.tolist() == ["Propose", "Qualify", ""]
    assert stays.days["Qualify"].tolist() == pytest.approx([10, 7, NAN], nan_ok=True)
    assert stays.days["Develop"].tolist() == pytest.approx([20, NAN, NAN], nan_ok=True)
    assert stays.days["Propose"].tolist() == pytest.approx([5, NAN, NAN], nan_ok=True)


def test_of_a_stage_that_it_came_back_to_the_last_visit_counts() -> None:
    back = (*ENTRIES[:2], StageEntry("Qualify", at(12)))
    stays = stays_of([back], seconds(15))
    assert stays.last.tolist() == ["Qualify"]
    assert stays.days["Qualify"].tolist() == pytest.approx([3])
    assert stays.days["Develop"].tolist() == pytest.approx([2])


def test_a_stage_entered_after_the_close_was_not_entered() -> None:
    stays = stays_of([ENTRIES], seconds(20))
    assert stays.last.tolist() == ["Develop"]
    assert stays.days["Develop"].tolist() == pytest.approx([10])
    assert np.isnan(stays.days["Propose"]).all()


def test_columns_give_the_same_stays_as_entries() -> None:
    entered = {
        "Qualify": seconds(0, 0, NAN, 5),
        "Develop": seconds(10, NAN, NAN, 5),
        "Propose": seconds(30, NAN, NAN, NAN),
    }
    closed = seconds(35, 7, 9, 6)
    from_columns = stays_from_columns(entered, closed)
    moved = (StageEntry("Qualify", at(5)), StageEntry("Develop", at(5)))
    from_entries = stays_of([ENTRIES, ENTRIES[:1], (), moved], closed)
    assert from_columns.last.tolist() == from_entries.last.tolist() == ["Propose", "Qualify", "", "Develop"]
    for stage in entered:
        np.testing.assert_allclose(from_columns.days[stage], from_entries.days[stage])


def test_without_closing_times_the_last_stay_counts_as_none() -> None:
    stays = stays_from_columns({"Qualify": seconds(0, 1), "Develop": seconds(4, NAN)}, None)
    assert stays.days["Qualify"].tolist() == pytest.approx([4, 0])
    assert stays.days["Develop"].tolist() == pytest.approx([0, NAN], nan_ok=True)
    assert stays.last.tolist() == ["Develop", "Qualify"]


def test_rows_of_a_table_are_in_the_stage_that_entries_say() -> None:
    entered = {"Qualify": seconds(0, 0, NAN, 5), "Develop": seconds(10, 99, NAN, 5)}
    place, days = present_stage_rows(entered, at(41.5).timestamp())
    assert place.tolist() == [1, 0, -1, 1]
    assert days.tolist() == pytest.approx([31, 41, NAN, 36], nan_ok=True)


def test_39_closed_in_the_last_stage_are_refused_and_40_pass() -> None:
    require_last_stage(40, "Close")
    with pytest.raises(LeadlightError, match="there are 39") as refusal:
        require_last_stage(39, "Close")
    assert refusal.value.reason is Reason.TOO_FEW_CLOSED_RECORDS
    assert refusal.value.metadata == {"closed_in_last_stage": "39", "minimum": "40"}


def test_an_attribute_applies_everywhere_unless_it_is_said_where() -> None:
    options = StageOptions(("Qualify", "Close"), (("discount", ("Close",)), ("region", ("Qualify", "Close"))))
    assert options.left_out("Qualify") == {"discount"}
    assert options.left_out("Close") == frozenset()
