"""Auto capture: what is seen in a mailbox is offered to its owner alone, and counts once it is tracked."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from leadlight.relationship.v1 import activity_pb2, capture_pb2, record_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.relationship.world import (
    ACCOUNT,
    ADA,
    BEN,
    KIM,
    LEE,
    MAX,
    MEETING,
    activity,
    batch,
    insights,
    record,
    records,
    ref,
)

ADDRESS, DOMAIN = capture_pb2.CAPTURE_EXCLUSION_KIND_ADDRESS, capture_pb2.CAPTURE_EXCLUSION_KIND_DOMAIN


@pytest.fixture
def client(client: Client) -> Client:
    """A tenant with a contact of an account."""
    client.call(
        "RelationshipService.BatchUpsertRecords",
        records(record("K", addresses=[KIM], account="A"), record("A", ACCOUNT)),
    )
    return client


def offer(client: Client, *seen: activity_pb2.Activity, **fields: Any) -> list[str]:
    """Hands in; the standing of each."""
    captured = [capture_pb2.CapturedActivity(activity=each) for each in seen]
    request = capture_pb2.OfferActivitiesRequest(captured=captured, **fields)
    results = client.call("CaptureService.OfferActivities", request).results
    names = [capture_pb2.CaptureStanding.Name(each.standing) for each in results]
    return [name.removeprefix("CAPTURE_STANDING_").lower() for name in names]


def offers(client: Client, **fields: Any) -> list[capture_pb2.Offer]:
    found = client.call("CaptureService.ListOffers", capture_pb2.ListOffersRequest(**fields)).offers
    return list(found)


def ids(client: Client, **fields: Any) -> list[str]:
    return [each.activity.id for each in offers(client, **fields)]


def tracked(client: Client) -> set[str]:
    page = client.call("ActivityService.ListActivities", activity_pb2.ListActivitiesRequest())
    return {each.id for each in page.activities}


def track(client: Client, *activity_ids: str, **fields: Any) -> list[str]:
    request = capture_pb2.TrackOffersRequest(activity_ids=activity_ids, **fields)
    return list(client.call("CaptureService.TrackOffers", request).activity_ids)


def ignore(client: Client, *activity_ids: str, **fields: Any) -> list[str]:
    request = capture_pb2.IgnoreOffersRequest(activity_ids=activity_ids, **fields)
    return list(client.call("CaptureService.IgnoreOffers", request).activity_ids)


def exclude(client: Client, name: str, kind: int = ADDRESS, *, is_excluded: bool = True) -> int:
    exclusion = capture_pb2.CaptureExclusion(kind=kind, name=name)  # type: ignore[arg-type]
    request = capture_pb2.SetCaptureExclusionRequest(exclusion=exclusion, is_excluded=is_excluded)
    return int(client.call("CaptureService.SetCaptureExclusion", request).forgotten_offer_count)


def test_what_touches_a_contact_is_offered_and_counts_for_nothing(client: Client) -> None:
    seen = [
        activity(ADA, KIM, id="known", subject="Prices", text="Words"),
        activity(LEE, ADA, id="likely", days=1, kind=MEETING, minutes=30),
        activity(ADA, MAX, id="nobody"),
        activity(ADA, BEN, id="internal"),
    ]
    assert offer(client, *seen, validate_only=True) == ["offered", "offered", "no_contact", "internal"]
    assert not offers(client)
    assert offer(client, *seen) == ["offered", "offered", "no_contact", "internal"]
    likely, known = offers(client)
    assert (known.activity.id, known.activity.subject, known.activity.text) == ("known", "Prices", "")
    assert (list(known.records), known.is_likely) == ([ref("A", ACCOUNT), ref("K")], False)
    assert (likely.activity.id, list(likely.records), likely.is_likely) == (
        "likely",
        [ref("A", ACCOUNT)],
        True,
    )
    assert likely.activity.duration.ToTimedelta().total_seconds() == 1800
    assert ids(client, ref=ref("K")) == ["known"]
    assert not tracked(client)
    assert not client.call("RelationshipService.GetInsights", insights("A", ACCOUNT)).kinds


def test_what_is_tracked_counts_and_is_offered_no_longer(client: Client) -> None:
    seen = [activity(ADA, KIM, id="known", text="Words"), activity(LEE, ADA, id="likely")]
    offer(client, *seen)
    assert track(client, "known", "likely", validate_only=True) == ["known", "likely"]
    assert len(offers(client)) == 2
    assert track(client, "known", "likely") == ["known", "likely"]
    assert not offers(client)
    found = client.call("RelationshipService.GetInsights", insights("A", ACCOUNT))
    assert [(each.from_us_count, each.from_customer_count) for each in found.kinds] == [(1, 1)]
    stored = client.call("ActivityService.GetActivity", activity_pb2.GetActivityRequest(activity_id="known"))
    assert (stored.text, list(stored.regarding)) == ("Words", [])
    assert offer(client, *seen) == ["tracked", "tracked"]
    refused = client.refused(
        "CaptureService.TrackOffers", capture_pb2.TrackOffersRequest(activity_ids=["known"])
    )
    assert refused.reason == "RESOURCE_NOT_FOUND"


def test_a_likely_one_can_be_tracked_for_another_record(client: Client) -> None:
    offer(client, activity(LEE, ADA, id="likely"))
    assert track(client, "likely", regarding=[ref("K")]) == ["likely"]
    stored = client.call("ActivityService.GetActivity", activity_pb2.GetActivityRequest(activity_id="likely"))
    assert list(stored.records) == [ref("K")]


@pytest.mark.parametrize("decide", [track, ignore])
def test_all_of_a_thread(client: Client, decide: Any) -> None:
    offer(
        client,
        activity(ADA, KIM, id="first", message_id="1@x"),
        activity(KIM, ADA, id="second", message_id="2@x", in_reply_to="1@x"),
        activity(ADA, KIM, id="third", message_id="3@x", references=["2@x"]),
        activity(ADA, KIM, id="other", message_id="4@x", subject="Something else"),
    )
    assert decide(client, "third", whole_threads=True) == ["first", "second", "third"]
    assert ids(client) == ["other"]
    assert tracked(client) == ({"first", "second", "third"} if decide is track else set())


def test_what_is_ignored_is_not_offered_again(client: Client) -> None:
    seen = [activity(ADA, KIM, id="one"), activity(ADA, KIM, id="two", subject="Other")]
    offer(client, *seen)
    assert ignore(client, "one", validate_only=True) == ["one"]
    assert ignore(client, "one") == ["one"]
    assert ids(client) == ["two"]
    assert offer(client, *seen) == ["ignored", "offered"]
    refused = client.refused(
        "CaptureService.IgnoreOffers", capture_pb2.IgnoreOffersRequest(activity_ids=["two", "one"])
    )
    assert refused.reason == "RESOURCE_NOT_FOUND"
    assert ids(client) == ["two"]
    # Who wants it after all imports it.
    client.call("ActivityService.BatchUpsertActivities", batch(seen[0]))
    assert tracked(client) == {"one"}


def test_never_this_address_or_domain(client: Client) -> None:
    with_kim = activity(ADA, KIM, id="kim")
    with_lee = activity(ADA, LEE, id="lee")
    offer(client, with_kim, with_lee)
    assert exclude(client, KIM.upper()) == 1
    assert ids(client) == ["lee"]
    assert offer(client, with_kim, with_lee) == ["excluded", "offered"]
    assert exclude(client, "Customer.Example", DOMAIN) == 1
    assert offer(client, with_kim, with_lee) == ["excluded", "excluded"]
    listed = client.call("CaptureService.ListCaptureExclusions", capture_pb2.ListCaptureExclusionsRequest())
    assert [(each.kind, each.name) for each in listed.exclusions] == [
        (ADDRESS, KIM),
        (DOMAIN, "customer.example"),
    ]
    assert exclude(client, "customer.example", DOMAIN, is_excluded=False) == 0
    assert offer(client, with_kim, with_lee) == ["excluded", "offered"]


def test_private_ones_leave_no_trace(client: Client) -> None:
    seen = activity(ADA, KIM, id="was-open")
    assert offer(client, seen) == ["offered"]
    request = capture_pb2.OfferActivitiesRequest(
        captured=[capture_pb2.CapturedActivity(activity=seen, is_private=True)]
    )
    result = client.call("CaptureService.OfferActivities", request).results[0]
    assert (result.standing, len(result.records)) == (capture_pb2.CAPTURE_STANDING_PRIVATE, 0)
    assert not offers(client)


def test_offers_are_their_owners_alone(client: Client) -> None:
    seller = replace(client, subject="ada", roles=frozenset({Role.SELLER}))
    colleague = replace(client, subject="ben", roles=frozenset({Role.SELLER}))
    assert offer(seller, activity(ADA, KIM, id="mine")) == ["offered"]
    assert not offers(colleague)
    gone = colleague.refused(
        "CaptureService.TrackOffers", capture_pb2.TrackOffersRequest(activity_ids=["mine"])
    )
    assert gone.reason == "RESOURCE_NOT_FOUND"
    assert exclude(colleague, KIM) == 0
    assert ids(seller) == ["mine"]
    assert offer(colleague, activity(ADA, KIM, id="mine")) == ["excluded"]


def test_once_one_owner_tracks_it_nobody_is_offered_it(client: Client) -> None:
    first, second = (replace(client, subject=each) for each in ("ada", "ben"))
    seen = activity(ADA, KIM, id="both")
    assert offer(first, seen) == offer(second, seen) == ["offered"]
    assert ignore(second, "both") == ["both"]
    assert ids(first) == ["both"]
    assert offer(second, activity(ADA, KIM, id="again")) == ["offered"]
    assert offer(first, activity(ADA, KIM, id="again")) == ["offered"]
    track(first, "again")
    assert not offers(second)


def test_only_services_hand_in_for_somebody_else(client: Client) -> None:
    seen = activity(ADA, KIM, id="seen")
    request = capture_pb2.OfferActivitiesRequest(
        captured=[capture_pb2.CapturedActivity(activity=seen)], owner="ada"
    )
    manager = replace(client, roles=frozenset({Role.MANAGER}))
    assert manager.refused("CaptureService.OfferActivities", request).reason == "ROLE_REQUIRED"
    connector = replace(client, subject="connector", roles=frozenset({Role.SERVICE}))
    assert offer(connector, seen, owner="ada") == ["offered"]
    assert not offers(connector)
    assert ids(replace(client, subject="ada")) == ["seen"]


def test_subjects_that_no_column_holds_are_owners_too(client: Client) -> None:
    strange = replace(client, subject="\0" + "x" * 300)
    assert offer(strange, activity(ADA, KIM, id="seen")) == ["offered"]
    assert ids(strange) == ["seen"]


def test_offers_come_in_pages(client: Client) -> None:
    seen = [activity(ADA, KIM, id=f"m{number}", days=-number) for number in range(5)]
    offer(client, *seen)
    page = client.call("CaptureService.ListOffers", capture_pb2.ListOffersRequest(page_size=3))
    assert [each.activity.id for each in page.offers] == ["m0", "m1", "m2"]
    assert ids(client, page_size=3, page_token=page.next_page_token) == ["m3", "m4"]


def test_offers_of_a_record_that_is_deleted_go_with_it(client: Client) -> None:
    offer(client, activity(ADA, KIM, id="both"), activity(LEE, ADA, id="likely"))
    delete = record_pb2.DeleteRecordRequest(ref=ref("A", ACCOUNT))
    client.call("RelationshipService.DeleteRecord", delete)
    assert ids(client) == ["both"]
    assert list(offers(client)[0].records) == [ref("K")]
    assert offer(client, activity(LEE, ADA, id="likely")) == ["no_contact"]


def test_providers_of_mailboxes_tell_no_company(client: Client) -> None:
    contact = record("G", addresses=["kim@gmail.com"], account="A")
    client.call("RelationshipService.BatchUpsertRecords", records(contact))
    assert offer(client, activity(ADA, "somebody@gmail.com"), activity(ADA, "kim@gmail.com")) == [
        "no_contact",
        "offered",
    ]


def test_a_repeat_gets_the_first_answer(client: Client) -> None:
    offer(client, activity(ADA, KIM, id="once"))
    request_id = str(uuid.uuid4())
    assert track(client, "once", request_id=request_id) == ["once"]
    assert track(client, "once", request_id=request_id) == ["once"]
