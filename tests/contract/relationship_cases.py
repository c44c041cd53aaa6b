"""What the contract tests send to the relationship service."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from google.longrunning import operations_pb2
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type import money_pb2
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import (
    activity_pb2,
    capture_pb2,
    deal_pb2,
    engagement_pb2,
    insight_pb2,
    record_pb2,
    settings_pb2,
    talking_point_pb2,
    tie_pb2,
)

from services.common.db import Database
from services.common.operations import unfinished_operations
from services.common.tables import OperationState
from services.relationship.rebuild import REBUILD, TARGET
from tests.contract.cases import BadInput, Requests, unwritten_language
from tests.contract.common_cases import (
    MISSING_OPERATIONS,
    bad_operations,
    good_operations,
    new_operation,
    page_tokens,
)
from tests.contract.served import TENANT, Served
from tests.integration.relationship.world import (
    ADA,
    BEN,
    KIM,
    NOON,
    OPPORTUNITY,
    OWN,
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

SECRET = "zephyrine-quoll@customer.example"
AS_OF = timestamp(NOON + timedelta(days=10))
AFTER_9999 = Timestamp(seconds=253_402_300_800)
IN_1969 = Timestamp(seconds=-1)
REBUILT_S = 240
HALF_HOUR = Duration(seconds=1800)


def _participant(**fields: Any) -> activity_pb2.Participant:
    return activity_pb2.Participant(**({"address": KIM} | fields))


def _bad_activities(
    wrap: Callable[[activity_pb2.Activity], Requests], path: str = "activities[0]"
) -> list[BadInput]:
    """What is wrong with an activity, whatever takes it."""

    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: wrap(_changed(**fields)), f"{path}.{field}")

    sender = _participant(role=activity_pb2.PARTICIPANT_ROLE_FROM)
    return [
        bad("began in 1969", "start_time", start_time=IN_1969),
        bad("begins in the future", "start_time", start_time=Timestamp(seconds=7_000_000_000)),
        bad("ends before it starts", "end_time", end_time=timestamp(NOON - timedelta(hours=1))),
        bad("ends after the year 9999", "end_time", end_time=AFTER_9999),
        bad("lasts a negative time", "duration", duration=Duration(seconds=-1)),
        bad("lasts 32 days", "duration", duration=Duration(seconds=32 * 86_400)),
        bad("has both an end and a duration", "duration", duration=HALF_HOUR, end_time=timestamp(NOON)),
        bad(
            "a participant without an address",
            "participants[0].address",
            participants=[_participant(address=" ")],
        ),
        bad("NUL in an address", "participants[0].address", participants=[_participant(address="\x00")]),
        bad(
            "an address that grows when folded",
            "participants[0].address",
            participants=[_participant(address="ß" * 200)],
        ),
        bad("NUL in a name", "participants[0].name", participants=[_participant(name="\x00")]),
        bad("two senders", "participants[1].role", participants=[sender, sender]),
        bad("a reply to itself", "in_reply_to", message_id="<m@x>", in_reply_to="m@x"),
        bad("a reference to itself", "references[1]", message_id="m@x", references=["n@x", "<m@x>"]),
        bad("NUL in the id", "id", id="\x00"),
        bad("NUL in the subject", "subject", subject="\x00"),
        bad("NUL in the text", "text", text="\x00"),
        bad("NUL in the thread", "thread_id", thread_id="\x00"),
        bad("NUL in the Message-ID", "message_id", message_id="\x00"),
        bad("NUL in a record's id", "regarding[0].id", regarding=[ref("\x00")]),
    ]


def _changed(**fields: Any) -> activity_pb2.Activity:
    """The activity of most tests with other fields."""
    at = fields.pop("start_time", None)
    made = activity(**fields)
    if at is not None:
        made.start_time.CopyFrom(at)
    return made


def _bad_records() -> list[BadInput]:
    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: [records(record(**fields))], f"records[0].{field}")

    case = common_pb2.RECORD_KIND_CASE
    return [
        bad("a case", "ref.kind", kind=case),
        bad("NUL in the id", "ref.id", record_id="\x00"),
        bad("NUL in the name", "display_name", display_name="\x00"),
        bad("an owner without an address", "owner", owner=" "),
        bad("a member of the team without an address", "team[0]", team=[" "]),
        bad("an address that is none", "addresses[1]", addresses=[KIM, "<>"]),
        bad("NUL in a contact's id", "contacts[0]", contacts=["\x00"]),
        bad(
            "a currency in small letters", "estimated_revenue.currency_code", estimated_revenue=_money("eur")
        ),
        bad(
            "an amount of two signs", "actual_revenue.nanos", actual_revenue=_money("EUR", units=1, nanos=-1)
        ),
        bad("closes after the year 9999", "estimated_close_time", estimated_close_time=AFTER_9999),
        bad("closed after the year 9999", "actual_close_time", actual_close_time=AFTER_9999),
        bad("an attribute that is a list", "attributes.a", attributes={"a": [1]}),
        bad("an attribute that is not finite", "attributes.a", attributes={"a": float("nan")}),
        bad("a long attribute", "attributes.a", attributes={"a": "x" * 1001}),
        bad("an attribute without a name", "attributes", attributes={"": 1}),
        bad("101 attributes", "attributes", attributes={str(number): 1 for number in range(101)}),
        BadInput("a record twice", lambda _: [records(record(), record())], "records[1].ref"),
    ]


def _money(code: str, **fields: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code=code, **fields)


def _bad_settings() -> list[BadInput]:
    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: [settings(**fields)], f"settings.{field}")

    hours = settings_pb2.BusinessHours(start_minute=600, end_minute=600, weekdays=[1])
    return [
        bad("zone that is none", "time_zone", time_zone="Mars/Olympus"),
        bad("address in place of a domain", "own_domains[0]", own_domains=["a@b.example"]),
        bad("address that is none", "own_addresses[0]", own_addresses=["<>"]),
        bad("bands out of order", "fair_from", fair_from=80),
        bad("good below fair", "good_from", good_from=30),
        bad("hours that end as they begin", "business_hours.end_minute", business_hours=hours),
        BadInput(
            "unknown path",
            lambda _: [
                settings_pb2.UpdateRelationshipSettingsRequest(
                    settings=settings_pb2.RelationshipSettings(), update_mask={"paths": ["update_time"]}
                )
            ],
            "update_mask.paths[0]",
        ),
    ]


def _opt_out(name: str = "away@own.example", **fields: Any) -> tie_pb2.SetOptOutRequest:
    given = {"kind": tie_pb2.OPT_OUT_KIND_PERSON, "name": name, "is_out": True} | fields
    return tie_pb2.SetOptOutRequest(opt_out=tie_pb2.OptOut(**given))


def _event(**fields: Any) -> engagement_pb2.RecordEngagementRequest:
    given = {
        "id": f"e-{uuid.uuid4().hex}",
        "activity_id": "kept",
        "kind": engagement_pb2.ENGAGEMENT_KIND_OPEN,
        "time": timestamp(NOON),
    } | fields
    return engagement_pb2.RecordEngagementRequest(events=[engagement_pb2.EngagementEvent(**given)])


def _bad_events() -> list[BadInput]:
    def bad(fault: str, field: str, **fields: Any) -> BadInput:
        return BadInput(fault, lambda _: [_event(**fields)], f"events[0].{field}")

    return [
        bad("in 1969", "time", time=IN_1969),
        bad("after the year 9999", "time", time=AFTER_9999),
        bad("NUL in the id", "id", id="\x00"),
        bad("NUL in the mail's id", "activity_id", activity_id="\x00"),
        bad("NUL in the agent", "user_agent", user_agent="\x00"),
        bad("NUL in the link", "link", link="\x00"),
        bad("NUL in the method", "http_method", http_method="\x00"),
    ]


def _captured(*activities: activity_pb2.Activity, **fields: Any) -> capture_pb2.OfferActivitiesRequest:
    captured = [capture_pb2.CapturedActivity(activity=each) for each in activities]
    return capture_pb2.OfferActivitiesRequest(captured=captured, **fields)


def _exclusion(
    name: str = "nobody@x.example",
    kind: capture_pb2.CaptureExclusionKind.ValueType = capture_pb2.CAPTURE_EXCLUSION_KIND_ADDRESS,
) -> capture_pb2.SetCaptureExclusionRequest:
    exclusion = capture_pb2.CaptureExclusion(kind=kind, name=name)
    return capture_pb2.SetCaptureExclusionRequest(exclusion=exclusion, is_excluded=True)


def _series(record_id: str = "kept", **fields: Any) -> insight_pb2.GetActivitySeriesRequest:
    return insight_pb2.GetActivitySeriesRequest(ref=ref(record_id), **({"as_of_time": AS_OF} | fields))


def _health(*ids: str, **fields: Any) -> insight_pb2.BatchGetRecordHealthRequest:
    return insight_pb2.BatchGetRecordHealthRequest(refs=map(ref, ids), **fields)


def _connections_of(name: str, company: str) -> tie_pb2.FindConnectionsRequest:
    return tie_pb2.FindConnectionsRequest(person=tie_pb2.PersonName(name=name, company=company))


def _introduction(**fields: str) -> tie_pb2.RequestIntroductionRequest:
    return tie_pb2.RequestIntroductionRequest(**({"colleague": ADA, "contact": KIM} | fields))


def _deals() -> list[record_pb2.RelationshipRecord]:
    """Closed deals enough to compare, and an open one that looks like the won ones."""
    won, lost = record_pb2.RECORD_STATE_WON, record_pb2.RECORD_STATE_LOST

    def deal(
        name: str, state: record_pb2.RecordState.ValueType, source: str
    ) -> record_pb2.RelationshipRecord:
        revenue = _money("EUR", units=1000)
        closed = timestamp(NOON) if state else None
        return record(
            name,
            OPPORTUNITY,
            owner=ADA,
            state=state,
            actual_revenue=revenue,
            estimated_revenue=revenue,
            actual_close_time=closed,
            attributes={"source": source},
        )

    return [
        *(deal(f"won-{number}", won, "referral") for number in range(30)),
        *(deal(f"lost-{number}", lost, "advert") for number in range(30)),
        deal("open", record_pb2.RECORD_STATE_OPEN, "referral"),
    ]


def _period(end: Timestamp | None = None, owner: str = "") -> deal_pb2.GetPeriodFactsRequest:
    """A period that is over."""
    start = timestamp(NOON - timedelta(days=30))
    return deal_pb2.GetPeriodFactsRequest(start_time=start, end_time=end or AS_OF, owner=owner)


def _effort(end: Timestamp | None = None) -> deal_pb2.GetPeriodEffortRequest:
    """A period that is over."""
    start = timestamp(NOON - timedelta(days=30))
    return deal_pb2.GetPeriodEffortRequest(start_time=start, end_time=end or AS_OF)


def _similar(record_id: str = "open", **fields: Any) -> deal_pb2.GetSimilarDealsRequest:
    return deal_pb2.GetSimilarDealsRequest(ref=ref(record_id, **({"kind": OPPORTUNITY} | fields)))


def _points(record_id: str = "kept") -> talking_point_pb2.ListTalkingPointsRequest:
    return talking_point_pb2.ListTalkingPointsRequest(ref=ref(record_id))


def _point_use(activity_id: str = "kept") -> talking_point_pb2.SetTalkingPointUseRequest:
    return talking_point_pb2.SetTalkingPointUseRequest(
        activity_id=activity_id,
        category=talking_point_pb2.TALKING_POINT_CATEGORY_SPORTS,
        do_not_use=True,
    )


def _list_activities(**fields: Any) -> activity_pb2.ListActivitiesRequest:
    return activity_pb2.ListActivitiesRequest(**fields)


def _other_token(cases: Any) -> str:
    return str(cases.page_token(record_pb2.ListRecordsRequest, "RelationshipService.ListRecords"))


def _activities_token(cases: Any) -> str:
    return str(cases.page_token(activity_pb2.ListActivitiesRequest, "ActivityService.ListActivities"))


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET

    def __init__(self, served: Served) -> None:
        self.served = served
        self._db = Database(served.settings.database_url, service="relationship")
        self._client = served.client()
        call = self._client.call
        call("RelationshipService.UpdateRelationshipSettings", settings(own_domains=[OWN]))
        kept = [activity(ADA, SECRET, id=each) for each in ("kept", "kept-too")]
        call("ActivityService.BatchUpsertActivities", batch(*kept))
        call("RelationshipService.BatchUpsertRecords", records(_kept("kept"), _kept("kept-too")))
        call("RelationshipService.BatchUpsertRecords", records(*_deals()))
        for name in ("one@own.example", "two@own.example"):
            call("TieService.SetOptOut", _opt_out(name))
            call("CaptureService.SetCaptureExclusion", _exclusion(name))
        call("CaptureService.OfferActivities", _captured(_offered("offered"), _offered("offered-too")))
        self.good = _good(self)

    def close(self) -> None:
        self._db.close()

    def new_activity(self) -> str:
        made = activity(BEN, SECRET)
        self._client.call("ActivityService.BatchUpsertActivities", batch(made))
        return made.id

    def new_offer(self) -> str:
        made = _offered(f"o-{uuid.uuid4().hex}")
        self._client.call("CaptureService.OfferActivities", _captured(made))
        return made.id

    def new_record(self) -> common_pb2.RecordRef:
        made = record(f"r-{uuid.uuid4().hex}")
        self._client.call("RelationshipService.BatchUpsertRecords", records(made))
        return made.ref

    def new_operation(self, state: OperationState = OperationState.PENDING) -> str:
        """An operation that no runner looks for."""
        return new_operation(self._db, TENANT, SECRET, state)

    def page_token(self, make: Callable[..., Message], method: str) -> str:
        """The token of a second page."""
        return str(self._client.call(method, make(page_size=1)).next_page_token)

    def _wait_for_rebuilds(self) -> None:
        until = time.monotonic() + REBUILT_S
        while time.monotonic() < until:
            with self._db.read(TENANT) as session:
                if not unfinished_operations(session, kind=REBUILD, target=TARGET):
                    return
            time.sleep(0.05)
        raise AssertionError("a rebuild does not end")

    def snapshot(self) -> Sequence[Message]:
        self._wait_for_rebuilds()
        call = self._client.call
        return [
            *self._pages("ActivityService.ListActivities", activity_pb2.ListActivitiesRequest()),
            *self._pages("RelationshipService.ListRecords", record_pb2.ListRecordsRequest()),
            *self._pages("TieService.ListOptOutEntries", tie_pb2.ListOptOutEntriesRequest()),
            *self._pages("CaptureService.ListOffers", capture_pb2.ListOffersRequest()),
            *self._pages("CaptureService.ListCaptureExclusions", capture_pb2.ListCaptureExclusionsRequest()),
            call(
                "RelationshipService.GetRelationshipSettings", settings_pb2.GetRelationshipSettingsRequest()
            ),
            call("RelationshipService.GetInsights", insights("kept")),
            call("RelationshipService.GetActivitySeries", _series()),
            *call("TieService.StreamTies", tie_pb2.StreamTiesRequest(as_of_time=AS_OF)),
            *self._pages("Operations.ListOperations", operations_pb2.ListOperationsRequest()),
        ]

    def _pages(self, method: str, request: Any) -> list[Message]:
        """Every page of a list: what the other tests left behind fills more than one."""
        request.page_size = 1000
        pages = [self._client.call(method, request)]
        while pages[-1].next_page_token:
            request.page_token = pages[-1].next_page_token
            pages.append(self._client.call(method, request))
        return pages

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        "ActivityService.GetActivity": lambda: [activity_pb2.GetActivityRequest(activity_id="none")],
        "ActivityService.DeleteActivity": lambda: [activity_pb2.DeleteActivityRequest(activity_id="none")],
        "ActivityService.RecordEngagement": lambda: [_event(activity_id="none")],
        "RelationshipService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref("none"))],
        "RelationshipService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=ref("none"))],
        "RelationshipService.GetInsights": lambda: [insights("none")],
        "RelationshipService.GetActivitySeries": lambda: [_series("none")],
        "TieService.FindConnections": lambda: [tie_pb2.FindConnectionsRequest(ref=ref("none"))],
        "RelationshipService.ListTalkingPoints": lambda: [_points("none")],
        "RelationshipService.SetTalkingPointUse": lambda: [_point_use("none")],
        "DealService.GetSimilarDeals": lambda: [_similar("none")],
        "CaptureService.TrackOffers": lambda: [capture_pb2.TrackOffersRequest(activity_ids=["none"])],
        "CaptureService.IgnoreOffers": lambda: [capture_pb2.IgnoreOffersRequest(activity_ids=["none"])],
        **MISSING_OPERATIONS,
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        "ActivityService.ImportActivities": "makes the activities that it names",
        "ActivityService.BatchUpsertActivities": "makes the activities that it names",
        "ActivityService.ListActivities": "an empty list is a good answer",
        "ActivityService.RebuildAggregates": "no activities are read at once",
        "ActivityService.ErasePerson": "who is not there is erased: nothing tells whether they ever were",
        "ActivityService.SetFollowing": "a wish of somebody who is not known yet holds from then on",
        "RelationshipService.BatchUpsertRecords": "makes the records that it names",
        "RelationshipService.ListRecords": "an empty list is a good answer",
        "RelationshipService.BatchGetRecordHealth": "leaves out what is not there",
        "RelationshipService.GetRelationshipSettings": "where none are set the default ones hold",
        "RelationshipService.UpdateRelationshipSettings": "sets what it names",
        "DealService.GetPipeline": "an empty pipeline is a good answer",
        "DealService.GetPeriodFacts": "a period without deals is a good answer",
        "DealService.GetPeriodEffort": "a period without activities is a good answer",
        "TieService.RequestIntroduction": "writes to whom it is told",
        "TieService.StreamTies": "no ties are a good answer",
        "TieService.SetOptOut": "a wish of somebody who is not known yet holds from then on",
        "TieService.ListOptOutEntries": "an empty list is a good answer",
        "CaptureService.OfferActivities": "makes the offers that it names",
        "CaptureService.ListOffers": "an empty list is a good answer",
        "CaptureService.SetCaptureExclusion": "a wish holds for who is not known yet",
        "CaptureService.ListCaptureExclusions": "an empty list is a good answer",
        "Operations.ListOperations": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        "ActivityService.ImportActivities": _bad_activities(lambda made: [stream(made)]),
        "ActivityService.BatchUpsertActivities": [
            *_bad_activities(lambda made: [batch(made)]),
            BadInput(
                "an id twice", lambda _: [batch(activity(id="x"), activity(id="x"))], "activities[1].id"
            ),
        ],
        "ActivityService.ListActivities": [
            BadInput("NUL in the record's id", lambda _: [_list_activities(ref=ref("\x00"))], "ref.id"),
            *page_tokens(lambda token: _list_activities(page_token=token), _other_token),
        ],
        "ActivityService.ErasePerson": [
            BadInput("no address", lambda _: [activity_pb2.ErasePersonRequest(address=" ")], "address")
        ],
        "ActivityService.SetFollowing": [
            BadInput("no address", lambda _: [engagement_pb2.SetFollowingRequest(address=" ")], "address")
        ],
        "ActivityService.RecordEngagement": [
            *_bad_events(),
            BadInput(
                "an event twice",
                lambda _: [
                    engagement_pb2.RecordEngagementRequest(
                        events=[*_event(id="x").events, *_event(id="x").events]
                    )
                ],
                "events[1].id",
            ),
        ],
        "RelationshipService.BatchUpsertRecords": _bad_records(),
        "RelationshipService.GetRecord": [
            BadInput("NUL in the id", lambda _: [record_pb2.GetRecordRequest(ref=ref("\x00"))], "ref.id")
        ],
        "RelationshipService.DeleteRecord": [
            BadInput("NUL in the id", lambda _: [record_pb2.DeleteRecordRequest(ref=ref("\x00"))], "ref.id")
        ],
        "RelationshipService.ListRecords": page_tokens(
            lambda token: record_pb2.ListRecordsRequest(page_token=token), _activities_token
        ),
        "RelationshipService.GetInsights": [
            BadInput("NUL in the id", lambda _: [insights("\x00")], "ref.id"),
            BadInput(
                "as of a time after the year 9999",
                lambda _: [insight_pb2.GetInsightsRequest(ref=ref("kept"), as_of_time=AFTER_9999)],
                "as_of_time",
            ),
            unwritten_language(lambda tag: [insights("kept", language=tag)]),
        ],
        "RelationshipService.BatchGetRecordHealth": [
            BadInput("NUL in an id", lambda _: [_health("kept", "\x00")], "refs[1].id"),
            BadInput("a record twice", lambda _: [_health("kept", "kept")], "refs[1]"),
            BadInput(
                "as of a time after the year 9999",
                lambda _: [_health("kept", as_of_time=AFTER_9999)],
                "as_of_time",
            ),
        ],
        "RelationshipService.GetActivitySeries": [
            BadInput("NUL in the id", lambda _: [_series("\x00")], "ref.id"),
            BadInput(
                "as of a time after the year 9999", lambda _: [_series(as_of_time=AFTER_9999)], "as_of_time"
            ),
        ],
        "RelationshipService.UpdateRelationshipSettings": _bad_settings(),
        "RelationshipService.ListTalkingPoints": [
            BadInput("NUL in the id", lambda _: [_points("\x00")], "ref.id")
        ],
        "DealService.GetSimilarDeals": [
            BadInput("NUL in the id", lambda _: [_similar("\x00")], "ref.id"),
            BadInput("a contact", lambda _: [_similar(kind=common_pb2.RECORD_KIND_CONTACT)], "ref.kind"),
        ],
        "DealService.GetPipeline": [
            BadInput(
                "as of a time after the year 9999",
                lambda _: [deal_pb2.GetPipelineRequest(as_of_time=AFTER_9999)],
                "as_of_time",
            )
        ],
        "DealService.GetPeriodFacts": [
            BadInput("ends before it begins", lambda _: [_period(IN_1969)], "end_time"),
            BadInput("ends after the year 9999", lambda _: [_period(AFTER_9999)], "end_time"),
            BadInput("an owner of no letters", lambda _: [_period(owner=" ")], "owner"),
        ],
        "DealService.GetPeriodEffort": [
            BadInput("ends before it begins", lambda _: [_effort(IN_1969)], "end_time"),
            BadInput(
                "lasts over ten years",
                lambda _: [_effort(timestamp(NOON + timedelta(days=3660)))],
                "end_time",
            ),
        ],
        "TieService.FindConnections": [
            BadInput("no address", lambda _: [tie_pb2.FindConnectionsRequest(address=" ")], "address"),
            BadInput("no name", lambda _: [_connections_of(" ", "Acme")], "person.name"),
            BadInput("no company", lambda _: [_connections_of("Kim Lee", " ")], "person.company"),
            BadInput(
                "as of a time after the year 9999",
                lambda _: [tie_pb2.FindConnectionsRequest(address=KIM, as_of_time=AFTER_9999)],
                "as_of_time",
            ),
            unwritten_language(lambda tag: [tie_pb2.FindConnectionsRequest(address=KIM, language=tag)]),
        ],
        "TieService.RequestIntroduction": [
            BadInput("no colleague", lambda _: [_introduction(colleague=" ")], "colleague"),
            BadInput("no contact", lambda _: [_introduction(contact=" ")], "contact"),
            unwritten_language(lambda tag: [_introduction(language=tag)]),
        ],
        "TieService.StreamTies": [
            BadInput(
                "as of a time after the year 9999",
                lambda _: [tie_pb2.StreamTiesRequest(as_of_time=AFTER_9999)],
                "as_of_time",
            ),
            unwritten_language(lambda tag: [tie_pb2.StreamTiesRequest(language=tag)]),
        ],
        "TieService.SetOptOut": [
            BadInput("no address", lambda _: [_opt_out(" ")], "opt_out.name"),
            BadInput("a person with members", lambda _: [_opt_out(members=[ADA])], "opt_out.members"),
            BadInput(
                "a member without an address",
                lambda _: [_opt_out("team", kind=tie_pb2.OPT_OUT_KIND_GROUP, members=[" "])],
                "opt_out.members[0]",
            ),
        ],
        "TieService.ListOptOutEntries": page_tokens(
            lambda token: tie_pb2.ListOptOutEntriesRequest(page_token=token), _other_token
        ),
        "CaptureService.OfferActivities": [
            *_bad_activities(lambda made: [_captured(made)], "captured[0].activity"),
            BadInput(
                "an id twice",
                lambda _: [_captured(activity(id="x"), activity(id="x"))],
                "captured[1].activity.id",
            ),
            BadInput("NUL in the owner", lambda _: [_captured(activity(), owner="\x00")], "owner"),
        ],
        "CaptureService.ListOffers": [
            BadInput(
                "NUL in the record's id",
                lambda _: [capture_pb2.ListOffersRequest(ref=ref("\x00"))],
                "ref.id",
            ),
            *page_tokens(lambda token: capture_pb2.ListOffersRequest(page_token=token), _other_token),
        ],
        "CaptureService.TrackOffers": [
            BadInput(
                "NUL in an id",
                lambda _: [capture_pb2.TrackOffersRequest(activity_ids=["\x00"])],
                "activity_ids[0]",
            ),
            BadInput(
                "NUL in a record's id",
                lambda _: [capture_pb2.TrackOffersRequest(activity_ids=["offered"], regarding=[ref("\x00")])],
                "regarding[0].id",
            ),
        ],
        "CaptureService.IgnoreOffers": [
            BadInput(
                "NUL in an id",
                lambda _: [capture_pb2.IgnoreOffersRequest(activity_ids=["a", "\x00"])],
                "activity_ids[1]",
            )
        ],
        "CaptureService.SetCaptureExclusion": [
            BadInput("no address", lambda _: [_exclusion(" ")], "exclusion.name"),
            BadInput(
                "an address in place of a domain",
                lambda _: [_exclusion("a@b.example", capture_pb2.CAPTURE_EXCLUSION_KIND_DOMAIN)],
                "exclusion.name",
            ),
            BadInput(
                "a domain of one word",
                lambda _: [_exclusion("example", capture_pb2.CAPTURE_EXCLUSION_KIND_DOMAIN)],
                "exclusion.name",
            ),
        ],
        "CaptureService.ListCaptureExclusions": page_tokens(
            lambda token: capture_pb2.ListCaptureExclusionsRequest(page_token=token), _other_token
        ),
        **bad_operations(_other_token),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        "ActivityService.GetActivity": "an id that is none is not found",
        "ActivityService.DeleteActivity": "an id that is none is not found",
        "ActivityService.RebuildAggregates": "the proto's constraints say everything",
        "RelationshipService.GetRelationshipSettings": "it has no fields",
        "RelationshipService.SetTalkingPointUse": "the proto's constraints say everything",
    }


def _offered(activity_id: str) -> activity_pb2.Activity:
    """What touches a contact that is known."""
    return activity(ADA, SECRET, id=activity_id)


def _kept(record_id: str) -> record_pb2.RelationshipRecord:
    return record(record_id, addresses=[SECRET])


def _good(cases: Cases) -> dict[str, Callable[[], Requests]]:
    return {
        "ActivityService.ImportActivities": lambda: [stream(activity(ADA, SECRET, id="kept"))],
        "ActivityService.BatchUpsertActivities": lambda: [batch(activity())],
        "ActivityService.GetActivity": lambda: [activity_pb2.GetActivityRequest(activity_id="kept")],
        "ActivityService.ListActivities": lambda: [activity_pb2.ListActivitiesRequest()],
        "ActivityService.DeleteActivity": lambda: [
            activity_pb2.DeleteActivityRequest(activity_id=cases.new_activity())
        ],
        "ActivityService.RebuildAggregates": lambda: [activity_pb2.RebuildAggregatesRequest()],
        "ActivityService.ErasePerson": lambda: [activity_pb2.ErasePersonRequest(address="nobody@x.example")],
        "ActivityService.RecordEngagement": lambda: [_event()],
        "ActivityService.SetFollowing": lambda: [
            engagement_pb2.SetFollowingRequest(address="nobody@x.example", is_forbidden=True)
        ],
        "RelationshipService.BatchUpsertRecords": lambda: [records(record(f"r-{uuid.uuid4().hex}"))],
        "RelationshipService.GetRecord": lambda: [record_pb2.GetRecordRequest(ref=ref("kept"))],
        "RelationshipService.ListRecords": lambda: [record_pb2.ListRecordsRequest()],
        "RelationshipService.DeleteRecord": lambda: [record_pb2.DeleteRecordRequest(ref=cases.new_record())],
        "RelationshipService.GetInsights": lambda: [insights("kept")],
        "RelationshipService.BatchGetRecordHealth": lambda: [_health("kept", "none", as_of_time=AS_OF)],
        "RelationshipService.GetActivitySeries": lambda: [_series()],
        "RelationshipService.GetRelationshipSettings": lambda: [
            settings_pb2.GetRelationshipSettingsRequest()
        ],
        "RelationshipService.UpdateRelationshipSettings": lambda: [settings(unanswered_hours=24)],
        "RelationshipService.ListTalkingPoints": lambda: [_points()],
        "RelationshipService.SetTalkingPointUse": lambda: [_point_use()],
        "DealService.GetSimilarDeals": lambda: [_similar()],
        "DealService.GetPipeline": lambda: [deal_pb2.GetPipelineRequest(as_of_time=AS_OF)],
        "DealService.GetPeriodFacts": lambda: [_period()],
        "DealService.GetPeriodEffort": lambda: [_effort()],
        "TieService.FindConnections": lambda: [
            tie_pb2.FindConnectionsRequest(ref=ref("kept"), as_of_time=AS_OF)
        ],
        "TieService.RequestIntroduction": lambda: [_introduction()],
        "TieService.StreamTies": lambda: [tie_pb2.StreamTiesRequest(as_of_time=AS_OF)],
        "TieService.SetOptOut": lambda: [_opt_out()],
        "TieService.ListOptOutEntries": lambda: [tie_pb2.ListOptOutEntriesRequest()],
        "CaptureService.OfferActivities": lambda: [_captured(_offered(f"o-{uuid.uuid4().hex}"))],
        "CaptureService.ListOffers": lambda: [capture_pb2.ListOffersRequest()],
        "CaptureService.TrackOffers": lambda: [
            capture_pb2.TrackOffersRequest(activity_ids=[cases.new_offer()])
        ],
        "CaptureService.IgnoreOffers": lambda: [
            capture_pb2.IgnoreOffersRequest(activity_ids=[cases.new_offer()])
        ],
        "CaptureService.SetCaptureExclusion": lambda: [_exclusion()],
        "CaptureService.ListCaptureExclusions": lambda: [capture_pb2.ListCaptureExclusionsRequest()],
        **good_operations(cases),
    }
