"""Activities and records as tests write them."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import activity_pb2, insight_pb2, record_pb2, settings_pb2

OWN = "own.example"
ADA, BEN, CLEO = f"ada@{OWN}", f"ben@{OWN}", f"cleo@{OWN}"
KIM, LEE, MAX = "kim@customer.example", "lee@customer.example", "max@elsewhere.example"
CONTACT, ACCOUNT = common_pb2.RECORD_KIND_CONTACT, common_pb2.RECORD_KIND_ACCOUNT
OPPORTUNITY, LEAD = common_pb2.RECORD_KIND_OPPORTUNITY, common_pb2.RECORD_KIND_LEAD
EMAIL, MEETING = activity_pb2.ACTIVITY_KIND_EMAIL, activity_pb2.ACTIVITY_KIND_MEETING
CALL, TASK = activity_pb2.ACTIVITY_KIND_PHONE_CALL, activity_pb2.ACTIVITY_KIND_TASK
PLANNED = activity_pb2.ACTIVITY_STATE_PLANNED
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday."""


def timestamp(at: datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(at)
    return message


def ref(record_id: str = "K", kind: common_pb2.RecordKind.ValueType = CONTACT) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=kind, id=record_id)


def activity(
    sender: str = ADA,
    *receivers: str,
    at: datetime = NOON,
    days: float = 0,
    minutes: float = 0,
    kind: activity_pb2.ActivityKind.ValueType = EMAIL,
    **fields: Any,
) -> activity_pb2.Activity:
    """An activity `days` after Monday noon; a mail unless its kind is said; `minutes` is how long it took."""
    people = [activity_pb2.Participant(address=sender, role=activity_pb2.PARTICIPANT_ROLE_FROM)]
    people += [activity_pb2.Participant(address=each) for each in receivers or (KIM,)]
    given: dict[str, Any] = {"id": f"a-{uuid.uuid4().hex[:12]}", "participants": people} | fields
    message = activity_pb2.Activity(kind=kind, start_time=timestamp(at + timedelta(days=days)), **given)
    if minutes:
        message.duration.FromTimedelta(timedelta(minutes=minutes))
    return message


def stream(*activities: activity_pb2.Activity) -> activity_pb2.ImportActivitiesRequest:
    return activity_pb2.ImportActivitiesRequest(activities=activities)


def batch(*activities: activity_pb2.Activity, **fields: Any) -> activity_pb2.BatchUpsertActivitiesRequest:
    return activity_pb2.BatchUpsertActivitiesRequest(activities=activities, **fields)


def record(
    record_id: str = "K", kind: common_pb2.RecordKind.ValueType = CONTACT, **fields: Any
) -> record_pb2.RelationshipRecord:
    return record_pb2.RelationshipRecord(ref=ref(record_id, kind), **fields)


def records(*given: record_pb2.RelationshipRecord, **fields: Any) -> record_pb2.BatchUpsertRecordsRequest:
    return record_pb2.BatchUpsertRecordsRequest(records=given, **fields)


def settings(**fields: Any) -> settings_pb2.UpdateRelationshipSettingsRequest:
    """A change of those settings alone that are given."""
    request = settings_pb2.UpdateRelationshipSettingsRequest(
        settings=settings_pb2.RelationshipSettings(**fields)
    )
    request.update_mask.paths.extend(fields)
    return request


def insights(
    record_id: str = "K",
    kind: common_pb2.RecordKind.ValueType = CONTACT,
    *,
    days: float = 10,
    **fields: Any,
) -> insight_pb2.GetInsightsRequest:
    """A question as of `days` after Monday noon."""
    as_of = timestamp(NOON + timedelta(days=days))
    return insight_pb2.GetInsightsRequest(ref=ref(record_id, kind), as_of_time=as_of, **fields)
