"""leadlight.gateway.v1.IngestService: a CRM's records, activities, calls and notes, each to who needs it.

Items are worked on side by side and answered in their order. What concerns the same thing is done one after the
other, so that the last word of a stream stays the last word.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import grpc
from google.rpc import status_pb2
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import call_service_pb2_grpc
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2, ingest_service_pb2_grpc
from leadlight.notes.v1 import note_pb2, notes_service_pb2_grpc
from leadlight.qualification.v1 import lead_pb2, qualification_service_pb2_grpc
from leadlight.relationship.v1 import (
    activity_pb2,
    activity_service_pb2_grpc,
    relationship_service_pb2_grpc,
)
from leadlight.relationship.v1 import (
    record_pb2 as related_pb2,
)
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight.scoring.v1 import scoring_service_pb2_grpc

from services.common.context import current
from services.common.errors import LeadlightError, invalid_argument
from services.common.server.handlers import checks_each_request
from services.common.server.validation import check_request
from services.gateway.batching import Batcher
from services.gateway.convert_failures import own_failure
from services.gateway.convert_parts import status_of_part
from services.gateway.server_peers import AioPeers

_Request = TypeVar("_Request")
# Begun by who waits for it: one that is cancelled before that has nothing left to await.
_Work = Callable[[], Awaitable[object]]

_AT_ONCE = 256
_MOST_IN_BATCH = 128
_ANALYSES_AT_ONCE = 8
# At each service, of all streams of a worker: fewer than may wait there (`max_queued_calls`), as it refuses the rest;
# it works on a few at a time whatever waits.
_RECORDS_AT_ONCE = 64
_OK = status_pb2.Status()
# A service that does not answer is not asked again for each item of a batch.
_NO_ANSWER = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.CANCELLED,
)
_NOTE_FIELDS = frozenset({"write_time", "time_zone", "language", "author"})


@dataclass(frozen=True, slots=True)
class _Batches:
    """What a stream sends together, and what it sends a few at a time.

    Attributes:
        activities: For relationship.
        related: For relationship.
        analyses: Turns for calls and notes, which take long to read.
    """

    activities: Batcher[activity_pb2.Activity]
    related: Batcher[related_pb2.RelationshipRecord]
    analyses: asyncio.Semaphore


class IngestServicer(ingest_service_pb2_grpc.IngestServiceServicer):
    """Takes a CRM in.

    Args:
        peers: The services.
    """

    def __init__(self, peers: AioPeers) -> None:
        # The stubs' types know synchronous channels alone.
        channel: Mapping[str, Any] = {name: peers.channel(name) for name in peers.addresses}
        self._scoring: Any = scoring_service_pb2_grpc.ScoringServiceStub(channel["scoring"])
        self._dedupe: Any = dedupe_service_pb2_grpc.DedupeServiceStub(channel["dedupe"])
        self._related: Any = relationship_service_pb2_grpc.RelationshipServiceStub(channel["relationship"])
        self._activities: Any = activity_service_pb2_grpc.ActivityServiceStub(channel["relationship"])
        self._leads: Any = qualification_service_pb2_grpc.QualificationServiceStub(channel["qualification"])
        self._calls: Any = call_service_pb2_grpc.CallServiceStub(channel["conversation"])
        self._notes: Any = notes_service_pb2_grpc.NotesServiceStub(channel["notes"])
        self._turns = {name: asyncio.Semaphore(_RECORDS_AT_ONCE) for name in channel}

    @checks_each_request
    async def Ingest(
        self, requests: AsyncIterator[ingest_pb2.IngestRequest], context: object
    ) -> AsyncIterator[ingest_pb2.IngestResponse]:
        """What came of each item, in the order of the items."""
        under_way: asyncio.Queue[asyncio.Task[ingest_pb2.IngestResponse] | None] = asyncio.Queue(_AT_ONCE)
        # A stream's own: calls go as its caller.
        batches = _Batches(
            Batcher(self._store_activities, most=_MOST_IN_BATCH, is_of_an_item=_refused),
            Batcher(self._store_related, most=_MOST_IN_BATCH, is_of_an_item=_refused),
            asyncio.Semaphore(_ANALYSES_AT_ONCE),
        )
        reading = asyncio.ensure_future(self._read(requests, under_way, batches))
        try:
            while (task := await under_way.get()) is not None:
                yield await task
            await reading
        finally:
            reading.cancel()
            with suppress(asyncio.QueueEmpty):
                while (left := under_way.get_nowait()) is not None:
                    left.cancel()

    async def _read(
        self,
        requests: AsyncIterator[ingest_pb2.IngestRequest],
        under_way: "asyncio.Queue[asyncio.Task[ingest_pb2.IngestResponse] | None]",
        batches: "_Batches",
    ) -> None:
        last_of: dict[str, asyncio.Task[ingest_pb2.IngestResponse]] = {}
        index = 0
        try:
            async for request in requests:
                key = _thing(request)
                task = asyncio.create_task(self._answer(index, request, last_of.get(key), batches))
                last_of[key] = task
                task.add_done_callback(partial(_forget, last_of, key))
                await under_way.put(task)
                index += 1
        finally:
            await under_way.put(None)

    async def _answer(
        self,
        index: int,
        request: ingest_pb2.IngestRequest,
        before: asyncio.Task[Any] | None,
        batches: "_Batches",
    ) -> ingest_pb2.IngestResponse:
        if before is not None:
            await asyncio.wait([before])
        answer = ingest_pb2.IngestResponse(index=index, cursor=request.cursor)
        try:
            check_request(request)
            sent = self._sent(request, batches)
        except LeadlightError as error:
            answer.status.CopyFrom(own_failure(error, current().request_id).details())
            return answer
        statuses = await asyncio.gather(*(_status(name, work) for name, work in sent.items()))
        for name, status in zip(sent, statuses, strict=True):
            answer.results.add(service=name, status=status)
            if status.code and not answer.status.code:
                answer.status.CopyFrom(status)
        return answer

    def _sent(self, request: ingest_pb2.IngestRequest, batches: "_Batches") -> dict[str, _Work]:
        """Calls to the services that need an item, none of them begun."""
        match request.WhichOneof("item"):
            case "record":
                return self._record(request.record, batches)
            case "activity":
                return {"relationship": partial(batches.activities.store, request.activity)}
            case "call":
                return {
                    "conversation": partial(_in_turn, batches.analyses, self._calls.CreateCall, request.call)
                }
            case _:
                if not request.note.note_id:
                    raise invalid_argument("note.note_id", "is missing: a repeat would be another note")
                return {"notes": partial(_in_turn, batches.analyses, self._store_note, request.note)}

    def _record(self, record: ingest_pb2.IngestedRecord, batches: "_Batches") -> dict[str, _Work]:
        if len(_records(record)) > 1:
            raise invalid_argument("record", "its forms are of different records: send each by itself")
        sent: dict[str, _Work] = {}
        if record.HasField("scored"):
            mask = record.scored_mask if record.HasField("scored_mask") else None
            scored = scored_pb2.UpsertRecordRequest(record=record.scored, update_mask=mask)
            sent["scoring"] = partial(_in_turn, self._turns["scoring"], self._scoring.UpsertRecord, scored)
        if record.HasField("matched"):
            matched = matched_pb2.UpsertRecordRequest(record=record.matched)
            sent["dedupe"] = partial(_in_turn, self._turns["dedupe"], self._dedupe.UpsertRecord, matched)
        if record.HasField("related"):
            sent["relationship"] = partial(batches.related.store, record.related)
        if record.HasField("lead"):
            lead = lead_pb2.UpsertLeadRequest(lead=record.lead)
            sent["qualification"] = partial(
                _in_turn, self._turns["qualification"], self._leads.UpsertLead, lead
            )
        return sent

    async def _store_activities(self, activities: Sequence[activity_pb2.Activity]) -> None:
        batch = activity_pb2.BatchUpsertActivitiesRequest(activities=activities)
        await self._activities.BatchUpsertActivities(batch)

    async def _store_related(self, records: Sequence[related_pb2.RelationshipRecord]) -> None:
        await self._related.BatchUpsertRecords(related_pb2.BatchUpsertRecordsRequest(records=records))

    async def _store_note(self, note: note_pb2.CreateNoteRequest) -> None:
        """Stores a note, or brings the one that is there to what is sent."""
        try:
            await self._notes.CreateNote(note)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.ALREADY_EXISTS:
                raise
            changed = note_pb2.UpdateNoteRequest(note=note.note)
            changed.note.name = f"notes/{note.note_id}"
            # What is not sent stays: a note without a time would be one of today.
            given = {field.name for field, _ in note.note.ListFields()}
            changed.update_mask.paths.extend(["text", *sorted(given.intersection(_NOTE_FIELDS))])
            await self._notes.UpdateNote(changed)


async def _in_turn(
    turns: asyncio.Semaphore, store: Callable[[_Request], Awaitable[object]], request: _Request
) -> None:
    """Stores a thing once there is room: the time of a call that waits has not begun."""
    async with turns:
        await store(request)


async def _status(service: str, work: _Work) -> status_pb2.Status:
    try:
        await work()
    except (grpc.RpcError, LeadlightError) as error:
        return status_of_part(error, service)
    return _OK


def _thing(request: ingest_pb2.IngestRequest) -> str:
    """Names what an item is about: items of one name are done one after the other."""
    match request.WhichOneof("item"):
        case "record":
            return min(_records(request.record), default="")
        case "activity":
            return f"activity/{request.activity.id}"
        case "call":
            return f"call/{request.call.call.id}"
        case _:
            return f"note/{request.note.note_id}"


def _records(record: ingest_pb2.IngestedRecord) -> set[str]:
    """Kind and id of the records that the forms are of: one, if all is well."""
    forms = (("scored", record.scored), ("matched", record.matched), ("related", record.related))
    given = {field.name for field, _ in record.ListFields()}
    refs = [form.ref for name, form in forms if name in given]
    if "lead" in given:
        refs.append(record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id=record.lead.id))
    return {f"{ref.kind}/{ref.id}" for ref in refs}


def _refused(error: Exception) -> bool:
    failed: Any = error
    return isinstance(error, grpc.RpcError) and failed.code() not in _NO_ANSWER


def _forget(last_of: dict[str, Any], key: str, done: object) -> None:
    if last_of.get(key) is done:
        del last_of[key]
