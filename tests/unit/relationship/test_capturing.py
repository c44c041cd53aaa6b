"""What of a mailbox is offered, and why the rest is not."""

from datetime import UTC, datetime

import pytest

from services.common.records import RecordKind, RecordRef
from services.relationship.activity import (
    Activity,
    AddressSet,
    Derived,
    Kind,
    OwnPeople,
    Participant,
    Role,
    State,
    Stored,
)
from services.relationship.capturing import MOST_RECORDS, Captured, Known, Standing, Verdict, verdict

ADA, BEN = "ada@own.example", "ben@own.example"
KIM, LEE, MAX = "kim@customer.example", "lee@customer.example", "max@elsewhere.example"
CONTACT = RecordRef(RecordKind.CONTACT, "K")
ACCOUNT, BRANCH = RecordRef(RecordKind.ACCOUNT, "A"), RecordRef(RecordKind.ACCOUNT, "B")
OURS = OwnPeople(frozenset({"own.example"}))
ACCOUNTS = {"customer.example": [BRANCH, ACCOUNT]}


def judged(
    *people: str,
    records: tuple[RecordRef, ...] = (),
    is_private: bool = False,
    tracked: str = "",
    ignored: str = "",
    excluded: AddressSet | None = None,
    own: OwnPeople = OURS,
) -> Verdict:
    activity = Activity(
        "m",
        Kind.EMAIL,
        State.COMPLETED,
        datetime(2026, 3, 2, tzinfo=UTC),
        0,
        tuple(Participant(each, Role.TO if place else Role.FROM) for place, each in enumerate(people)),
    )
    stored = Stored(activity, Derived(own.sides(activity.participants), 1, records=records))
    known = Known({tracked}, {ignored}, excluded or AddressSet(), ACCOUNTS)
    return verdict(Captured(activity, is_private), stored, known)


def test_a_known_contact_is_offered_with_the_records_it_counts_for() -> None:
    assert judged(KIM, ADA, records=(CONTACT,)) == Verdict(Standing.OFFERED, (CONTACT,))


def test_somebody_at_the_domain_of_an_account_is_likely() -> None:
    assert judged(ADA, LEE) == Verdict(Standing.OFFERED, (ACCOUNT, BRANCH), is_likely=True)


def test_who_is_known_is_offered_for_themselves_and_not_for_their_domain() -> None:
    assert judged(ADA, KIM, LEE, records=(CONTACT,)).records == (CONTACT,)


def test_offers_have_no_more_records_than_an_activity_may_be_about() -> None:
    many = tuple(RecordRef(RecordKind.CONTACT, f"{number:03}") for number in range(50))
    assert judged(ADA, KIM, records=many).records == many[:MOST_RECORDS]


def test_customers_among_themselves_are_not_likely() -> None:
    assert judged(KIM, LEE).standing is Standing.NO_CONTACT


def test_a_likely_contact_is_found_while_nobody_said_who_is_ours() -> None:
    assert judged("ada@somewhere.example", LEE, own=OwnPeople()).is_likely


@pytest.mark.parametrize(
    ("excluded", "standing"),
    [
        (AddressSet(addresses=frozenset({KIM})), Standing.EXCLUDED),
        (AddressSet(domains=frozenset({"customer.example"})), Standing.EXCLUDED),
        (AddressSet(domains=frozenset({"example"})), Standing.EXCLUDED),
        (AddressSet(addresses=frozenset({ADA})), Standing.EXCLUDED),
        (AddressSet(domains=frozenset({"er.example"})), Standing.OFFERED),
        (AddressSet(addresses=frozenset({LEE})), Standing.OFFERED),
    ],
)
def test_never_this_address_or_domain(excluded: AddressSet, standing: Standing) -> None:
    assert judged(KIM, ADA, records=(CONTACT,), excluded=excluded).standing is standing


@pytest.mark.parametrize(
    ("people", "given", "standing"),
    [
        ((ADA, BEN), {}, Standing.INTERNAL),
        ((ADA, MAX), {}, Standing.NO_CONTACT),
        ((ADA, "4512345678"), {}, Standing.NO_CONTACT),
        ((ADA, KIM), {"is_private": True}, Standing.PRIVATE),
        ((ADA, KIM), {"tracked": "m"}, Standing.TRACKED),
        ((ADA, KIM), {"ignored": "m"}, Standing.IGNORED),
        ((ADA, BEN), {"is_private": True}, Standing.PRIVATE),
        ((ADA, KIM), {"is_private": True, "tracked": "m"}, Standing.PRIVATE),
        ((ADA, KIM), {"tracked": "m", "ignored": "m"}, Standing.TRACKED),
        ((ADA, BEN), {"ignored": "m"}, Standing.IGNORED),
    ],
)
def test_the_first_reason_that_holds_is_given(
    people: tuple[str, ...], given: dict[str, object], standing: Standing
) -> None:
    assert judged(*people, **given) == Verdict(standing)  # type: ignore[arg-type]
