"""Who is told what of a lead and of what was created from it."""

from services.common.records import RecordKind
from services.qualification.lead import LeadState
from services.qualification.outbox import (
    LeadMoved,
    Message,
    RecordCreated,
    RecordRemoved,
    of_qualification,
    of_undo,
)
from services.qualification.plan import Action, Choice, Choices
from tests.unit.qualification.made import lead, plan, qualification


def told(messages: list[Message]) -> list[tuple[str, str, str]]:
    return [(each.ref.kind, each.peer, each.news.what) for each in messages]


def test_a_qualification_tells_what_it_created_and_then_that_the_lead_is_closed() -> None:
    made = plan()
    messages = of_qualification(lead(state=LeadState.QUALIFIED), qualification(made))
    assert told(messages) == [
        ("account", "dedupe", "created"),
        ("account", "relationship", "created"),
        ("contact", "dedupe", "created"),
        ("contact", "relationship", "created"),
        ("opportunity", "relationship", "created"),
        ("opportunity", "scoring", "created"),
        ("lead", "dedupe", "moved"),
        ("lead", "relationship", "moved"),
        ("lead", "scoring", "moved"),
    ]
    by_kind = {each.ref.kind: each.news for each in messages}
    contact, deal = by_kind[RecordKind.CONTACT], by_kind[RecordKind.OPPORTUNITY]
    assert isinstance(contact, RecordCreated)
    assert isinstance(deal, RecordCreated)
    assert (contact.account, contact.company) == (made.account.id, "Nordlys Robotics ApS")
    assert (deal.account, deal.contact) == (made.account.id, made.contact.id)
    moved = by_kind[RecordKind.LEAD]
    assert isinstance(moved, LeadMoved)
    assert moved.state is LeadState.QUALIFIED


def test_what_existed_is_not_told_but_named() -> None:
    made = plan(Choices(account=Choice(Action.USE_EXISTING, "A-1"), contact=Choice(Action.SKIP)))
    first, *_ = of_qualification(lead(), qualification(made))
    assert first.ref.kind is RecordKind.OPPORTUNITY
    assert isinstance(first.news, RecordCreated)
    assert first.news.account == "A-1"


def test_an_undo_takes_everything_back_and_opens_the_lead() -> None:
    messages = of_undo(lead(), qualification(plan()))
    assert [each.news for each in messages[:6]] == [RecordRemoved()] * 6
    assert {each.ref.kind for each in messages[6:]} == {RecordKind.LEAD}
