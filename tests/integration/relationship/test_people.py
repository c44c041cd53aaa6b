"""Who knows whom, who stays out of it, and who is erased: visible in the very next answer."""

from datetime import timedelta

from leadlight.relationship.v1 import activity_pb2, engagement_pb2, talking_point_pb2, tie_pb2

from services.common.caller import Role
from tests.contract.served import Client
from tests.integration.relationship.conftest import Relationship
from tests.integration.relationship.world import (
    ACCOUNT,
    ADA,
    BEN,
    KIM,
    LEAD,
    LEE,
    MAX,
    MEETING,
    NOON,
    activity,
    batch,
    insights,
    record,
    records,
    ref,
    settings,
    stream,
    timestamp,
)

AS_OF = timestamp(NOON + timedelta(days=10))


def take(client: Client, *activities: object) -> None:
    client.call("ActivityService.BatchUpsertActivities", batch(*activities))


def who_knows(client: Client, address: str = KIM) -> tie_pb2.FindConnectionsResponse:
    request = tie_pb2.FindConnectionsRequest(address=address, as_of_time=AS_OF)
    found: tie_pb2.FindConnectionsResponse = client.call("TieService.FindConnections", request)
    return found


def opt_out(client: Client, name: str, *members: str, is_out: bool = True) -> None:
    kind = tie_pb2.OPT_OUT_KIND_GROUP if members else tie_pb2.OPT_OUT_KIND_PERSON
    given = tie_pb2.OptOut(kind=kind, name=name, members=members, is_out=is_out)
    client.call("TieService.SetOptOut", tie_pb2.SetOptOutRequest(opt_out=given))


def exchange(client: Client, person: str, contact: str = KIM, times: int = 3) -> None:
    take(
        client,
        *(activity(person, contact, days=number) for number in range(times)),
        *(activity(contact, person, days=number + 0.5) for number in range(times)),
    )


def test_the_strongest_comes_first_with_evidence(client: Client) -> None:
    exchange(client, ADA, times=6)
    exchange(client, BEN, times=1)
    known = who_knows(client).direct
    assert [tie.person for tie in known] == [ADA, BEN]
    assert known[0].strength > known[1].strength
    assert (known[0].evidence.sent_count, known[0].evidence.received_count) == (6, 6)
    assert known[0].evidence.text.startswith("12 emails both ways")
    request = tie_pb2.FindConnectionsRequest(address=KIM, as_of_time=AS_OF, language="da")
    danish = client.call("TieService.FindConnections", request).direct
    assert danish[0].evidence.text.startswith("12 mails begge veje")
    (answer,) = client.call(
        "TieService.StreamTies", tie_pb2.StreamTiesRequest(as_of_time=AS_OF, language="zh")
    )
    assert "双向往来12封邮件" in answer.ties[0].evidence.text


def test_somebody_is_asked_about_by_name_and_company(client: Client) -> None:
    exchange(client, ADA, KIM)
    exchange(client, BEN, LEE)
    exchange(client, BEN, MAX)
    client.call(
        "RelationshipService.BatchUpsertRecords",
        records(
            record("A", ACCOUNT, display_name="Acme  Ltd"),
            record("B", ACCOUNT, display_name="Other"),
            record("K", addresses=[KIM], display_name="Kim Løve", account="A"),
            record("L", LEAD, addresses=[MAX], display_name="KIM LØVE", account="A"),
            record("M", addresses=[LEE], display_name="Kim Løve", account="B"),
        ),
    )

    def request(name: str, company: str) -> tie_pb2.FindConnectionsRequest:
        person = tie_pb2.PersonName(name=name, company=company)
        return tie_pb2.FindConnectionsRequest(person=person, as_of_time=AS_OF)

    found = client.call("TieService.FindConnections", request("kim  løve", "ACME Ltd")).direct
    assert {(tie.person, tie.contact) for tie in found} == {(ADA, KIM), (BEN, MAX)}
    assert client.refused("TieService.FindConnections", request("Kim Løve", "Third")).code == "NOT_FOUND"
    client.call("ActivityService.ErasePerson", activity_pb2.ErasePersonRequest(address=KIM))
    found = client.call("TieService.FindConnections", request("Kim Løve", "Acme Ltd")).direct
    assert {(tie.person, tie.contact) for tie in found} == {(BEN, MAX)}


def test_mail_in_one_direction_is_weak(client: Client) -> None:
    take(client, *(activity(ADA, KIM, days=number / 10) for number in range(60)))
    assert who_knows(client).direct[0].band == tie_pb2.TIE_BAND_WEAK


def test_a_way_over_a_common_contact(client: Client) -> None:
    exchange(client, ADA, LEE)
    take(client, activity(LEE, ADA, KIM, days=1), activity(KIM, LEE, days=2), activity(LEE, KIM, days=3))
    opt_out(client, BEN)
    take(client, activity(LEE, MAX, days=2), activity(MAX, LEE, days=3))
    found = who_knows(client, MAX)
    assert not found.direct
    assert [(path.first.person, path.first.contact, path.second.contact) for path in found.two_hops] == [
        (ADA, LEE, MAX)
    ]
    opt_out(client, LEE)
    assert not who_knows(client, MAX).two_hops


def test_without_own_people_everybody_knows_everybody(stranger: Client) -> None:
    take(stranger, activity("1", "2"), activity("2", "1", days=1))
    ties = [
        tie
        for answer in stranger.call("TieService.StreamTies", tie_pb2.StreamTiesRequest(as_of_time=AS_OF))
        for tie in answer.ties
    ]
    assert [(tie.person, tie.contact) for tie in ties] == [("1", "2"), ("2", "1")]
    assert ties[0].strength == ties[1].strength > 0


def test_strengths_look_at_nothing_after_their_time(client: Client) -> None:
    exchange(client, ADA)
    early = timestamp(NOON + timedelta(hours=6))
    answers = client.call("TieService.StreamTies", tie_pb2.StreamTiesRequest(as_of_time=early))
    assert not any(answer.ties for answer in answers)


def test_opting_out_holds_at_once_and_leaves_an_entry(client: Client) -> None:
    exchange(client, ADA)
    exchange(client, BEN)
    opt_out(client, ADA.upper())
    assert [tie.person for tie in who_knows(client).direct] == [BEN]
    opt_out(client, "sales", BEN, ADA)
    assert not who_knows(client).direct
    assert not any(
        answer.ties
        for answer in client.call("TieService.StreamTies", tie_pb2.StreamTiesRequest(as_of_time=AS_OF))
    )
    introduction = tie_pb2.RequestIntroductionRequest(colleague=BEN, contact=KIM)
    assert client.refused("TieService.RequestIntroduction", introduction).code == "NOT_FOUND"
    opt_out(client, "sales", BEN, is_out=False)
    assert [tie.person for tie in who_knows(client).direct] == [BEN]
    body = client.call("TieService.RequestIntroduction", introduction).body
    assert "Ben" in body
    assert KIM in body
    entries = client.call("TieService.ListOptOutEntries", tie_pb2.ListOptOutEntriesRequest()).entries
    assert [(entry.opt_out.name, entry.opt_out.is_out) for entry in entries] == [
        ("sales", False),
        ("sales", True),
        (ADA, True),
    ]
    assert all(entry.by == "tester" for entry in entries)


def test_asking_may_need_a_role(relationship: Relationship, client: Client) -> None:
    exchange(client, ADA)
    client.call(
        "RelationshipService.UpdateRelationshipSettings", settings(connections_for_managers_only=True)
    )
    seller = relationship.served.client(client.tenant, [Role.SELLER])
    refused = seller.refused("TieService.FindConnections", tie_pb2.FindConnectionsRequest(address=KIM))
    assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    manager = relationship.served.client(client.tenant, [Role.MANAGER])
    assert who_knows(manager).direct


def test_an_erased_person_is_nowhere(client: Client) -> None:
    client.call(
        "RelationshipService.BatchUpsertRecords",
        records(
            record("K", addresses=[KIM], display_name="Kim K"),
            record("L", addresses=[LEE]),
            record("A", ACCOUNT, contacts=["K", "L"]),
        ),
    )
    exchange(client, ADA)
    take(
        client,
        activity(ADA, KIM, LEE, id="both", kind=MEETING, minutes=30, subject="With Kim"),
        activity(KIM, ADA, id="own", subject="My skiing", text="We went skiing in the holidays."),
    )
    opt_out(client, "group", KIM, LEE)
    before = client.call("RelationshipService.GetInsights", insights("A", ACCOUNT))
    assert before.kinds
    request = activity_pb2.ErasePersonRequest(address="Kim@Customer.example", validate_only=True)
    planned = client.call("ActivityService.ErasePerson", request)
    request.validate_only = False
    erased = client.call("ActivityService.ErasePerson", request)
    assert erased == planned
    assert (erased.deleted_activity_count, erased.anonymised_activity_count, erased.changed_record_count) == (
        7,
        1,
        1,
    )
    after = client.call("RelationshipService.GetInsights", insights("A", ACCOUNT))
    assert [(each.kind, each.from_us_count) for each in after.kinds] == [(MEETING, 1)]
    assert not who_knows(client).direct
    page = client.call("ActivityService.ListActivities", activity_pb2.ListActivitiesRequest())
    entries = client.call("TieService.ListOptOutEntries", tie_pb2.ListOptOutEntriesRequest())
    assert "kim" not in f"{after} {page} {entries}".casefold()
    assert client.call("ActivityService.ErasePerson", request).deleted_activity_count == 0


def test_talking_points_are_the_contacts_own_words(client: Client) -> None:
    client.call("RelationshipService.BatchUpsertRecords", records(record("K", addresses=[KIM])))
    take(
        client,
        activity(KIM, ADA, id="m1", text="Next week we go on vacation to Norway.", language="en"),
        activity(KIM, ADA, id="m2", days=1, text="We are on vacation in July again.", language="en"),
        activity(ADA, KIM, days=2, text="I am on vacation too.", language="en"),
    )
    request = talking_point_pb2.ListTalkingPointsRequest(ref=ref())
    points = client.call("RelationshipService.ListTalkingPoints", request).points
    assert [(point.activity_id, point.category) for point in points] == [
        ("m2", talking_point_pb2.TALKING_POINT_CATEGORY_VACATION)
    ]
    use = talking_point_pb2.SetTalkingPointUseRequest(
        activity_id="m2", category=talking_point_pb2.TALKING_POINT_CATEGORY_VACATION, do_not_use=True
    )
    client.call("RelationshipService.SetTalkingPointUse", use)
    points = client.call("RelationshipService.ListTalkingPoints", request).points
    assert [point.activity_id for point in points] == ["m1"]


def event(event_id: str, ms: int = 0, **fields: object) -> engagement_pb2.EngagementEvent:
    given = {
        "id": event_id,
        "activity_id": "mail",
        "kind": engagement_pb2.ENGAGEMENT_KIND_CLICK,
        "time": timestamp(NOON + timedelta(hours=1, milliseconds=ms)),
        "user_agent": "Mozilla/5.0 (Windows NT 10.0)",
        "http_method": "GET",
    } | fields
    return engagement_pb2.EngagementEvent(**given)


def test_programs_are_told_from_people_and_a_ban_on_following_holds(client: Client) -> None:
    client.call("RelationshipService.BatchUpsertRecords", records(record("K", addresses=[KIM])))
    take(client, activity(ADA, KIM, id="mail"))
    events = [
        event("sweep-1", link="https://x.example/1"),
        event("sweep-2", 3, link="https://x.example/2"),
        event("head", 90_000, http_method="HEAD"),
        event("person", 180_000, link="https://x.example/1"),
    ]
    request = engagement_pb2.RecordEngagementRequest(events=events)
    results = client.call("ActivityService.RecordEngagement", request).results
    assert all(each.counted for each in results)
    assert [each.human_probability > 0.5 for each in results] == [False, False, False, True]
    client.call("ActivityService.RecordEngagement", request)
    found = client.call("RelationshipService.GetInsights", insights()).engagement
    assert found.followed_count == 1
    assert abs(found.human_click_count + found.machine_click_count - 4) < 1e-9
    ban = engagement_pb2.SetFollowingRequest(address=KIM, is_forbidden=True)
    client.call("ActivityService.SetFollowing", ban)
    assert client.call("RelationshipService.GetInsights", insights()).engagement.followed_count == 0
    results = client.call("ActivityService.RecordEngagement", request).results
    assert not any(each.counted for each in results)


def test_a_bad_activity_in_a_stream_stops_no_other(client: Client) -> None:
    bad = activity(ADA, KIM, kind=MEETING, minutes=-5)
    answers = client.call(
        "ActivityService.ImportActivities",
        stream(activity(id="x"), bad, activity(id="y")),
        stream(activity(id="x"), activity(id="x", subject="corrected")),
    )
    results = [result for answer in answers for result in answer.results]
    assert [each.index for each in results] == [0, 1, 2, 3, 4]
    assert [each.outcome for each in results] == [1, 0, 1, 3, 2]
    assert results[1].status.code == 3
    page = client.call("ActivityService.ListActivities", activity_pb2.ListActivitiesRequest())
    assert sorted(each.id for each in page.activities) == ["x", "y"]
