"""The exact records that a lead becomes, by what is chosen and by what the tenant allows."""

import pytest

from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.qualification.plan import Action, Choice, Choices, Origin
from services.qualification.tenant_settings import ProcessStage, RecordMode, TenantSettings
from tests.unit.qualification.made import FIELDS, plan

CREATE, USE, SKIP = Choice(Action.CREATE), Choice(Action.USE_EXISTING, "X-1"), Choice(Action.SKIP)
SEVERAL = TenantSettings(several_opportunities=True)
AUTOMATIC = {
    RecordKind.ACCOUNT: TenantSettings(account_mode=RecordMode.AUTOMATIC),
    RecordKind.CONTACT: TenantSettings(contact_mode=RecordMode.AUTOMATIC),
    RecordKind.OPPORTUNITY: TenantSettings(opportunity_mode=RecordMode.AUTOMATIC),
}


def chosen(kind: RecordKind, choice: Choice) -> Choices:
    match kind:
        case RecordKind.ACCOUNT:
            return Choices(account=choice)
        case RecordKind.CONTACT:
            return Choices(contact=choice)
    return Choices(opportunities=[choice])


def test_by_default_all_three_are_created_from_the_lead() -> None:
    made = plan()
    assert made.account.fields == {
        "name": "Nordlys Robotics ApS",
        "website": "https://nordlys.example",
        "address1_telephone1": "+45 70 10 20 30",
        "address1_city": "Odense",
    }
    assert made.contact.fields == {
        "first_name": "Ingrid",
        "last_name": "Holm",
        "job_title": "Head of Purchasing",
        "mobile_phone": "+45 20 10 30 40",
        "email": "ingrid.holm@nordlys.example",
        "telephone1": "+45 70 10 20 30",
        "address1_city": "Odense",
    }
    (deal,) = made.opportunities
    assert deal.fields == {
        "name": "Forty robots",
        "parent_account": made.account.id,
        "parent_contact": made.contact.id,
    }
    assert deal.primary


def test_each_value_says_where_it_comes_from() -> None:
    made = plan(Choices(opportunities=[Choice(Action.CREATE, "O-1", {"budget": "100", "name": ""})]))
    (deal,) = made.opportunities
    assert [(each.field, each.origin, each.source, each.mapping) for each in deal.values] == [
        ("budget", Origin.REQUEST, "", ""),
        ("parent_account", Origin.PARENT, "account", "opportunity.parent_account"),
        ("parent_contact", Origin.PARENT, "contact", "opportunity.parent_contact"),
    ]
    assert deal.id == "O-1"
    name = next(each for each in made.account.values if each.field == "name")
    assert (name.origin, name.source, name.mapping) == (Origin.MAPPING, "company_name", "account.name")


@pytest.mark.parametrize("kind", AUTOMATIC)
@pytest.mark.parametrize("choice", [CREATE, USE, SKIP], ids=["create", "existing", "skip"])
def test_a_seller_chooses_unless_it_is_automatic(kind: RecordKind, choice: Choice) -> None:
    made = plan(chosen(kind, choice))
    records = [each for each in made.records if each.kind is kind]
    assert [each.action for each in records] == ([] if choice is SKIP else [choice.action])
    with pytest.raises(LeadlightError) as refused:
        plan(chosen(kind, choice), settings=AUTOMATIC[kind])
    assert refused.value.reason == "CONFIGURATION_FORBIDS"
    assert refused.value.metadata == {"lead": "L-1", "kind": kind}


@pytest.mark.parametrize("kind", AUTOMATIC)
def test_what_is_automatic_is_always_created(kind: RecordKind) -> None:
    made = plan(fields={}, settings=AUTOMATIC[kind])
    assert kind in [each.kind for each in made.created]


def test_without_a_company_or_a_name_nothing_is_created_of_it_by_default() -> None:
    made = plan(fields={"subject": "Robots"})
    assert (made.account.action, made.contact.action) == (Action.SKIP, Action.SKIP)
    assert made.account.ref is None
    (deal,) = made.opportunities
    assert deal.fields == {"name": "Robots"}


def test_an_existing_account_is_the_parent() -> None:
    made = plan(Choices(account=USE, contact=SKIP))
    assert made.opportunities[0].fields == {"name": "Forty robots", "parent_account": "X-1"}
    assert [each.kind for each in made.created] == [RecordKind.OPPORTUNITY]


def test_several_opportunities_only_where_switched_on() -> None:
    five = Choices(opportunities=[Choice(Action.CREATE, f"O-{n}", {"name": f"Deal {n}"}) for n in range(5)])
    made = plan(five, settings=SEVERAL)
    assert [each.primary for each in made.opportunities] == [True, False, False, False, False]
    with pytest.raises(LeadlightError) as refused:
        plan(five)
    assert refused.value.reason == "CONFIGURATION_FORBIDS"


@pytest.mark.parametrize(
    ("opportunities", "field"),
    [
        ([CREATE, SKIP], "choices.opportunities"),
        ([USE, USE], "choices.opportunities[1]"),
    ],
    ids=["skip beside others", "one twice"],
)
def test_choices_that_contradict_each_other(opportunities: list[Choice], field: str) -> None:
    with pytest.raises(LeadlightError) as refused:
        plan(Choices(opportunities=opportunities), settings=SEVERAL)
    assert [each.field for each in refused.value.violations] == [field]


@pytest.mark.parametrize(
    ("opportunities", "stage"),
    [([], "Develop"), ([CREATE], "Develop"), ([USE], "Develop"), ([SKIP], "Qualify")],
)
def test_the_stage_moves_with_an_opportunity_alone(opportunities: list[Choice], stage: str) -> None:
    assert plan(Choices(opportunities=opportunities)).stage_after == stage


def test_the_last_stage_and_one_that_is_gone_do_not_move() -> None:
    settings = TenantSettings(stages=(ProcessStage("First"), ProcessStage("Last")))
    assert [settings.stage_after(name) for name in ("First", "Last", "Gone")] == ["Last", "Last", "Gone"]


def test_given_ids_are_the_same_each_time_and_differ_by_qualification() -> None:
    assert plan() == plan()
    first, second = plan().records, plan(number=2).records
    assert not {each.id for each in first} & {each.id for each in second}


def test_nothing_of_a_lead_but_its_fields_matters() -> None:
    assert plan(fields=dict(reversed(FIELDS.items()))) == plan()
