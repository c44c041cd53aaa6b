"""What the days of a record add up to: who initiated, ratios, most contacted, response times."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.relationship.activity import Activity, Derived, Kind, Participant, Role, Side, State, Stored
from services.relationship.contributions import record_counts
from services.relationship.window_totals import kind_totals, people, ratio, responses, totals

MINUTE_MS = 60_000


def counts(
    kind: Kind, sender: str, *to: str, answer_ms: int | None = None, opens_turn: bool = False
) -> dict[str, int]:
    """What an activity adds; a and b are ours, all others the customer's."""
    people = tuple(
        Participant(name, Role.TO if index else Role.FROM) for index, name in enumerate((sender, *to))
    )
    sides = tuple(Side.OWN if person.address in "ab" else Side.CUSTOMER for person in people)
    activity = Activity("id", kind, State.COMPLETED, datetime(2026, 3, 2, tzinfo=UTC), 0, people)
    return record_counts(
        Stored(activity, Derived(sides, 739_000, opens_turn=opens_turn, answer_ms=answer_ms))
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"), [(4, 2, 2.0), (2, 4, 0.5), (0, 4, None), (4, 0, None), (0, 0, None)]
)
def test_ratio_with_zero_on_one_side_is_no_data(ours: int, theirs: int, expected: float | None) -> None:
    assert ratio(ours, theirs) == expected


def test_who_initiated() -> None:
    days = [counts(Kind.MEETING, "a", "x")] * 2 + [
        counts(Kind.MEETING, "x", "a"),
        counts(Kind.EMAIL, "x", "a"),
    ]
    found = {each.kind: (each.from_us, each.from_customer) for each in kind_totals(totals(days))}
    assert found == {Kind.MEETING: (2, 1), Kind.EMAIL: (0, 1)}


def test_most_contacted() -> None:
    mails = [counts(Kind.EMAIL, "a", name) for name in "xxxyyz"]
    total = totals([*mails, counts(Kind.MEETING, "b", "y", "z")])
    theirs = people(total, Side.CUSTOMER)
    assert [(each.address, each.activities) for each in theirs] == [("x", 3), ("y", 3), ("z", 2)]
    assert theirs[1].kinds == {Kind.EMAIL: 2, Kind.MEETING: 1}
    assert [each.address for each in people(total, Side.OWN)] == ["a", "b"]


def answered(*times_ms: int | None) -> Counter[str]:
    """Turns of ours that the customer answered after so long, or did not."""
    return totals(counts(Kind.EMAIL, "a", "x", answer_ms=each, opens_turn=True) for each in times_ms)


def test_response_times() -> None:
    found = responses(answered(*(minutes * MINUTE_MS for minutes in range(1, 11)), None, None), Side.CUSTOMER)
    assert (found.received, found.answered, found.rate) == (12, 10, 10 / 12)
    assert found.mean_ms == found.median_ms == 5.5 * MINUTE_MS
    assert found.p90_ms == 9.5 * MINUTE_MS


def test_without_answers_there_is_a_rate_and_no_time() -> None:
    found = responses(answered(None), Side.CUSTOMER)
    assert (found.rate, found.mean_ms, found.median_ms, found.p90_ms) == (0.0, None, None, None)
    assert responses(Counter(), Side.CUSTOMER).rate is None


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_the_median_is_that_of_the_answers_to_three_digits(times_ms: list[int]) -> None:
    found = responses(answered(*times_ms), Side.CUSTOMER)
    ordered = sorted(times_ms)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    assert found.median_ms == pytest.approx(middle, rel=0.006, abs=501)
