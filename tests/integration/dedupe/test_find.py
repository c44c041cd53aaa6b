"""Who a record already is: the spec's examples in both orders of arrival, what is left out, and what is told."""

import pytest
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2

from tests.contract.served import Client
from tests.integration.dedupe.world import (
    ACCOUNT,
    CONTACT,
    LEAD,
    decide,
    find,
    find_sent,
    ids,
    import_all,
    record,
    ref,
    set_region,
    store,
    upsert,
)

Fields = dict[str, str]
REGINA: Fields = {"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}

MUST_MATCH: dict[str, tuple[Fields, Fields]] = {
    "similar name and company": (
        REGINA,
        {"first_name": "Regina", "last_name": "Merphy", "company": "Contoso.inc"},
    ),
    "same e-mail in another case": ({"email": "Regina@contoso.com"}, {"email": "regina@CONTOSO.com"}),
    "same phone in another form": ({"phone": "(555) 010-4477"}, {"phone": "+1 555 010 4477"}),
}

SHARED: dict[str, Fields] = {
    "the team's mailbox": {"email": "info@contoso.com"},
    "the switchboard": {"phone": "(555) 010-4400"},
}
KENNY: Fields = {"first_name": "Kenny", "last_name": "Smith"}
JOHN: Fields = {"first_name": "John", "last_name": "Doe"}


@pytest.mark.parametrize("swapped", [False, True], ids=["as told", "the other way round"])
@pytest.mark.parametrize("pair", MUST_MATCH.values(), ids=MUST_MATCH.keys())
def test_what_must_match(client: Client, pair: tuple[Fields, Fields], *, swapped: bool) -> None:
    set_region(client, "US")
    first, second = reversed(pair) if swapped else pair
    store(client, "first", **first)
    told = upsert(client, record("second", **second), check=duplicate_pb2.FindOptions())
    assert [each.ref.id for each in told.duplicates] == ["first"]
    assert told.duplicates[0].rules
    assert ids(find(client, "first")) == ["second"]
    assert ids(find(client, "second")) == ["first"]


@pytest.mark.parametrize("swapped", [False, True], ids=["as told", "the other way round"])
@pytest.mark.parametrize("shared", SHARED.values(), ids=SHARED.keys())
def test_what_two_people_share_is_listed_last_with_the_reason(
    client: Client, shared: Fields, *, swapped: bool
) -> None:
    set_region(client, "US")
    # Nobody's own mailbox or line: half the office writes from it.
    import_all(client, [record(f"o{number}", first_name=f"N{number}", **shared) for number in range(12)])
    first, second = (JOHN, KENNY) if swapped else (KENNY, JOHN)
    store(client, "first", **first, **shared)
    store(client, "second", **second, **shared)
    store(client, "same", **second, **shared)
    found = find(client, "second", limit=100)
    assert ids(found)[0] == "same"
    other = next(each for each in found.duplicates if each.ref.id == "first")
    assert other.probability < 0.1
    assert other.rules
    assert list(other.evidence.reasons) == ["shared address"]
    assert other.probability < found.duplicates[0].probability


def test_a_record_that_is_not_stored_is_told_the_same_as_a_stored_one(client: Client) -> None:
    store(client, "there", **REGINA)
    asked = {"first_name": "Regina", "last_name": "Merphy", "company": "Contoso.inc"}
    free = find_sent(client, **asked)
    store(client, "asked", **asked)
    kept = find(client, "asked")
    assert free == kept
    assert ids(find_sent(client, **asked)) == ["asked", "there"]


def test_evidence_adds_up_and_shows_what_was_written(client: Client) -> None:
    store(client, "there", **REGINA, city="Århus")
    found = find_sent(client, first_name="regina", last_name="Murphy", city="Aarhus").duplicates[0]
    evidence = found.evidence
    shown = {each.field: (each.left, each.right) for each in evidence.fields}
    assert shown["city"] == ("Aarhus", "Århus")
    assert shown["first_name"] == ("regina", "Regina")
    total = evidence.prior_weight + evidence.dependence_weight + sum(each.weight for each in evidence.fields)
    assert evidence.match_weight == pytest.approx(total)
    assert found.probability == pytest.approx(1 / (1 + 2**-evidence.match_weight))


def test_the_caller_says_where_to_look_and_for_how_many(client: Client) -> None:
    for number, kind in enumerate((LEAD, LEAD, CONTACT, ACCOUNT)):
        store(client, f"r{number}", kind, **REGINA, email="regina@contoso.com")
    retired = record("r9", **REGINA, email="regina@contoso.com")
    retired.inactive = True
    upsert(client, retired)

    def found(**options: object) -> list[str]:
        return ids(
            find_sent(client, duplicate_pb2.FindOptions(**options), **REGINA, email="regina@contoso.com")
        )

    assert found() == ["r3", "r2", "r0", "r1", "r9"]
    assert found(kinds=[CONTACT, ACCOUNT]) == ["r3", "r2"]
    assert found(exclude_inactive=True) == ["r3", "r2", "r0", "r1"]
    assert found(limit=2) == ["r3", "r2"]


def test_the_threshold_holds_but_for_what_a_rule_finds(client: Client) -> None:
    store(client, "email", email="regina@contoso.com", first_name="Zoe", last_name="Quist")
    store(client, "name", first_name="Regina", last_name="Murphy")
    options = duplicate_pb2.FindOptions(threshold=1.0)
    asked = {"first_name": "Regina", "last_name": "Murphy", "email": "regina@contoso.com"}
    found = find_sent(client, options, **asked).duplicates
    assert [(each.ref.id, list(each.rules)) for each in found] == [("email", ["rules/built-in-same-email"])]
    low = duplicate_pb2.FindOptions(threshold=0.01)
    assert set(ids(find_sent(client, low, **asked))) == {"email", "name"}


def test_a_record_without_anything_to_compare_is_stored_and_says_so(client: Client) -> None:
    assert not store(client, "bare", note="likes tea", first_name=" ").comparable
    assert find(client, "bare").not_comparable
    assert find_sent(client, hobby="chess").not_comparable
    told = client.call(
        "DedupeService.ListRecords", record_pb2.ListRecordsRequest(kind=LEAD, only_not_comparable=True)
    )
    assert [each.ref.id for each in told.records] == ["bare"]


def test_a_key_that_too_many_share_is_told_by_its_fields(client: Client) -> None:
    import_all(client, [record(f"r{number}", phone="+1 202 555 0123") for number in range(60)])
    found = find_sent(client, phone="+1 202 555 0123", first_name="Ann")
    assert not found.duplicates
    (crowded,) = found.crowded_keys
    assert list(crowded.fields) == ["phone"]
    assert crowded.record_count >= 40
    assert "555" not in str(found)


def test_what_was_decided_holds_for_every_list(client: Client) -> None:
    for record_id in ("a", "b", "c"):
        store(client, record_id, **REGINA)
    decided = decide(client, "b", "a", same=False)
    assert (decided.left.id, decided.right.id, decided.decided_by) == ("a", "b", "tester")
    assert ids(find(client, "a")) == ["c"]
    assert ids(find(client, "b")) == ["c"]
    assert ids(find(client, "c")) == ["a", "b"]
    assert ids(find_sent(client, **REGINA)) == ["a", "b", "c"]
    decide(client, "a", "b", same=True)
    assert ids(find(client, "a")) == ["b", "c"]
    decide(client, "a", "b", same=False)
    taken_back = duplicate_pb2.DeletePairDecisionRequest(left=ref("b"), right=ref("a"))
    client.call("DedupeService.DeletePairDecision", taken_back)
    assert ids(find(client, "a")) == ["b", "c"]
    assert client.refused("DedupeService.DeletePairDecision", taken_back).code == "NOT_FOUND"


def test_decisions_are_listed_the_newest_first(client: Client) -> None:
    for record_id in ("a", "b", "c"):
        store(client, record_id, **REGINA)
    decide(client, "a", "b", same=False)
    decide(client, "c", "b", same=True)

    def listed(**of: object) -> list[tuple[str, str]]:
        request = duplicate_pb2.ListPairDecisionsRequest(**of)
        answer = client.call("DedupeService.ListPairDecisions", request)
        return [(each.left.id, each.right.id) for each in answer.decisions]

    assert listed() == [("b", "c"), ("a", "b")]
    assert listed(ref=ref("a")) == [("a", "b")]
    assert listed(verdict=duplicate_pb2.VERDICT_DUPLICATE) == [("b", "c")]
