"""Health from daily numbers is health from the activities themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.records import RecordKind, RecordRef
from services.relationship.activity import Kind
from services.relationship.contributions import LETTERS, MICRO, Counts
from services.relationship.health import TREND_DAYS, History, Touch
from services.relationship.membership import Record
from services.relationship.relationship_health import histories
from services.relationship.tenant_settings import TenantSettings

TODAY = 1000
SETTINGS = TenantSettings()
CONTACT = Record(RecordRef(RecordKind.CONTACT, "K"))

DONE = st.tuples(
    st.integers(300, TODAY), st.sampled_from(list(LETTERS)), st.booleans(), st.integers(-100, 100)
)


def by_day(done: list[tuple[int, Kind, bool, int]]) -> dict[int, Counts]:
    days: dict[int, Counts] = {}
    for day, kind, is_mutual, percent in done:
        counts = days.setdefault(day, {})
        number, felt = "ax" if is_mutual else "by"
        for part, added in ((number, 1), (felt, percent * MICRO // 100)):
            name = LETTERS[kind] + part
            counts[name] = counts.get(name, 0) + added
    return days


@given(st.lists(DONE, min_size=1, max_size=30), st.sampled_from([1, 7, 14, 30, 90]), st.floats(0, 400))
def test_days_add_up_to_what_their_activities_do(
    done: list[tuple[int, Kind, bool, int]], expected: int, ahead: float
) -> None:
    record = Record(CONTACT.ref, expected_days=expected)
    now, earlier = histories(by_day(done), None, TODAY, record, SETTINGS)
    for found, today in ((now, TODAY), (earlier, TODAY - TREND_DAYS)):
        touches = [
            Touch(float(today - day), SETTINGS.weights[kind], is_mutual, 1, percent / 100)
            for day, kind, is_mutual, percent in done
            if day <= today
        ]
        plain = History(touches, expected, None)
        assert (found.completed, found.gap_days) == (plain.completed, plain.gap_days)
        if touches:
            assert found.parts(ahead).value == pytest.approx(plain.parts(ahead).value, abs=1e-9)
            assert found.parts(ahead).weight_sum == pytest.approx(plain.parts(ahead).weight_sum, abs=1e-9)


def test_what_is_older_than_the_days_is_known_to_be_old() -> None:
    now, _ = histories({}, TODAY - 800, TODAY, CONTACT, SETTINGS)
    assert (now.completed, now.gap_days) == (1, 800)
    now, _ = histories({}, None, TODAY, CONTACT, SETTINGS)
    assert now.completed == 0


def test_the_customers_rate_is_of_the_days_known_then() -> None:
    days = {TODAY - 20: {"ea": 1, "qc": 2, "ac": 1}, TODAY: {"ea": 1, "qc": 1}}
    now, earlier = histories(days, None, TODAY, CONTACT, SETTINGS)
    assert now.response_rate == pytest.approx(1 / 3)
    assert earlier.response_rate == 0.5
