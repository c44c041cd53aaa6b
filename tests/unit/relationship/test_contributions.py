"""What one activity adds to the daily numbers."""

from datetime import UTC, datetime

import pytest

from services.relationship.activity import (
    Activity,
    Derived,
    Kind,
    OwnPeople,
    Participant,
    Role,
    Side,
    State,
    Stored,
    from_json,
    normal_address,
    to_json,
)
from services.relationship.contributions import pair_counts, record_counts, rounded_s
from services.relationship.window_totals import Responses, responses

OWN = OwnPeople(frozenset({"own.example"}), frozenset({"+4530123456"}))
ADA, BEN, KIM, LEE = "ada@own.example", "ben@sub.own.example", "kim@x.example", "lee@x.example"


def stored(kind: Kind, sender: str, *others: str, minutes: int = 0, **fields: object) -> Stored:
    people = (Participant(sender, Role.FROM), *(Participant(each) for each in others))
    derived = {name: fields.pop(name) for name in ("opens_turn", "answer_ms") if name in fields}
    activity = Activity(
        "id", kind, State.COMPLETED, datetime(2026, 1, 1, tzinfo=UTC), minutes * 60_000, people, **fields
    )
    return Stored(activity, Derived(OWN.sides(people), 1, **derived))


def test_thirty_minutes_of_three_and_two_are_ninety_and_thirty() -> None:
    counts = record_counts(stored(Kind.MEETING, ADA, BEN, "+4530123456", KIM, LEE, minutes=30))
    assert (counts["mu"], counts["mc"]) == (90 * 60_000, 30 * 60_000)


def test_a_mail_is_five_and_two_and_a_half() -> None:
    sent = record_counts(stored(Kind.EMAIL, ADA, KIM, LEE))
    assert (sent["eu"], sent["ec"]) == (300_000, 150_000)
    received = record_counts(stored(Kind.EMAIL, KIM, ADA, BEN))
    assert (received["eu"], received["ec"]) == (2 * 150_000, 300_000)


def test_mutual_or_not() -> None:
    assert record_counts(stored(Kind.EMAIL, ADA, KIM))["eb"] == 1
    assert record_counts(stored(Kind.EMAIL, KIM, ADA))["ea"] == 1
    assert record_counts(stored(Kind.EMAIL, ADA, KIM, opens_turn=True, answer_ms=5))["ea"] == 1
    assert record_counts(stored(Kind.MEETING, ADA, KIM))["ma"] == 1
    assert record_counts(stored(Kind.TASK, ADA, KIM))["tb"] == 1


def test_what_did_not_take_place_counts_nothing() -> None:
    made = stored(Kind.MEETING, ADA, KIM)
    planned = Stored(
        Activity("id", Kind.MEETING, State.PLANNED, made.activity.started_at, 5, made.activity.participants),
        made.derived,
    )
    assert record_counts(planned) == {}
    assert list(pair_counts(planned)) == []


def test_pairs_of_a_mail_go_from_its_sender() -> None:
    pairs = [
        (day.sender, day.receiver, day.sides)
        for day, _ in pair_counts(stored(Kind.EMAIL, KIM, ADA, LEE, BEN))
    ]
    assert pairs == [(KIM, ADA, "co"), (KIM, LEE, "cc"), (KIM, BEN, "co")]
    assert list(pair_counts(stored(Kind.EMAIL, ADA, BEN))) == []


def test_pairs_of_a_meeting_are_all_across() -> None:
    pairs = {(day.sender, day.receiver) for day, _ in pair_counts(stored(Kind.MEETING, ADA, BEN, KIM, LEE))}
    assert pairs == {(ADA, KIM), (ADA, LEE), (BEN, KIM), (BEN, LEE)}


def test_a_crowd_ties_its_organiser_alone() -> None:
    crowd = [f"c{number}@x.example" for number in range(100)]
    assert len(list(pair_counts(stored(Kind.MEETING, ADA, BEN, *crowd)))) == 100


def test_nobody_is_known_without_own_people() -> None:
    nobody = OwnPeople()
    people = (Participant(ADA, Role.FROM), Participant(KIM))
    assert nobody.sides(people) == (Side.UNKNOWN, Side.UNKNOWN)
    told = (Participant(ADA, Role.FROM, Side.OWN), Participant(KIM))
    assert nobody.sides(told) == (Side.OWN, Side.CUSTOMER)


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        (" Kim@X.Example ", "kim@x.example"),
        ("<mailto:kim@x.example>", "kim@x.example"),
        ("+45 30 12 34 56", "+4530123456"),
        ("0045 (30) 123-456", "+4530123456"),
        ("57", "57"),
        ("EMP-4711", "emp-4711"),
        ("<>", ""),
    ],
)
def test_addresses(written: str, normal: str) -> None:
    assert normal_address(written) == normal


def test_what_is_kept_reads_back_with_the_same_digest() -> None:
    made = stored(Kind.PHONE_CALL, ADA, KIM, sentiment=-0.0).activity
    again = from_json(to_json(made))
    assert again == made
    assert again.digest() == made.digest()


@pytest.mark.parametrize(
    ("ms", "seconds"), [(0, 0), (499, 0), (500, 1), (999_000, 999), (1_234_000, 1230), (86_400_000, 86_400)]
)
def test_times_are_kept_to_three_digits(ms: int, seconds: int) -> None:
    assert rounded_s(ms) == seconds


def test_quantiles_of_times() -> None:
    counts = {"qc": 6, "ac": 4, "sc": 10_000_000, "hc:60": 1, "hc:120": 1, "hc:180": 1, "hc:3600": 1}
    assert responses(counts, Side.CUSTOMER) == Responses(6, 4, 2_500_000, 150_000, 3_600_000)
    assert responses({}, Side.OWN) == Responses(0, 0, None, None, None)
