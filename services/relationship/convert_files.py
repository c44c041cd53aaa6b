"""Rows of files to activities, records and settings, over the messages of the RPCs: a job takes what they take."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf import json_format
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import record_pb2, settings_pb2

from services.common.errors import invalid_argument
from services.common.file_formats import activities
from services.common.server.validation import check_request
from services.relationship.activity import Activity
from services.relationship.convert_activities import activity
from services.relationship.convert_records import records
from services.relationship.convert_settings import settings_change
from services.relationship.membership import Record
from services.relationship.tenant_settings import TenantSettings

_LISTS = ("team", "addresses", "contacts", "stakeholders")
_TEXTS = ("owner", "account", "primary_contact")


def activity_of(key: str, rows: Sequence[Mapping[str, Any]], zone: ZoneInfo) -> Activity:
    """The activity of some rows; see `file_formats.activities.activity_of`.

    Raises:
        LeadlightError: INVALID_ARGUMENT that says what is wrong.
    """
    try:
        message = activities.activity_of(key, rows, zone)
    except activities.UnreadableActivityError as error:
        raise invalid_argument("activity", str(error)) from None
    check_request(message)
    return activity(message, "")


def record_of(row: Mapping[str, str | None]) -> Record:
    """A record.

    Args:
        row: Its kind (lead, opportunity, contact or account), id, owner, account and primary_contact; separated by
            semicolons its team, addresses, contacts and stakeholders.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the column at fault.
    """
    name = f"RECORD_KIND_{(row['kind'] or '').strip().upper()}"
    try:
        kind = common_pb2.RecordKind.Value(name)
    except ValueError:
        raise invalid_argument("kind", "is none of lead, opportunity, contact, account") from None
    fields: dict[str, Any] = {column: row[column] or "" for column in _TEXTS}
    fields |= {column: _listed(row[column]) for column in _LISTS}
    ref = common_pb2.RecordRef(kind=kind, id=row["id"] or "")
    message = record_pb2.RelationshipRecord(ref=ref, **fields)
    request = record_pb2.BatchUpsertRecordsRequest(records=[message])
    check_request(request)
    (record,) = records(request)
    return record


def settings_of(text: str, own: str) -> TenantSettings:
    """A tenant's settings.

    Args:
        text: RelationshipSettings as JSON; what it lacks has the service's default.
        own: Domains and addresses of own people, separated by commas, besides those of the settings.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    try:
        settings = json_format.Parse(text, settings_pb2.RelationshipSettings())
    except json_format.ParseError:
        raise invalid_argument("options.settings", "is no RelationshipSettings in JSON") from None
    for name in filter(None, (each.strip() for each in own.split(","))):
        (settings.own_addresses if "@" in name else settings.own_domains).append(name)
    request = settings_pb2.UpdateRelationshipSettingsRequest(settings=settings)
    check_request(request)
    return settings_change(request).applied_to(TenantSettings())


def _listed(cell: str | None) -> list[str]:
    return [each.strip() for each in (cell or "").split(";") if each.strip()]
