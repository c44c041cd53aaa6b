"""Records that a lead, or what it is to become, seems to be, and what tells them apart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from services.common.errors import LeadlightError
from services.common.records import RecordKind, RecordRef
from services.qualification.mapping import PARENT_ACCOUNT, PARENT_CONTACT
from services.qualification.plan import PlannedRecord

# What dedupe compares, and the fields of ours that say it, the best first.
_COMPARED: Mapping[str, Sequence[str]] = {
    "first_name": ("first_name",),
    "last_name": ("last_name",),
    "email": ("email", "emailaddress1"),
    "phone": ("mobile_phone", "telephone1", "address1_telephone1"),
    "company": ("company_name",),
    "address": ("address1_line1",),
    "city": ("address1_city",),
    "postal_code": ("address1_postal_code",),
}
_MOST_FIELDS = 200
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Match:
    """A record that dedupe, or our own store, takes for the same.

    Attributes:
        ref: The record.
        probability: That both are the same, 0 to 1.
        fields: What is known about it.
        reasons: Why, in words.
    """

    ref: RecordRef
    probability: float
    fields: Mapping[str, str]
    reasons: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A match beside the others.

    Attributes:
        match: The match.
        telling: Names of its fields that tell it from the others or from the record in question.
    """

    match: Match
    telling: Sequence[str]


class DuplicateFinder(Protocol):
    """The dedupe service, as far as a plan needs it."""

    def find(self, kind: RecordKind, fields: Mapping[str, str], *, exclude_inactive: bool) -> Sequence[Match]:
        """The records of a kind that fields seem to be of, the likeliest first.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer.
        """
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """What a look-up of all duplicates of a plan brought.

    Attributes:
        leads: Other leads that seem to be this one.
        records: Matches of each record to create, by its ref.
        failure: Why nothing could be looked up; None if it could.
    """

    leads: Sequence[Match] = ()
    records: Mapping[RecordRef, Sequence[Match]] = field(default_factory=dict)
    failure: LeadlightError | None = None

    def of(self, record: PlannedRecord) -> Sequence[Match]:
        """The matches of a record to create."""
        return self.records.get(record.ref, ()) if record.ref else ()


def compared_fields(kind: RecordKind, fields: Mapping[str, str], company: str = "") -> dict[str, str]:
    """Fields as dedupe has them: what it compares under its names, then everything else, as much as it takes.

    Args:
        kind: Of the record.
        fields: Of a lead, an account or a contact.
        company: Where a contact works: what the account of the same qualification is called.
    """
    found = {}
    for name, sources in _COMPARED.items():
        value = next((fields[source] for source in (name, *sources) if fields.get(source)), "")
        if value:
            found[name] = value
    company = fields.get("name", "") if kind is RecordKind.ACCOUNT else company
    if company:
        found.setdefault("company", company)
    beside = [(name, value) for name, value in fields.items() if name not in found]
    return found | dict(beside[: _MOST_FIELDS - len(found)])


def candidates(kind: RecordKind, own: Mapping[str, str], matches: Sequence[Match]) -> list[Candidate]:
    """Matches with the fields in which they differ from each other, or from what the record in question says.

    Args:
        kind: Of the record in question.
        own: Its fields.
        matches: What it seems to be.
    """
    known = compared_fields(kind, own)
    return [
        Candidate(
            match,
            [
                name
                for name, value in sorted(match.fields.items())
                if not _same(known.get(name, value), value)
                or any(not _same(other.fields.get(name, ""), value) for other in matches)
            ],
        )
        for match in matches
    ]


def _same(one: str, other: str) -> bool:
    return _folded(one) == _folded(other)


def opportunity_key(fields: Mapping[str, str]) -> str:
    """What two copies of an opportunity share: the name and whose it is; empty without either."""
    name = _folded(fields.get("name", ""))
    customer = fields.get(PARENT_ACCOUNT) or fields.get(PARENT_CONTACT) or ""
    return f"{name}\n{customer}" if name and customer else ""


def _folded(value: str) -> str:
    return _SPACE.sub(" ", value.strip()).casefold()
