"""What speaks against a plan or a move, each naming the lead and the rule."""

import pytest

from services.common.caller import Caller, Role
from services.common.errors import Code, LeadlightError, Reason
from services.common.records import RecordKind, RecordRef
from services.qualification.duplicates import Found, Match, candidates, compared_fields, opportunity_key
from services.qualification.lead import LeadState
from services.qualification.plan import Action, Choice, Choices
from services.qualification.rules import (
    BuiltOn,
    problems,
    require_closed,
    require_no_opportunity,
    require_nothing_built,
    require_open,
    require_own,
)
from services.qualification.tenant_settings import ProcessStage, RecordMode, TenantSettings
from tests.unit.qualification.made import DEFAULTS, FIELDS, NOTHING_CHOSEN, account, lead, plan

SELLER = Caller("acme", "u2", frozenset({Role.SELLER}))
OWN_ONLY = TenantSettings(sellers_see_own_only=True)
CREATE = Choice(Action.CREATE)


def reasons(
    fields: dict[str, str], choices: Choices = NOTHING_CHOSEN, settings: TenantSettings = DEFAULTS
) -> list[str]:
    made = plan(choices, fields=fields, settings=settings)
    return [each.error.reason for each in problems(lead(fields), made, settings, Found())]


def test_nothing_speaks_against_a_whole_lead() -> None:
    assert reasons(FIELDS) == []


@pytest.mark.parametrize("state", [LeadState.QUALIFIED, LeadState.DISQUALIFIED])
def test_a_closed_lead_is_not_open(state: LeadState) -> None:
    require_open("L-1", LeadState.OPEN)
    with pytest.raises(LeadlightError) as refused:
        require_open("L-1", state)
    assert refused.value.code is Code.FAILED_PRECONDITION
    assert refused.value.metadata == {"lead": "L-1", "state": state}
    require_closed(lead(state=state))


def test_an_open_lead_is_not_closed() -> None:
    with pytest.raises(LeadlightError, match="is open already"):
        require_closed(lead())


def test_stage_fields_that_are_missing() -> None:
    settings = TenantSettings(stages=(ProcessStage("Qualify", ("email", "budget", "need")),))
    made = plan(settings=settings)
    (problem,) = problems(lead(), made, settings, Found())
    assert problem.error.reason is Reason.STAGE_FIELDS_MISSING
    assert problem.missing_fields == ("budget", "need")
    assert problem.error.metadata == {"lead": "L-1", "stage": "Qualify", "fields": "budget, need"}
    assert not problem.can_be_ignored


def test_a_new_account_needs_the_company_name_even_if_the_request_names_it() -> None:
    fields = {name: value for name, value in FIELDS.items() if name != "company_name"}
    named = Choice(Action.CREATE, fields={"name": "Nordlys"})
    assert reasons(fields) == []
    assert reasons(fields, Choices(account=named)) == ["RECORD_FIELDS_MISSING"]
    automatic = TenantSettings(account_mode=RecordMode.AUTOMATIC)
    assert reasons(fields, settings=automatic) == ["RECORD_FIELDS_MISSING"]


def test_a_new_opportunity_needs_a_name() -> None:
    fields = {name: value for name, value in FIELDS.items() if name != "subject"}
    assert reasons(fields) == ["RECORD_FIELDS_MISSING"]
    named = Choices(opportunities=[Choice(Action.CREATE, fields={"name": "Robots"})])
    assert reasons(fields, named) == []


def test_a_new_contact_needs_something() -> None:
    assert reasons({"subject": "Robots"}, Choices(contact=CREATE)) == ["RECORD_FIELDS_MISSING"]


def test_each_duplicate_is_a_problem_of_its_own() -> None:
    made = plan()
    assert made.account.ref
    copy = Match(account("A-9"), 0.9, {"name": "Nordlys"})
    twin = Match(RecordRef(RecordKind.LEAD, "L-9"), 0.8, {})
    found = Found([twin], {made.account.ref: [copy]})
    first, second = problems(lead(), made, TenantSettings(), found)
    assert first.error.metadata == {"lead": "L-1", "kind": "lead", "duplicates": "L-9"}
    assert "the lead was not qualified because a copy exists" in first.error.message
    assert second.error.metadata == {"lead": "L-1", "kind": "account", "duplicates": "A-9"}
    assert "the account was not created because a copy exists" in second.error.message
    assert first.can_be_ignored
    assert second.can_be_ignored


def test_duplicates_that_cannot_be_looked_up() -> None:
    down = LeadlightError(Code.UNAVAILABLE, Reason.PEER_UNAVAILABLE, "down", metadata={"service": "dedupe"})
    (problem,) = problems(lead(), plan(), TenantSettings(), Found(failure=down))
    assert problem.error.code is Code.UNAVAILABLE
    assert problem.error.metadata == {"service": "dedupe", "lead": "L-1"}
    assert problem.can_be_ignored


def test_what_tells_candidates_apart() -> None:
    one = Match(account("A-1"), 0.9, {"name": "Nordlys", "city": "Odense", "web": "a"})
    other = Match(account("A-2"), 0.8, {"name": "nordlys ", "city": "Aarhus", "web": "a"})
    both = candidates(RecordKind.ACCOUNT, {"name": "NORDLYS"}, [one, other])
    assert [each.telling for each in both] == [["city"], ["city"]]
    alone = candidates(RecordKind.ACCOUNT, {"name": "Nordlys", "address1_city": "Esbjerg"}, [one])
    assert [each.telling for each in alone] == [["city"]]


def test_fields_as_dedupe_compares_them() -> None:
    assert compared_fields(RecordKind.ACCOUNT, {"name": "Nordlys", "address1_telephone1": "1"}) == {
        "company": "Nordlys",
        "phone": "1",
        "name": "Nordlys",
        "address1_telephone1": "1",
    }
    contact = compared_fields(RecordKind.CONTACT, {"email": "a@b.example", "telephone1": "2"}, "Nordlys")
    assert (contact["company"], contact["phone"]) == ("Nordlys", "2")
    full = compared_fields(RecordKind.LEAD, {f"f{n}": "x" for n in range(199)} | {"company_name": "N"})
    assert len(full) == 200
    assert full["company"] == "N"


def test_copies_of_an_opportunity_share_name_and_customer() -> None:
    one = {"name": "Forty  Robots", "parent_account": "A"}
    assert opportunity_key(one) == opportunity_key({"name": " forty robots", "parent_account": "A"})
    assert opportunity_key(one) != opportunity_key(one | {"parent_account": "B"})
    assert opportunity_key({"name": "Forty robots"}) == ""


def test_a_mere_seller_sees_own_leads_alone_where_the_tenant_says_so() -> None:
    require_own(SELLER, TenantSettings(), "L-1", "u1")
    require_own(SELLER, OWN_ONLY, "L-1", "u2")
    require_own(Caller("acme", "u2", frozenset({Role.SELLER, Role.MANAGER})), OWN_ONLY, "L-1", "u1")
    with pytest.raises(LeadlightError) as refused:
        require_own(SELLER, OWN_ONLY, "L-1", "u1")
    assert (refused.value.code, refused.value.reason) == (Code.PERMISSION_DENIED, Reason.LEAD_NOT_OWN)


def test_a_lead_with_an_opportunity_is_not_given_up() -> None:
    require_no_opportunity(lead(), [])
    with pytest.raises(LeadlightError) as refused:
        require_no_opportunity(lead(), [RecordRef(RecordKind.OPPORTUNITY, "O-1")])
    assert refused.value.metadata == {"lead": "L-1", "opportunities": "O-1"}


def test_what_was_built_on_since_is_listed() -> None:
    require_nothing_built("L-1", [])
    built = [BuiltOn(account("A-1"), "note", f"notes/{n}") for n in range(30)]
    with pytest.raises(LeadlightError) as refused:
        require_nothing_built("L-1", built)
    assert refused.value.reason is Reason.BUILT_ON_SINCE
    assert refused.value.metadata["count"] == "30"
    assert refused.value.metadata["built_on_1"] == "note notes/0 on account/A-1"
    assert len(refused.value.metadata) == 22
