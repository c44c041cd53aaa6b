"""Two transactions at the same moment: one of them wins, whole."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.common.db import Database, TenantSession
from services.common.db.migrations import migrate
from services.common.errors import Code, LeadlightError, Reason, failed_precondition
from services.qualification import store
from services.qualification.lead import Lead, LeadState
from services.qualification.plan import Action, Choice, Choices
from tests.integration.working import at_once
from tests.unit.qualification.made import lead, plan, qualification

TAKEN = Choices(account=Choice(Action.CREATE, "A-1"), contact=Choice(Action.SKIP))


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    migrate(database_url, service="qualification")
    opened = Database(database_url, service="qualification")
    yield opened
    opened.close()


def committed(session: TenantSession, made: Lead) -> bool:
    """Locks a lead that is open and stores a qualification of it; whether its records' ids were free."""
    found = store.read_lead(session, made.id, for_update=True)
    assert found is not None
    if found.state is not LeadState.OPEN:
        raise failed_precondition(Reason.LEAD_NOT_OPEN, "not open")
    done = replace(qualification(plan(TAKEN)), lead_id=made.id)
    free = store.add_qualification(session, done)
    store.write_leads(session, [replace(found, state=LeadState.QUALIFIED, qualification=done)])
    if not free:
        raise LeadlightError(Code.ALREADY_EXISTS, Reason.RESOURCE_EXISTS, "taken")
    return free


@pytest.mark.parametrize(
    ("second", "reason"),
    [("L-1", Reason.LEAD_NOT_OPEN), ("L-2", Reason.RESOURCE_EXISTS)],
    ids=["the same lead", "another lead that creates the same account"],
)
def test_the_second_one_is_refused_whole(db: Database, second: str, reason: Reason) -> None:
    leads = {each: lead(id=each) for each in ("L-1", "L-2")}
    with db.write("acme") as session:
        store.write_leads(session, list(leads.values()))
    (refusal,) = at_once(
        db,
        "acme",
        lambda session: committed(session, leads["L-1"]),
        lambda session: committed(session, leads[second]),
    )
    assert refusal.reason is reason
    with db.read("acme") as reader:
        after = store.read_leads(reader, ["L-1", "L-2"])
        assert [after[each].state for each in after] == [LeadState.QUALIFIED, LeadState.OPEN]
        assert len(store.links_of_lead(reader, "L-1")) == 2
        assert store.links_of_lead(reader, "L-2") == []
