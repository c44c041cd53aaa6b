"""A CRM's past of any size: who belongs to which record, and mails, meetings, calls and tasks of two years.

Mails come in conversations that both sides take turns in, meetings with several people; each contact has a seller of
its own. The same size gives the same activities.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from services.common.records import RecordKind, RecordRef
from services.relationship.activity import Activity, Kind, Participant, Role, State
from services.relationship.membership import Record, RecordState
from tests.load.leads import SEED

OWN = "own.example"
TODAY = datetime(2026, 3, 2, 18, tzinfo=UTC)
PER_CONTACT = 50
_DAYS = 730
_CONTACTS_A_SELLER = 40
_CONTACTS_AN_ACCOUNT = 5
_CONTACTS_A_DEAL = 8
_CLOSED_DEALS = 100
_MINUTES_A_DAY = 24 * 60
_SINGLE = (Kind.MEETING, Kind.PHONE_CALL, Kind.TASK)


@dataclass(frozen=True)
class Past:
    """Activities and the records that they count for.

    Attributes:
        contacts: How many contacts.
        activities: How many activities.
    """

    contacts: int
    activities: int

    def records(self) -> list[Record]:
        """Contacts, their accounts, and opportunities with one contact each; at any size as many are closed."""
        found = [
            Record(
                _ref(RecordKind.CONTACT, number),
                addresses=(_contact(number),),
                account=f"a{number // _CONTACTS_AN_ACCOUNT}",
            )
            for number in range(self.contacts)
        ]
        accounts = range(-(-self.contacts // _CONTACTS_AN_ACCOUNT))
        found += [
            Record(_ref(RecordKind.ACCOUNT, each), primary_contact=f"c{each * _CONTACTS_AN_ACCOUNT}")
            for each in accounts
        ]
        found += [
            Record(
                _ref(RecordKind.OPPORTUNITY, number),
                owner=self._seller(number),
                account=f"a{number // _CONTACTS_AN_ACCOUNT}",
                primary_contact=f"c{number}",
                attributes={"source": "referral" if number % 3 else "advert", "seats": float(number % 7)},
            )
            for number in range(0, self.contacts, _CONTACTS_A_DEAL)
        ]
        return found + [self._closed(number) for number in range(_CLOSED_DEALS)]

    def _closed(self, number: int) -> Record:
        is_won = number % 2 == 0
        contact = number % self.contacts
        return Record(
            RecordRef(RecordKind.OPPORTUNITY, f"closed{number}"),
            owner=self._seller(contact),
            primary_contact=f"c{contact}",
            state=RecordState.WON if is_won else RecordState.LOST,
            actual_close_at=TODAY - timedelta(days=number),
            attributes={"source": "referral" if is_won else "advert", "seats": float(number % 7)},
        )

    def stream(self) -> Iterator[Activity]:
        """All activities by time."""
        return (self._activity(row) for row in self._plan())

    def _plan(self) -> Sequence[tuple[int, int, int, int, int]]:
        """Minute, contact, number of its conversation, place in it, and what it is: -1 for a mail."""
        chance = np.random.default_rng(SEED)
        rows: list[tuple[int, int, int, int, int]] = []
        talk = 0
        while len(rows) < self.activities:
            contact = int(chance.integers(self.contacts))
            minute = int(chance.integers(_DAYS * _MINUTES_A_DAY))
            talk += 1
            if chance.random() < 0.3:
                rows.append((minute, contact, talk, 0, int(chance.integers(len(_SINGLE)))))
                continue
            for place in range(int(chance.integers(1, 7))):
                rows.append((min(minute, _DAYS * _MINUTES_A_DAY - 1), contact, talk, place, -1))
                minute += 1 + int(chance.exponential(12 * 60))
        return sorted(rows[: self.activities])

    def _activity(self, row: tuple[int, int, int, int, int]) -> Activity:
        minute, contact, talk, place, single = row
        people = [self._seller(contact), _contact(contact)]
        if (talk + place) % 2:
            people.reverse()
        kind = Kind.EMAIL if single < 0 else _SINGLE[single]
        if talk % 5 == 0:  # a colleague, and another contact of the account
            people.append(self._seller(contact + _CONTACTS_A_SELLER))
            same = contact - contact % _CONTACTS_AN_ACCOUNT
            people.append(_contact(same + (contact + 1 - same) % _CONTACTS_AN_ACCOUNT))
        return Activity(
            activity_id=f"t{talk}-{place}",
            kind=kind,
            state=State.COMPLETED,
            started_at=TODAY - timedelta(minutes=_DAYS * _MINUTES_A_DAY - minute),
            duration_ms=0 if single < 0 else 60_000 * (10 + talk % 50),
            participants=tuple(
                Participant(address, Role.TO if index else Role.FROM)
                for index, address in enumerate(dict.fromkeys(people))
            ),
            subject=f"About {talk}",
            message_id=f"t{talk}.{place}@mail.example" if single < 0 else "",
            in_reply_to=f"t{talk}.{place - 1}@mail.example" if single < 0 and place else "",
        )

    def _seller(self, contact: int) -> str:
        sellers = max(1, self.contacts // _CONTACTS_A_SELLER)
        return f"s{contact // _CONTACTS_A_SELLER % sellers}@{OWN}"


def _ref(kind: RecordKind, number: int) -> RecordRef:
    return RecordRef(kind, f"{kind.value[0]}{number}")


def _contact(number: int) -> str:
    return f"p{number}@c{number // _CONTACTS_AN_ACCOUNT}.example"
