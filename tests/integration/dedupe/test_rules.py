"""Rules at work: what they find, when they come to work, and what stays when they go."""

from dataclasses import replace

import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2, rule_pb2

from services.common.errors import LeadlightError, Reason
from services.common.operations import OperationCancelledError, OperationStore, RunnerStoppingError
from services.common.records import RecordKind
from services.common.tables import OperationState
from services.dedupe import rule_store
from services.dedupe.publishing import PUBLISH_RULE
from services.dedupe.rules import Condition, Operator, Rule, RuleState
from tests.contract.dedupe_rule_cases import done, new_rule
from tests.contract.served import Client
from tests.integration.dedupe.inside import TENANT, Inside, ended

VAT = Rule("vat", "Same VAT number", (Condition("vat", Operator.EXACT),))


def create(inside: Inside, rule: Rule = VAT) -> Rule:
    with inside.db.write(TENANT) as session:
        return inside.rules.create(session, rule, store_it=True)


def found_by(inside: Inside, record_id: str) -> dict[str, tuple[str, ...]]:
    """Rules by the record that they find."""
    ref = inside.store(record_id, vat="DK 1", first_name="Ann")
    return {each.ref.id: each.rules for each in inside.found(ref, threshold=1.0).duplicates}


def state(inside: Inside, rule_id: str = "vat") -> RuleState:
    return inside.rules.get(TENANT, rule_id).state


def test_a_rule_finds_what_was_stored_before_it_and_what_comes_after(inside: Inside) -> None:
    inside.store("early", vat="dk 1")
    for number in range(25):
        inside.store(f"other{number}", vat=f"SE {number}")
    create(inside)
    inside.publish("vat")
    assert state(inside) is RuleState.PUBLISHING
    inside.store("meanwhile", vat=" DK 1 ")
    assert found_by(inside, "asked") == {}
    inside.work()
    assert state(inside) is RuleState.PUBLISHED
    inside.store("late", vat="DK 1")
    assert found_by(inside, "asked") == dict.fromkeys(("early", "meanwhile", "late"), ("vat",))
    inside.store("early", vat="DK 2")
    assert set(found_by(inside, "asked")) == {"meanwhile", "late"}


def test_an_unpublished_rule_finds_nothing_and_leaves_nothing(inside: Inside) -> None:
    for number in range(25):
        inside.store(f"r{number}", vat="DK 1", first_name="Ann")
    before = inside.keys()
    create(inside)
    inside.publish("vat")
    inside.work()
    assert len(inside.keys()) == len(before) + 25
    inside.unpublish("vat")
    assert state(inside) is RuleState.UNPUBLISHED
    assert found_by(inside, "r0") == {}
    inside.work()
    assert inside.keys() == before


def test_a_rule_that_is_changed_and_published_again_finds_by_what_it_says_now(inside: Inside) -> None:
    inside.store("same", vat="DK 1")
    inside.store("alike", vat="DK 1234")
    create(inside)
    inside.publish("vat")
    inside.work()
    assert set(found_by(inside, "asked")) == {"same"}
    inside.unpublish("vat")
    first = Condition("vat", Operator.SAME_FIRST, length=4)
    with inside.db.write(TENANT) as session:
        rule_store.write_rule(session, replace(inside.rules.get(TENANT, "vat"), conditions=(first,)))
    inside.publish("vat")
    inside.work()
    assert set(found_by(inside, "asked")) == {"same", "alike"}


def test_a_published_rule_is_not_published_twice(inside: Inside) -> None:
    create(inside)
    first = inside.publish("vat")
    assert inside.publish("vat") == first
    inside.work()
    assert inside.publish("vat") == first
    inside.unpublish("vat")
    assert inside.publish("vat") != first


def test_a_publication_that_is_interrupted_goes_on_after_its_last_page(inside: Inside) -> None:
    for number in range(35):
        inside.store(f"r{number:02}", vat="DK 1")
    create(inside)
    inside.publish("vat")
    handlers = inside.handlers()
    before = len(inside.keys())
    inside.work(handlers | {PUBLISH_RULE: ended(handlers[PUBLISH_RULE], "making", RunnerStoppingError, 3)})
    assert len(inside.keys()) == before + 35
    (operation,) = inside.operations()
    assert operation.state == OperationState.SUCCEEDED
    assert rule_pb2.PublishRuleResponse.FromString(operation.result_value).record_count == 35
    assert state(inside) is RuleState.PUBLISHED


@pytest.mark.parametrize("leave", ["cancelled", "unpublished"])
def test_a_publication_that_is_not_wanted_any_more_leaves_nothing(inside: Inside, leave: str) -> None:
    for number in range(35):
        inside.store(f"r{number:02}", vat="DK 1")
    before = inside.keys()
    create(inside)
    operation = inside.publish("vat")
    handlers = inside.handlers()
    if leave == "cancelled":
        handlers[PUBLISH_RULE] = ended(handlers[PUBLISH_RULE], "making", OperationCancelledError, 3)
    else:
        inside.unpublish("vat")
    inside.work(handlers)
    inside.work()
    assert OperationStore(inside.db).get(TENANT, f"operations/{operation}").state is OperationState.CANCELLED
    assert state(inside) is RuleState.UNPUBLISHED
    assert inside.keys() == before


def test_five_own_rules_for_each_kind_of_record_are_published_and_no_sixth(inside: Inside) -> None:
    for number in range(4):
        create(inside, replace(VAT, rule_id=f"lead{number}", base_kind=RecordKind.LEAD))
        inside.publish(f"lead{number}")
    for rule_id, base_kind in (("any", None), ("one-more", RecordKind.LEAD), ("any-more", None)):
        create(inside, replace(VAT, rule_id=rule_id, base_kind=base_kind))
    create(inside, replace(VAT, rule_id="contact", base_kind=RecordKind.CONTACT))
    inside.publish("any")
    for refused in ("one-more", "any-more"):
        with pytest.raises(LeadlightError) as error:
            inside.publish(refused)
        assert error.value.reason is Reason.RULE_LIMIT_REACHED
        assert error.value.metadata == {"kind": "lead", "limit": "5"}
    inside.publish("contact")
    inside.publish("built-in-same-email")
    inside.unpublish("lead0")
    inside.publish("one-more")


def test_what_ships_can_be_put_out_of_work(inside: Inside) -> None:
    inside.store("one", email="info@contoso.com", first_name="Kenny", last_name="Smith")
    other = inside.store("other", email="info@contoso.com", first_name="John", last_name="Doe")
    (found,) = inside.found(other, threshold=0.9).duplicates
    assert found.rules == ("built-in-same-email",)
    assert found.evidence.probability < 0.1
    inside.unpublish("built-in-same-email")
    assert inside.found(other, threshold=0.9).duplicates == ()
    inside.publish("built-in-same-email")
    inside.work()
    assert len(inside.found(other, threshold=0.9).duplicates) == 1


def test_kinds_may_differ(inside: Inside) -> None:
    condition = Condition("phone", Operator.SAME_FORM, match_field="mobile")
    create(
        inside,
        Rule("own", "Mobile", (condition,), base_kind=RecordKind.LEAD, match_kind=RecordKind.CONTACT),
    )
    inside.publish("own")
    inside.work()
    lead = inside.store("l", phone="+45 33 12 34 56")
    contact = inside.store("c", RecordKind.CONTACT, mobile="+45 33-123456", first_name="Bo")
    inside.store("l2", mobile="+45 33 12 34 56")
    assert [(each.ref, each.rules) for each in inside.found(lead, 1.0).duplicates] == [(contact, ("own",))]
    assert inside.found(contact, 1.0).duplicates == ()


def test_callers_make_publish_and_delete_rules(client: Client) -> None:
    listed = client.call("RuleService.ListRules", rule_pb2.ListRulesRequest()).rules
    assert [(each.built_in, each.state) for each in listed] == [(True, rule_pb2.RULE_STATE_PUBLISHED)] * 4
    made = client.call("RuleService.CreateRule", new_rule(rule_id="vat"))
    assert (made.name, made.state, made.built_in) == ("rules/vat", rule_pb2.RULE_STATE_DRAFT, False)
    operation = client.call("RuleService.PublishRule", rule_pb2.PublishRuleRequest(name=made.name))
    answer = rule_pb2.PublishRuleResponse()
    assert done(client, operation).response.Unpack(answer)
    assert answer.rule.state == rule_pb2.RULE_STATE_PUBLISHED
    subject = duplicate_pb2.Subject(kind=common_pb2.RECORD_KIND_LEAD, fields={"vat_number": "DK 1"})
    ref = common_pb2.RecordRef(kind=common_pb2.RECORD_KIND_ACCOUNT, id="A-1")
    stored = record_pb2.Record(ref=ref, fields={"vat_number": "dk 1"})
    client.call("DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=stored))
    asked = duplicate_pb2.FindDuplicatesRequest(record=subject)
    (found,) = client.call("DedupeService.FindDuplicates", asked).duplicates
    assert (found.ref, list(found.rules)) == (ref, ["rules/vat"])
    client.call("RuleService.UnpublishRule", rule_pb2.UnpublishRuleRequest(name=made.name))
    client.call("RuleService.DeleteRule", rule_pb2.DeleteRuleRequest(name=made.name))
    assert len(client.call("RuleService.ListRules", rule_pb2.ListRulesRequest()).rules) == 4
