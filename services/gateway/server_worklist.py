"""leadlight.gateway.v1.WorklistService: what a seller is to do next, from what the services say."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.empty_pb2 import Empty
from leadlight.common.v1 import record_pb2
from leadlight.gateway.v1 import worklist_pb2, worklist_service_pb2_grpc
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    note_pb2,
    notes_service_pb2_grpc,
    suggestion_pb2,
)
from leadlight.relationship.v1 import (
    activity_pb2,
    relationship_service_pb2_grpc,
)
from leadlight.relationship.v1 import (
    insight_pb2 as relationship_pb2,
)
from leadlight.relationship.v1 import (
    record_pb2 as related_pb2,
)
from leadlight.scoring.v1 import grade_pb2, score_pb2, scoring_service_pb2_grpc
from leadlight.scoring.v1 import record_pb2 as scored_pb2

from services.common.caller import Role
from services.common.context import current
from services.common.db import Database, utc_now
from services.common.errors import Code, LeadlightError, Reason, invalid_argument
from services.common.server.wire import moment, optional_moment, storable, timestamp
from services.gateway import store
from services.gateway.convert_parts import is_missing, is_open, unavailable
from services.gateway.parts import fetch
from services.gateway.server_peers import AioPeers
from services.gateway.server_targets import composes

_MARGIN_S = 0.1
_LIMIT = 50
_PAGE = 200
_MOST_RECORDS = 200
_MOST_SUGGESTION_PAGES = 5
_NEW = timedelta(days=7)
_SOON = timedelta(days=2)
_STANDS_STILL = timedelta(days=30)
_MOST_SNOOZE = timedelta(days=366)
_LEAD, _OPPORTUNITY = record_pb2.RECORD_KIND_LEAD, record_pb2.RECORD_KIND_OPPORTUNITY
_OTHERS_LISTS = frozenset({Role.MANAGER, Role.ADMIN, Role.SERVICE})
_SERVICES = {
    "commitments": "notes",
    "suggestions": "notes",
    "scored": "scoring",
    "relationship": "relationship",
}

Item = worklist_pb2.WorklistItem


@dataclass(frozen=True, slots=True)
class _Owned:
    """A seller's record.

    Attributes:
        known: As relationship has it.
        insights: How its relationship is; None where there is no contact.
    """

    known: related_pb2.RelationshipRecord
    insights: relationship_pb2.Insights | None


@dataclass(frozen=True, slots=True)
class _Due:
    """What our side owes.

    Attributes:
        commitment: As notes has it.
        author: Who wrote the note it comes from; empty for one from a call, or with an owner of its own.
    """

    commitment: commitment_pb2.Commitment
    author: str


class WorklistServicer(worklist_service_pb2_grpc.WorklistServiceServicer):
    """Asks the services at once and ranks what they say.

    Args:
        peers: The services.
        db: The gateway's database, for what was put off.
    """

    def __init__(self, peers: AioPeers, db: Database) -> None:
        # The stubs' types know synchronous channels alone.
        notes: Any = peers.channel_in_turn("notes")
        scoring: Any = peers.channel_in_turn("scoring")
        relationship: Any = peers.channel_in_turn("relationship")
        self._notes: Any = notes_service_pb2_grpc.NotesServiceStub(notes)
        self._commitments: Any = commitment_service_pb2_grpc.CommitmentServiceStub(notes)
        self._scoring: Any = scoring_service_pb2_grpc.ScoringServiceStub(scoring)
        self._related: Any = relationship_service_pb2_grpc.RelationshipServiceStub(relationship)
        self._db = db

    @composes
    async def GetWorklist(
        self, request: worklist_pb2.GetWorklistRequest, context: object
    ) -> worklist_pb2.Worklist:
        """What is to do, the most pressing first."""
        asked, now = _seller(request.seller), utc_now()
        seller = asked.casefold()
        parts: dict[str, Awaitable[Any]] = {
            "commitments": self._due(now),
            "suggestions": self._suggested(seller),
            "scored": self._scored(now),
            "relationship": self._owned(seller),
        }
        came = await fetch(parts, current(), margin_s=_MARGIN_S)
        owned: Mapping[str, _Owned] = came.done.get("relationship", {})
        items = [*_of_commitments(came.done.get("commitments", []), owned, seller)]
        items += came.done.get("suggestions", [])
        items += _of_relationships(owned.values(), now)
        items += _of_scores(came.done.get("scored", []), owned, now)
        put_off = await asyncio.to_thread(self._marks, asked, now)
        shown = []
        for item in sorted(items, key=_pressing):
            if item.id in put_off:
                until = put_off[item.id]
                if until is None or not request.include_snoozed:
                    continue
                item.snoozed_until_time.CopyFrom(timestamp(until))
            known = owned.get(_key(item.ref))
            if known is not None:
                item.display_name = known.known.display_name
            shown.append(item)
        return worklist_pb2.Worklist(
            items=shown[: request.limit or _LIMIT], unavailable=unavailable(came, _SERVICES)
        )

    async def SnoozeWorklistItem(
        self, request: worklist_pb2.SnoozeWorklistItemRequest, context: object
    ) -> Empty:
        """Puts an item off."""
        now = utc_now()
        until = optional_moment(request, "until_time", "until_time")
        if until is None or not now < until <= now + _MOST_SNOOZE:
            raise invalid_argument("until_time", "must be in the future, within a year")
        await asyncio.to_thread(self._mark, _seller(request.seller), storable(request.id, "id"), until)
        return Empty()

    async def CompleteWorklistItem(
        self, request: worklist_pb2.CompleteWorklistItemRequest, context: object
    ) -> Empty:
        """Takes an item off the list."""
        await asyncio.to_thread(self._mark, _seller(request.seller), storable(request.id, "id"), None)
        return Empty()

    def _marks(self, seller: str, now: datetime) -> dict[str, datetime | None]:
        with self._db.read(current().caller.tenant) as session:
            return store.marks(session, seller, now)

    def _mark(self, seller: str, item: str, until: datetime | None) -> None:
        with self._db.write(current().caller.tenant) as session:
            store.mark(session, seller, item, until, utc_now())

    async def _due(self, now: datetime) -> list[_Due]:
        """What our side owes, late or due soon, and who wrote it down."""
        found: list[commitment_pb2.Commitment] = []
        request = commitment_pb2.ListCommitmentsRequest(
            owed_by=commitment_pb2.COMMITMENT_SIDE_OURS, page_size=_PAGE
        )
        while True:
            page = await self._commitments.ListCommitments(request)
            for each in page.commitments:
                # The earliest due comes first, those without a time last: from here on nothing is pressing.
                if not each.HasField("due_time") or moment(each.due_time) > now + _SOON:
                    page.next_page_token = ""
                    break
                found.append(each)
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
        unnamed = [each.source for each in found if not each.owner and each.source.startswith("notes/")]
        notes = await self._notes_of(unnamed)
        return [_Due(each, notes[each.source].author if each.source in notes else "") for each in found]

    async def _suggested(self, seller: str) -> list[Item]:
        """What the seller's notes suggest and nobody decided on."""
        reason = worklist_pb2.WORKLIST_REASON_SUGGESTION_OPEN
        items: list[Item] = []
        request = suggestion_pb2.ListSuggestionsRequest(
            parent="notes/-", states=[suggestion_pb2.SUGGESTION_STATE_OPEN], page_size=_PAGE
        )
        # They come last in the list: the newest are enough, and of other sellers' not all are gone through.
        for _ in range(_MOST_SUGGESTION_PAGES):
            page = await self._notes.ListSuggestions(request)
            notes = await self._notes_of(map(_note_name, page.suggestions))
            for each in page.suggestions:
                note = notes.get(_note_name(each))
                if note is not None and seller in (note.author.casefold(), each.assignee.casefold()):
                    item = _item(reason, note.ref, "notes", each.name, what=each.title)
                    item.time.CopyFrom(note.write_time)
                    items.append(item)
            request.page_token = page.next_page_token
            if not page.next_page_token or len(items) >= _PAGE:
                break
        return items

    async def _notes_of(self, names: Iterable[str]) -> dict[str, note_pb2.Note]:
        """Notes by name; one that was deleted meanwhile is not there."""
        asked = (self._notes.GetNote(note_pb2.GetNoteRequest(name=name)) for name in sorted(set(names)))
        came = await asyncio.gather(*asked, return_exceptions=True)
        for answer in came:
            if isinstance(answer, BaseException) and not is_missing(answer):
                raise answer
        return {note.name: note for note in came if not isinstance(note, BaseException)}

    async def _scored(self, now: datetime) -> list[scored_pb2.Record]:
        """New A leads, leads whose scores fall, and every open deal: it may stand still whatever its score does."""
        found = await asyncio.gather(
            self._listed(lambda lead: moment(lead.create_time) > now - _NEW, grades=[grade_pb2.GRADE_A]),
            self._listed(trend=score_pb2.TREND_DECLINING),
            self._listed(kind=_OPPORTUNITY),
        )
        return list({_key(record.ref): record for records in found for record in records}.values())

    async def _listed(
        self,
        is_wanted: Callable[[scored_pb2.Record], bool] = lambda _: True,
        *,
        kind: record_pb2.RecordKind.ValueType = _LEAD,
        **more: Any,
    ) -> list[scored_pb2.Record]:
        """Scoring's open records, the newest first, as long as they are wanted."""
        found: list[scored_pb2.Record] = []
        newest = scored_pb2.RECORD_ORDER_CREATE_TIME_DESC
        request = scored_pb2.ListRecordsRequest(kind=kind, order_by=newest, page_size=1000, **more)
        while True:
            page = await self._scoring.ListRecords(request)
            for record in page.records:
                if not is_wanted(record):
                    return found
                found.append(record)
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found

    async def _owned(self, seller: str) -> dict[str, _Owned]:
        """The seller's open leads and deals, at most 200 of them, and how their relationships are."""
        own: list[related_pb2.RelationshipRecord] = []
        for kind in (_OPPORTUNITY, _LEAD):
            token = ""
            while len(own) < _MOST_RECORDS:
                page = await self._related.ListRecords(
                    related_pb2.ListRecordsRequest(kind=kind, page_size=1000, page_token=token)
                )
                own += [each for each in page.records if each.owner.casefold() == seller and is_open(each)]
                token = page.next_page_token
                if not token:
                    break
        own = own[:_MOST_RECORDS]
        asked = (self._related.GetInsights(relationship_pb2.GetInsightsRequest(ref=each.ref)) for each in own)
        came = await asyncio.gather(*asked, return_exceptions=True)
        for answer in came:
            if isinstance(answer, BaseException) and not is_missing(answer):
                raise answer
        return {
            _key(each.ref): _Owned(each, None if isinstance(answer, BaseException) else answer)
            for each, answer in zip(own, came, strict=True)
        }


def _of_commitments(due: Iterable[_Due], owned: Mapping[str, _Owned], seller: str) -> Iterator[Item]:
    """What the seller owes: who is named owes it, else who wrote it down, else whose record it is about."""
    late, soon = worklist_pb2.WORKLIST_REASON_COMMITMENT_LATE, worklist_pb2.WORKLIST_REASON_COMMITMENT_DUE
    for each in due:
        owes = each.commitment.owner or each.author
        if owes.casefold() == seller if owes else _key(each.commitment.ref) in owned:
            is_late = each.commitment.state == commitment_pb2.COMMITMENT_STATE_LATE
            made = each.commitment
            item = _item(late if is_late else soon, made.ref, "notes", made.name, what=made.what)
            item.time.CopyFrom(made.due_time)
            yield item


def _of_relationships(owned: Any, now: datetime) -> Iterator[Item]:
    """Mails that wait, relationships that fell silent, deals whose date has passed."""
    for each in owned:
        ref = each.known.ref
        if each.insights is not None:
            waits = worklist_pb2.WORKLIST_REASON_MAIL_UNANSWERED
            for mail in each.insights.unanswered:
                if mail.waits_for == activity_pb2.SIDE_OWN:
                    item = _item(waits, ref, "relationship", mail.activity_id, what=mail.subject)
                    item.time.CopyFrom(mail.send_time)
                    yield item
            silent = worklist_pb2.WORKLIST_REASON_RELATIONSHIP_SILENT
            for alert in each.insights.alerts:
                if alert.kind == relationship_pb2.ALERT_KIND_GONE_SILENT:
                    item = _item(silent, ref, "relationship", f"records/{_key(ref)}/alerts/gone_silent")
                    item.time.CopyFrom(timestamp(now - timedelta(days=alert.value)))
                    yield item
        close = each.known.estimated_close_time
        if ref.kind == _OPPORTUNITY and each.known.HasField("estimated_close_time") and moment(close) < now:
            reason = worklist_pb2.WORKLIST_REASON_DEAL_STANDS_STILL
            # Another date makes another item of it.
            item = _item(reason, ref, "relationship", f"records/{_key(ref)}/close_dates/{close.seconds}")
            item.time.CopyFrom(close)
            yield item


def _of_scores(scored: list[scored_pb2.Record], owned: Mapping[str, _Owned], now: datetime) -> Iterator[Item]:
    """New A leads and falling scores of the seller's records; scoring does not know whose a record is."""
    for record in scored:
        if _key(record.ref) not in owned:
            continue
        score = record.score
        resource = f"records/{_key(record.ref)}"
        if score.model and score.trend == score_pb2.TREND_DECLINING:
            reason = worklist_pb2.WORKLIST_REASON_SCORE_FALLS
            item = _item(reason, record.ref, "scoring", f"{resource}/scores/{score.score_time.seconds}")
            item.time.CopyFrom(score.score_time)
            yield item
        elif score.grade == grade_pb2.GRADE_A and moment(record.create_time) > now - _NEW:
            item = _item(worklist_pb2.WORKLIST_REASON_NEW_A_LEAD, record.ref, "scoring", resource)
            item.time.CopyFrom(record.create_time)
            yield item
        latest = max((each.enter_time for each in record.stages), key=moment, default=None)
        if latest is not None and moment(latest) < now - _STANDS_STILL:
            reason = worklist_pb2.WORKLIST_REASON_DEAL_STANDS_STILL
            item = _item(reason, record.ref, "scoring", f"{resource}/stages/{latest.seconds}")
            item.time.CopyFrom(latest)
            yield item


def _item(
    reason: worklist_pb2.WorklistReason.ValueType,
    ref: record_pb2.RecordRef,
    service: str,
    resource: str,
    *,
    what: str = "",
) -> Item:
    name = worklist_pb2.WorklistReason.Name(reason).removeprefix("WORKLIST_REASON_").lower()
    return Item(
        id=f"{name}:{service}:{resource}"[:600],
        reason=reason,
        ref=ref,
        what=what,
        service=service,
        resource=resource,
    )


def _pressing(item: Item) -> tuple[int, int, str]:
    """The reason counts most, then what waits longest."""
    return item.reason, item.time.seconds, item.id


def _note_name(suggestion: suggestion_pb2.Suggestion) -> str:
    return suggestion.name.partition("/suggestions/")[0]


def _key(ref: record_pb2.RecordRef) -> str:
    return f"{record_pb2.RecordKind.Name(ref.kind).removeprefix('RECORD_KIND_').lower()}/{ref.id}"


def _seller(asked: str) -> str:
    """Whose list it is.

    Raises:
        LeadlightError: PERMISSION_DENIED for a seller who asks for somebody else's.
    """
    caller = current().caller
    if asked and asked != caller.subject and _OTHERS_LISTS.isdisjoint(caller.roles):
        raise LeadlightError(
            Code.PERMISSION_DENIED,
            Reason.ROLE_REQUIRED,
            "somebody else's worklist is for managers and admins",
            metadata={"roles": ", ".join(sorted(_OTHERS_LISTS))},
        )
    return storable(asked, "seller") or caller.subject
