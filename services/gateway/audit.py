"""Who read personal data, merged, erased or published, and when: one line of JSON a call, with ids and no texts."""

import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any, Self

from google.protobuf.message import DecodeError, Message

from services.common.context import CallContext
from services.common.errors import Code, LeadlightError, Reason
from services.gateway.catalog import Rpc

_PLAIN_ID = re.compile(r"[A-Za-z0-9_./:-]{1,200}", re.ASCII)
_ID_FIELDS = re.compile(r"id|.*_id", re.ASCII)
_RESOURCE = re.compile(r"[a-zA-Z]+/.+", re.ASCII)
_MOST_IDS = 20
_DEEPEST = 2
_REF = "leadlight.common.v1.RecordRef"


class Event(StrEnum):
    """What an audited call does."""

    READ = "read_personal_data"
    MERGE = "merge"
    ERASE = "erase"
    PUBLISH = "publish_model"
    JOB = "run_job"


EVENTS: Mapping[str, Event] = {
    "leadlight.scoring.v1.ScoringService.GetRecord": Event.READ,
    "leadlight.scoring.v1.ScoringService.ListRecords": Event.READ,
    "leadlight.scoring.v1.ScoringService.ListScores": Event.READ,
    "leadlight.scoring.v1.ScoringService.DeleteRecord": Event.ERASE,
    "leadlight.scoring.v1.ModelService.PublishModel": Event.PUBLISH,
    "leadlight.scoring.v1.ModelService.RetireModel": Event.PUBLISH,
    "leadlight.relationship.v1.RelationshipService.GetRecord": Event.READ,
    "leadlight.relationship.v1.RelationshipService.ListRecords": Event.READ,
    "leadlight.relationship.v1.RelationshipService.DeleteRecord": Event.ERASE,
    "leadlight.relationship.v1.RelationshipService.GetInsights": Event.READ,
    "leadlight.relationship.v1.RelationshipService.BatchGetRecordHealth": Event.READ,
    "leadlight.relationship.v1.RelationshipService.ListTalkingPoints": Event.READ,
    "leadlight.relationship.v1.ActivityService.GetActivity": Event.READ,
    "leadlight.relationship.v1.ActivityService.ListActivities": Event.READ,
    "leadlight.relationship.v1.ActivityService.DeleteActivity": Event.ERASE,
    "leadlight.relationship.v1.ActivityService.ErasePerson": Event.ERASE,
    "leadlight.relationship.v1.CaptureService.ListOffers": Event.READ,
    "leadlight.relationship.v1.RelationshipService.GetActivitySeries": Event.READ,
    "leadlight.relationship.v1.TieService.FindConnections": Event.READ,
    "leadlight.relationship.v1.TieService.StreamTies": Event.READ,
    "leadlight.relationship.v1.TieService.ListOptOutEntries": Event.READ,
    "leadlight.dedupe.v1.DedupeService.GetRecord": Event.READ,
    "leadlight.dedupe.v1.DedupeService.ListRecords": Event.READ,
    "leadlight.dedupe.v1.DedupeService.DeleteRecord": Event.ERASE,
    "leadlight.dedupe.v1.DedupeService.DeleteRecords": Event.ERASE,
    "leadlight.dedupe.v1.DedupeService.FindDuplicates": Event.READ,
    "leadlight.dedupe.v1.ScanService.ListClusters": Event.READ,
    "leadlight.dedupe.v1.ScanService.ListPairs": Event.READ,
    "leadlight.dedupe.v1.MergeService.MergeRecords": Event.MERGE,
    "leadlight.dedupe.v1.MergeService.UnmergeRecords": Event.MERGE,
    "leadlight.dedupe.v1.MergeService.DetachRecord": Event.MERGE,
    "leadlight.dedupe.v1.MergeService.GetMerge": Event.READ,
    "leadlight.dedupe.v1.MergeService.ListMerges": Event.READ,
    "leadlight.conversation.v1.CallService.GetCall": Event.READ,
    "leadlight.conversation.v1.CallService.GetAnalysis": Event.READ,
    "leadlight.conversation.v1.CallService.ListCalls": Event.READ,
    "leadlight.conversation.v1.CallService.DeleteCall": Event.ERASE,
    "leadlight.conversation.v1.CommentService.DeleteComment": Event.ERASE,
    "leadlight.notes.v1.NotesService.GetNote": Event.READ,
    "leadlight.notes.v1.NotesService.ListNotes": Event.READ,
    "leadlight.notes.v1.NotesService.ListSuggestions": Event.READ,
    "leadlight.notes.v1.NotesService.DeleteNote": Event.ERASE,
    "leadlight.notes.v1.CommitmentService.ListCommitments": Event.READ,
    "leadlight.qualification.v1.QualificationService.GetLead": Event.READ,
    "leadlight.qualification.v1.QualificationService.ListLeads": Event.READ,
    "leadlight.qualification.v1.QualificationService.GetLeadSummary": Event.READ,
    "leadlight.qualification.v1.QualificationService.ListTimeline": Event.READ,
    "leadlight.qualification.v1.QualificationService.PlanQualification": Event.READ,
    "leadlight.qualification.v1.QualificationService.DeleteLead": Event.ERASE,
    "leadlight.gateway.v1.InsightService.GetRecordInsights": Event.READ,
    "leadlight.gateway.v1.InsightService.ListScoredRecords": Event.READ,
    "leadlight.gateway.v1.WorklistService.GetWorklist": Event.READ,
    "leadlight.gateway.v1.PrivacyService.ExportPerson": Event.READ,
    "leadlight.gateway.v1.PrivacyService.ErasePerson": Event.ERASE,
    "leadlight.common.v1.JobService.RunJob": Event.JOB,
}
"""The audited methods, by full name. A test holds that each exists where its service's stubs are installed."""


@dataclass(frozen=True, slots=True)
class Audited:
    """A method whose calls the audit has to know.

    Attributes:
        event: What it does.
        method: Its full name.
        request_type: Class of its request.
    """

    event: Event
    method: str
    request_type: type[Message]

    @classmethod
    def of(cls, rpc: Rpc) -> Self | None:
        """What the table says of a method; None if its calls are not audited."""
        event = EVENTS.get(rpc.method.full_name)
        return None if event is None else cls(event, rpc.method.full_name, rpc.request_type)


class AuditLog:
    """The audit's file; whoever rotates it may move it away at any time.

    Workers append to the same file: a line is one write, so lines never mix.
    """

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            OSError: If it cannot be written.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self._file = _RaisingFile(path, encoding="utf-8")

    def write(
        self, audited: Audited, call: CallContext, request: bytes | AsyncIterator[bytes], outcome: str
    ) -> None:
        """Notes a call.

        Raises:
            LeadlightError: UNAVAILABLE with STORAGE_UNAVAILABLE: what cannot be noted is not answered.
        """
        line = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "event": audited.event.value,
            "tenant": call.caller.tenant,
            "subject": call.caller.subject,
            "roles": sorted(call.caller.roles),
            "method": audited.method,
            "ids": _ids(audited.request_type, request) if isinstance(request, bytes) else [],
            "outcome": outcome,
            "request_id": call.request_id,
        }
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        try:
            self._file.handle(logging.LogRecord("audit", logging.INFO, "", 0, text, None, None))
        except OSError:
            raise LeadlightError(
                Code.UNAVAILABLE,
                Reason.STORAGE_UNAVAILABLE,
                "the audit log cannot be written, and calls that belong in it are not answered without it",
                retry_after_s=1.0,
            ) from None

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class _RaisingFile(WatchedFileHandler):
    """A file whose failures the caller gets to see; logging would swallow them."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002 - logging's name
        """See `logging.Handler`."""
        raise  # noqa: PLE0704 - called while the failure is handled


def _ids(request_type: type[Message], data: bytes) -> list[str]:
    try:
        request = request_type.FromString(data)
    except DecodeError:
        return []
    found: list[str] = []
    for value in _found(request):
        if len(found) == _MOST_IDS:
            break
        found.append(_shown(value))
    return found


def _found(message: Message, depth: int = 0) -> Iterator[str]:
    """Refs and resources' names, however deep; other ids of the request itself only, as deeper ones are data."""
    for field, value in message.ListFields():
        values: Any = value if field.is_repeated else [value]
        if field.message_type is not None:
            if field.message_type.GetOptions().map_entry:
                continue
            for each in values:
                if field.message_type.full_name == _REF:
                    yield f"{each.kind}:{each.id}"
                elif depth < _DEEPEST:
                    yield from _found(each, depth + 1)
        elif field.type == field.TYPE_STRING:
            if depth == 0 and _ID_FIELDS.fullmatch(field.name):
                yield from values
            elif field.name in {"name", "parent"}:
                yield from filter(_RESOURCE.fullmatch, values)


def _shown(value: str) -> str:
    """An id as it is; what may be an address or a name as a digest, so that the log holds no personal text."""
    if _PLAIN_ID.fullmatch(value):
        return value
    return "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:16]
