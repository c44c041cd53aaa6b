"""What the other services are to be told of a lead and of what was created from it.

Each service gets the latest word on a record, not every word: a new one takes the place of one that was not delivered
yet, so nothing arrives out of order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Protocol

from pydantic import Field

from services.common.records import RecordKind, RecordRef
from services.qualification.lead import Lead, LeadState, Qualification
from services.qualification.plan import PlannedRecord


class Peer(StrEnum):
    """The services that are told."""

    DEDUPE = "dedupe"
    RELATIONSHIP = "relationship"
    SCORING = "scoring"


RECEIVERS: Mapping[RecordKind, Sequence[Peer]] = {
    RecordKind.LEAD: (Peer.DEDUPE, Peer.RELATIONSHIP, Peer.SCORING),
    RecordKind.ACCOUNT: (Peer.DEDUPE, Peer.RELATIONSHIP),
    RecordKind.CONTACT: (Peer.DEDUPE, Peer.RELATIONSHIP),
    RecordKind.OPPORTUNITY: (Peer.RELATIONSHIP, Peer.SCORING),
}
"""Who is told of which kind of record."""


@dataclass(frozen=True, slots=True)
class RecordCreated:
    """A record was created.

    Attributes:
        fields: Its fields.
        owner: Who works on it.
        account: Id of the account that it belongs to; empty without.
        contact: Id of the contact that it belongs to; empty without.
        company: What that account is called; empty where it is not known.
        stage: An opportunity's stage.
        created_at: When.
    """

    fields: Mapping[str, str]
    owner: str
    account: str
    contact: str
    company: str
    stage: str
    created_at: datetime
    what: Literal["created"] = "created"


@dataclass(frozen=True, slots=True)
class LeadMoved:
    """A lead was opened or closed.

    Attributes:
        fields: Its fields, for a service that does not know it yet.
        owner: Who works on it.
        state: Where it stands.
        state_at: Since when.
        created_at: When the CRM created it.
    """

    fields: Mapping[str, str]
    owner: str
    state: LeadState
    state_at: datetime
    created_at: datetime
    what: Literal["moved"] = "moved"


@dataclass(frozen=True, slots=True)
class RecordRemoved:
    """A record that was created is taken back."""

    what: Literal["removed"] = "removed"


News = Annotated[RecordCreated | LeadMoved | RecordRemoved, Field(discriminator="what")]


@dataclass(frozen=True, slots=True)
class Message:
    """One service is to be told one thing about one record.

    Attributes:
        peer: Who is told.
        ref: About which record.
        news: What.
    """

    peer: Peer
    ref: RecordRef
    news: RecordCreated | LeadMoved | RecordRemoved


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message that is still to be delivered.

    Attributes:
        id: A UUID; a new word on the same record has another.
        message: What is delivered to whom.
        failed_attempts: Attempts that failed.
        last_code: Canonical code of the last failure, by name; empty before the first.
        last_message: In words.
        created_at: When it was decided.
        next_at: When it is tried again.
    """

    id: str
    message: Message
    created_at: datetime
    next_at: datetime
    failed_attempts: int = 0
    last_code: str = ""
    last_message: str = field(default="", repr=False)


class Carrier(Protocol):
    """Takes messages to one service."""

    def deliver(
        self, ref: RecordRef, news: RecordCreated | LeadMoved | RecordRemoved, delivery_id: str
    ) -> None:
        """Tells the service; telling it again changes nothing.

        Raises:
            LeadlightError: UNAVAILABLE when it does not answer, or whatever it refused with.
        """
        ...


def of_qualification(lead: Lead, qualification: Qualification) -> list[Message]:
    """What a qualification tells: the created records, each after those that it names, then the lead."""
    company = next(
        (each.fields.get("name", "") for each in qualification.created if each.kind is RecordKind.ACCOUNT), ""
    )
    messages = []
    for record in qualification.created:
        news = _created(record, lead, qualification, company)
        messages += [Message(peer, _ref(record), news) for peer in RECEIVERS[record.kind]]
    return [*messages, *of_lead(lead)]


def of_undo(lead: Lead, qualification: Qualification) -> list[Message]:
    """What the taking back of a qualification tells."""
    return [
        *(message for record in qualification.created for message in of_removal(_ref(record))),
        *of_lead(lead),
    ]


def of_removal(ref: RecordRef) -> list[Message]:
    """What the end of a created record tells."""
    return [Message(peer, ref, RecordRemoved()) for peer in RECEIVERS[ref.kind]]


def of_lead(lead: Lead) -> list[Message]:
    """What the present state of a lead tells."""
    news = LeadMoved(lead.fields, lead.owner, lead.state, lead.state_at, lead.created_at)
    return [Message(peer, lead.ref, news) for peer in RECEIVERS[RecordKind.LEAD]]


def _created(record: PlannedRecord, lead: Lead, qualification: Qualification, company: str) -> RecordCreated:
    account, contact = qualification.account, qualification.contact
    is_account = record.kind is RecordKind.ACCOUNT
    is_opportunity = record.kind is RecordKind.OPPORTUNITY
    return RecordCreated(
        fields=record.fields,
        owner=lead.owner,
        account=account.id if account and not is_account else "",
        contact=contact.id if contact and is_opportunity else "",
        company=company or lead.text("company_name"),
        stage=lead.process_stage if is_opportunity else "",
        created_at=qualification.qualified_at,
    )


def _ref(record: PlannedRecord) -> RecordRef:
    return RecordRef(record.kind, record.id)
