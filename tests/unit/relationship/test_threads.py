"""Which mails belong together, and which answers which, whatever order they come in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.relationship.activity import Activity, Kind, Participant, Role, Side, State
from services.relationship.response_clock import clock
from services.relationship.tenant_settings import BusinessHours, TenantSettings
from services.relationship.threads import Mail, placed, plain_subject, tokens

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
ALL_HOURS = clock(TenantSettings())
HOUR_MS = 3_600_000


def mail(name: str, hours: float, side: Side, *shared: str) -> Mail:
    return Mail(name, MONDAY + timedelta(hours=hours), side, shared)


def sent(subject: str = "", receiver: str = "b@x", **fields: object) -> Activity:
    people = (Participant("a@x", Role.FROM), Participant(receiver))
    given_fields = {"subject": subject} | fields
    return Activity("id", Kind.EMAIL, State.COMPLETED, MONDAY, 0, people, **given_fields)


def share(one: Activity, other: Activity) -> bool:
    return bool(set(tokens(one)) & set(tokens(other)))


def test_mails_without_ids_are_one_thread_within_a_quarter_alone() -> None:
    def at(month: int, day: int, **fields: object) -> Activity:
        return replace(sent("Report", **fields), started_at=datetime(2026, month, day, 12, tzinfo=UTC))

    assert share(at(4, 1), at(6, 30))
    assert not share(at(3, 31), at(4, 1))
    assert not share(at(4, 1), replace(at(4, 1), started_at=datetime(2027, 4, 1, 12, tzinfo=UTC)))
    assert share(at(3, 31, message_id="q"), at(4, 1, in_reply_to="q"))


def test_a_turn_waits_from_its_first_mail_to_the_next_of_the_other_side() -> None:
    mails = [
        mail("q1", 0, Side.OWN, "t"),
        mail("q2", 2, Side.OWN, "t"),
        mail("r", 5, Side.CUSTOMER, "t"),
        mail("q3", 6, Side.OWN, "t"),
    ]
    for order in permutations(mails):
        places = placed(order, elapsed_ms=ALL_HOURS)
        assert {name: (place.opens_turn, place.answer_ms) for name, place in places.items()} == {
            "q1": (True, 5 * HOUR_MS),
            "q2": (False, None),
            "r": (True, HOUR_MS),
            "q3": (True, None),
        }
        assert {place.thread for place in places.values()} == {"q1"}


def test_a_late_mail_joins_two_threads() -> None:
    apart = [mail("a", 0, Side.OWN, "x"), mail("b", 1, Side.CUSTOMER, "y")]
    assert {place.thread for place in placed(apart, elapsed_ms=ALL_HOURS).values()} == {"a", "b"}
    joined = placed([*apart, mail("c", 2, Side.OWN, "x", "y")], elapsed_ms=ALL_HOURS)
    assert {place.thread for place in joined.values()} == {"a"}
    assert joined["a"].answer_ms == HOUR_MS


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20), st.sampled_from(list(Side)[:2]), st.sets(st.sampled_from("vwxyz"), min_size=1)
        ),
        max_size=9,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_arrival_says_nothing(
    given_mails: list[tuple[int, Side, set[str]]], chance: Random
) -> None:
    mails = [
        mail(f"m{n}", hours, side, *sorted(shared)) for n, (hours, side, shared) in enumerate(given_mails)
    ]
    right = placed(mails, elapsed_ms=ALL_HOURS)
    chance.shuffle(mails)
    assert placed(mails, elapsed_ms=ALL_HOURS) == right


def test_ids_join_and_subjects_do_where_no_id_is_named() -> None:
    assert share(sent("Prices", message_id="m1"), sent("Other", in_reply_to="m1"))
    assert share(sent("Prices", message_id="m1"), sent("Other", references=("m0", "m1")))
    assert share(sent("Prices"), sent("Re: SV: prices "))
    assert share(sent("x", thread_id="t"), sent("y", thread_id="t"))
    assert not share(sent("Prices"), sent("Prices", receiver="c@x"))
    assert not share(sent("Prices"), sent("Prices", in_reply_to="m9"))
    assert tokens(sent("")) == ()


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Re: Fwd: Hi", "hi"),
        ("RE[2]: Hi", "hi"),
        ("回复\uff1a报价", "报价"),
        ("Result: good", "result: good"),
        (" a  B ", "a b"),
    ],
)
def test_plain_subjects(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (10, 12, 2),
        (6, 10, 1),
        (16, 24 + 10, 2),
        (4 * 24 + 16, 7 * 24 + 10, 2),
        (5 * 24 + 10, 5 * 24 + 12, 0),
    ],
)
def test_business_hours(start: float, end: float, hours: float) -> None:
    week = BusinessHours(9 * 60, 17 * 60, (1, 2, 3, 4, 5))
    elapsed_ms = clock(TenantSettings(business_hours=week))
    assert elapsed_ms(MONDAY + timedelta(hours=start), MONDAY + timedelta(hours=end)) == hours * HOUR_MS


def test_an_hour_that_is_skipped_is_no_business_hour() -> None:
    always = BusinessHours(0, 24 * 60, (1, 2, 3, 4, 5, 6, 7))
    elapsed_ms = clock(TenantSettings(business_hours=always, time_zone="Europe/Copenhagen"))
    spring = datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert elapsed_ms(spring, spring + timedelta(hours=23)) == 23 * HOUR_MS
