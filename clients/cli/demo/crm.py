"""A small CRM in plain types: what the demo makes, and what the loader sends to the services."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Seller:
    """One of our own people.

    Attributes:
        id: The CRM's id of the user.
        name: For people.
        email: At our own domain.
        team: Whom they belong to.
        language: BCP-47, of their customers.
        skill: -1 to 1: what it adds to the log-odds of a deal, and to how they listen.
    """

    id: str
    name: str
    email: str
    team: str
    language: str
    skill: float


@dataclass(frozen=True, slots=True)
class Account:
    """A customer."""

    id: str
    name: str
    language: str
    city: str
    postal_code: str
    website: str
    phone: str
    industry: str
    employees: int
    owner: Seller


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a customer."""

    id: str
    account: Account
    first_name: str
    last_name: str
    job_title: str
    email: str
    phone: str

    @property
    def name(self) -> str:
        """As people of the language write it."""
        return full_name(self.first_name, self.last_name, self.account.language)


@dataclass(frozen=True, slots=True)
class Lead:
    """Somebody who may become a customer.

    Attributes:
        attributes: What a model learns from: source, industry, employees, job_title, visits, budget, ….
        closed: When it was decided; None while it is open.
        is_won: How; None while it is open.
        same_as: The contact that it is, written by somebody else; empty for a person of their own.
    """

    id: str
    language: str
    first_name: str
    last_name: str
    job_title: str
    company: str
    email: str
    phone: str
    city: str
    website: str
    subject: str
    attributes: dict[str, str | float | bool]
    owner: Seller
    created: datetime
    closed: datetime | None = None
    is_won: bool | None = None
    same_as: str = ""

    @property
    def name(self) -> str:
        """As people of the language write it."""
        return full_name(self.first_name, self.last_name, self.language)


@dataclass(frozen=True, slots=True)
class Opportunity:
    """A deal.

    Attributes:
        stages: Names of the stages it went through, and when it entered them.
        amount: In `currency`.
        expected_close: What the seller says.
        closed: When it was decided; None while it is open.
        is_won: How; None while it is open.
    """

    id: str
    name: str
    account: Account
    contact: Contact
    owner: Seller
    stages: tuple[tuple[str, datetime], ...]
    amount: float
    currency: str
    created: datetime
    expected_close: datetime
    closed: datetime | None = None
    is_won: bool | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """A mail, a meeting or a phone call.

    Attributes:
        kind: "email", "meeting" or "phone_call".
        sender: Address.
        receivers: Addresses.
        minutes: How long it took; 0 for a mail.
        reply_to: Id of the mail it answers; empty for none.
        opportunity: Id of the deal it is about.
    """

    id: str
    kind: str
    time: datetime
    sender: str
    receivers: tuple[str, ...]
    subject: str
    text: str
    minutes: int
    opportunity: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side said; times in seconds from the call's start."""

    is_seller: bool
    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A recorded call with its transcript."""

    id: str
    opportunity: Opportunity
    seller: Seller
    contact: Contact
    language: str
    title: str
    started: datetime
    has_consent: bool
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a seller wrote down after a meeting.

    Attributes:
        record: Kind and id of the record it is on.
        time_zone: IANA zone of the writer.
    """

    id: str
    record: tuple[str, str]
    author: Seller
    language: str
    text: str
    written: datetime
    time_zone: str


@dataclass(slots=True)
class Crm:
    """Everything, in the order of making."""

    sellers: list[Seller] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def full_name(first_name: str, last_name: str, language: str) -> str:
    """A name as people of the language write it: in Chinese the family's comes first, without a space."""
    return f"{last_name}{first_name}" if language == "zh" else f"{first_name} {last_name}"
