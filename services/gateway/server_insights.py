"""leadlight.gateway.v1.InsightService: what all services together say of records."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import call_service_pb2, call_service_pb2_grpc
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc, duplicate_pb2
from leadlight.gateway.v1 import insight_pb2, insight_service_pb2_grpc
from leadlight.notes.v1 import (
    commitment_pb2,
    commitment_service_pb2_grpc,
    notes_service_pb2_grpc,
    suggestion_pb2,
)
from leadlight.qualification.v1 import qualification_service_pb2_grpc, summary_pb2
from leadlight.relationship.v1 import (
    deal_pb2,
    deal_service_pb2_grpc,
    relationship_service_pb2_grpc,
    settings_pb2,
    tie_pb2,
    tie_service_pb2_grpc,
)
from leadlight.relationship.v1 import (
    insight_pb2 as relationship_pb2,
)
from leadlight.relationship.v1 import (
    record_pb2 as related_pb2,
)
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight.scoring.v1 import score_pb2, scoring_service_pb2_grpc

from services.common.context import current
from services.common.languages import language as read_language
from services.common.server.wire import optional_moment, ref_message
from services.common.server.wire import ref as read_ref
from services.gateway.convert_parts import is_missing, is_open, required, unavailable
from services.gateway.parts import Parts, fetch
from services.gateway.server_peers import AioPeers
from services.gateway.server_targets import composes

_MARGIN_S = 0.1
_CALLS, _SUGGESTIONS, _COMMITMENTS, _MOST_DEALS = 10, 20, 50, 1000
_STILL_DAYS = 30
_DAY_S = 86_400
_LEAD, _OPPORTUNITY = record_pb2.RECORD_KIND_LEAD, record_pb2.RECORD_KIND_OPPORTUNITY
_CONTACT, _ACCOUNT = record_pb2.RECORD_KIND_CONTACT, record_pb2.RECORD_KIND_ACCOUNT
_SCORED = frozenset({_LEAD, _OPPORTUNITY})
_MATCHED = frozenset({_LEAD, _CONTACT, _ACCOUNT})
_PEOPLE = frozenset({_LEAD, _CONTACT})
_NOT_DONE = (commitment_pb2.COMMITMENT_STATE_LATE, commitment_pb2.COMMITMENT_STATE_DUE)
_CARRIED = frozenset({"carried_suggestions", "carried_commitments"})
_SERVICES = {
    "scored": "scoring",
    "relationship": "relationship",
    "connections": "relationship",
    "duplicates": "dedupe",
    "suggestions": "notes",
    "commitments": "notes",
    "calls": "conversation",
    "carried_over": "qualification",
    "carried_suggestions": "notes",
    "carried_commitments": "notes",
}


class InsightServicer(insight_service_pb2_grpc.InsightServiceServicer):
    """Asks the services at once and puts together what comes.

    Args:
        peers: The services.
    """

    def __init__(self, peers: AioPeers) -> None:
        # The stubs' types know synchronous channels alone.
        scoring: Any = peers.channel_in_turn("scoring")
        relationship: Any = peers.channel_in_turn("relationship")
        notes: Any = peers.channel_in_turn("notes")
        self._scoring: Any = scoring_service_pb2_grpc.ScoringServiceStub(scoring)
        self._relationships: Any = relationship_service_pb2_grpc.RelationshipServiceStub(relationship)
        self._ties: Any = tie_service_pb2_grpc.TieServiceStub(relationship)
        self._deals: Any = deal_service_pb2_grpc.DealServiceStub(relationship)
        self._dedupe: Any = dedupe_service_pb2_grpc.DedupeServiceStub(_any(peers.channel_in_turn("dedupe")))
        self._notes: Any = notes_service_pb2_grpc.NotesServiceStub(notes)
        self._commitments: Any = commitment_service_pb2_grpc.CommitmentServiceStub(notes)
        leads: Any = peers.channel_in_turn("qualification")
        self._leads: Any = qualification_service_pb2_grpc.QualificationServiceStub(leads)
        self._calls: Any = call_service_pb2_grpc.CallServiceStub(_any(peers.channel_in_turn("conversation")))

    @composes
    async def GetRecordInsights(
        self, request: insight_pb2.GetRecordInsightsRequest, context: object
    ) -> insight_pb2.RecordInsights:
        """Everything known about a record."""
        ref = ref_message(read_ref(request.ref, "ref"))
        language = read_language(request.language, "language")
        parts = _of_one_cause(
            _without_missing(await fetch(self._parts(ref, language), current(), margin_s=_MARGIN_S))
        )
        answer = insight_pb2.RecordInsights(ref=ref, unavailable=unavailable(parts, _SERVICES))
        done = parts.done
        if "scored" in done:
            answer.scored.CopyFrom(done["scored"])
        if "relationship" in done:
            answer.relationship.CopyFrom(done["relationship"])
        if "connections" in done:
            answer.connections.CopyFrom(done["connections"])
        for name, field in (
            ("duplicates", "duplicates"),
            ("suggestions", "suggestions"),
            ("commitments", "commitments"),
            ("calls", "stored_calls"),
        ):
            if name in done:
                getattr(answer, name).extend(getattr(done[name], field))
        if (carried := done.get("carried_suggestions")) is not None:
            answer.suggestions.extend(carried.suggestions[: _SUGGESTIONS - len(answer.suggestions)])
        if (owed := done.get("carried_commitments")) is not None:
            answer.commitments.extend(owed.commitments)
            answer.commitments.sort(key=_due)
            del answer.commitments[_COMMITMENTS:]
        return answer

    def _parts(self, ref: record_pb2.RecordRef, language: str) -> dict[str, Awaitable[Any]]:
        parts: dict[str, Awaitable[Any]] = {
            "relationship": self._relationships.GetInsights(
                relationship_pb2.GetInsightsRequest(ref=ref, language=language)
            ),
            "suggestions": self._suggestions_of(ref),
            "commitments": self._commitments_of(ref),
            "calls": self._calls.ListCalls(call_service_pb2.ListCallsRequest(ref=ref, page_size=_CALLS)),
        }
        if ref.kind == _OPPORTUNITY:
            lead = asyncio.ensure_future(self._lead_behind(ref))
            parts["carried_over"] = lead
            parts["carried_suggestions"] = _of_lead(lead, self._suggestions_of)
            parts["carried_commitments"] = _of_lead(lead, self._commitments_of)
        if ref.kind in _SCORED:
            parts["scored"] = self._scoring.GetRecord(
                scored_pb2.GetRecordRequest(
                    ref=ref, reason_detail=score_pb2.REASON_DETAIL_TOP, language=language
                )
            )
        if ref.kind in _PEOPLE:
            parts["connections"] = self._ties.FindConnections(
                tie_pb2.FindConnectionsRequest(ref=ref, language=language)
            )
        if ref.kind in _MATCHED:
            parts["duplicates"] = self._dedupe.FindDuplicates(duplicate_pb2.FindDuplicatesRequest(ref=ref))
        return parts

    def _suggestions_of(self, ref: record_pb2.RecordRef) -> Awaitable[suggestion_pb2.ListSuggestionsResponse]:
        request = suggestion_pb2.ListSuggestionsRequest(
            parent="notes/-", ref=ref, states=[suggestion_pb2.SUGGESTION_STATE_OPEN], page_size=_SUGGESTIONS
        )
        answer: Awaitable[suggestion_pb2.ListSuggestionsResponse] = self._notes.ListSuggestions(request)
        return answer

    def _commitments_of(self, ref: record_pb2.RecordRef) -> Awaitable[commitment_pb2.ListCommitmentsResponse]:
        answer: Awaitable[commitment_pb2.ListCommitmentsResponse] = self._commitments.ListCommitments(
            commitment_pb2.ListCommitmentsRequest(ref=ref, states=_NOT_DONE, page_size=_COMMITMENTS)
        )
        return answer

    async def _lead_behind(self, ref: record_pb2.RecordRef) -> record_pb2.RecordRef | None:
        """The lead that an opportunity was made from: its notes are the opportunity's too."""
        timeline: summary_pb2.ListTimelineResponse = await self._leads.ListTimeline(
            summary_pb2.ListTimelineRequest(ref=ref, page_size=1)
        )
        return timeline.carried_over_from if timeline.HasField("carried_over_from") else None

    @composes
    async def ListScoredRecords(
        self, request: insight_pb2.ListScoredRecordsRequest, context: object
    ) -> insight_pb2.ListScoredRecordsResponse:
        """Scored records with their names and health; scoring has to answer, relationship may be silent."""
        first = {"scored": self._scoring.ListRecords(request.scored)}
        page = required(await fetch(first, current(), margin_s=_MARGIN_S), "scored", "scoring")
        answer = insight_pb2.ListScoredRecordsResponse(
            records=[insight_pb2.ScoredRecord(record=record) for record in page.records],
            next_page_token=page.next_page_token,
        )
        if not answer.records:
            return answer
        asked = relationship_pb2.BatchGetRecordHealthRequest(
            refs=[each.record.ref for each in answer.records]
        )
        parts = {"relationship": self._relationships.BatchGetRecordHealth(asked)}
        came = await fetch(parts, current(), margin_s=_MARGIN_S)
        answer.unavailable.extend(unavailable(came, _SERVICES))
        known = came.done["relationship"].records if "relationship" in came.done else ()
        by_id = {each.record.ref.id: each for each in known}
        for scored in answer.records:
            if (found := by_id.get(scored.record.ref.id)) is not None:
                scored.display_name, scored.owner = found.record.display_name, found.record.owner
                if found.health.HasField("score"):
                    scored.health_score = found.health.score
        return answer

    @composes
    async def GetPipeline(
        self, request: insight_pb2.GetPipelineRequest, context: object
    ) -> insight_pb2.Pipeline:
        """The open deals; relationship has to know them, all else may be missing."""
        now = _now(request)
        parts: dict[str, Awaitable[Any]] = {
            "scored": self._scored_deals(),
            "relationship": self._deals.GetPipeline(deal_pb2.GetPipelineRequest(as_of_time=now)),
            "settings": self._relationships.GetRelationshipSettings(
                settings_pb2.GetRelationshipSettingsRequest()
            ),
            "deals": self._open_deals(),
        }
        came = await fetch(parts, current(), margin_s=_MARGIN_S, needed="deals")
        known = required(came, "deals", "relationship")
        scored = {each.ref.id: each for each in came.done.get("scored", ())}
        bubbles = came.done["relationship"].deals if "relationship" in came.done else ()
        health = {each.ref.id: each.health_score for each in bubbles}
        poor_below = came.done["settings"].fair_from if "settings" in came.done else None
        answer = insight_pb2.Pipeline(
            unavailable=unavailable(came, {**_SERVICES, "settings": "relationship"})
        )
        for record in known:
            if request.owner and record.owner != request.owner:
                continue
            deal = _deal(record, scored.get(record.ref.id), health.get(record.ref.id), now)
            deal.concerns.extend(
                concerns(deal, now, still_days=request.still_days or _STILL_DAYS, poor_below=poor_below)
            )
            answer.deals.append(deal)
        answer.deals.sort(
            key=lambda each: (not each.concerns, each.estimated_close_time.seconds, each.ref.id)
        )
        answer.off_track_count = sum(bool(each.concerns) for each in answer.deals)
        answer.on_track_count = len(answer.deals) - answer.off_track_count
        return answer

    async def _scored_deals(self) -> list[scored_pb2.Record]:
        """Every open deal that scoring knows."""
        found: list[scored_pb2.Record] = []
        request = scored_pb2.ListRecordsRequest(kind=_OPPORTUNITY, page_size=_MOST_DEALS)
        while True:
            page = await self._scoring.ListRecords(request)
            found += page.records
            request.page_token = page.next_page_token
            if not page.next_page_token:
                return found

    async def _open_deals(self) -> list[related_pb2.RelationshipRecord]:
        """Every open deal that relationship knows."""
        found: list[related_pb2.RelationshipRecord] = []
        token = ""
        while True:
            page = await self._relationships.ListRecords(
                related_pb2.ListRecordsRequest(kind=_OPPORTUNITY, page_size=_MOST_DEALS, page_token=token)
            )
            found += [each for each in page.records if is_open(each)]
            token = page.next_page_token
            if not token:
                return found


def concerns(
    deal: insight_pb2.PipelineDeal, now: Timestamp, *, still_days: int, poor_below: int | None
) -> list[insight_pb2.DealConcern.ValueType]:
    """What speaks against a deal: what its services say, held against the bounds that were set."""
    found = []
    if poor_below is not None and deal.HasField("health_score") and deal.health_score < poor_below:
        found.append(insight_pb2.DEAL_CONCERN_HEALTH)
    if deal.HasField("stage_time") and deal.stage_time.seconds > still_days * _DAY_S:
        found.append(insight_pb2.DEAL_CONCERN_STANDS_STILL)
    if not deal.HasField("estimated_close_time"):
        found.append(insight_pb2.DEAL_CONCERN_NO_CLOSE_DATE)
    elif deal.estimated_close_time.seconds < now.seconds:
        found.append(insight_pb2.DEAL_CONCERN_CLOSE_DATE_PASSED)
    return found


def _deal(
    known: related_pb2.RelationshipRecord,
    scored: scored_pb2.Record | None,
    health: int | None,
    now: Timestamp,
) -> insight_pb2.PipelineDeal:
    deal = insight_pb2.PipelineDeal(
        ref=known.ref,
        display_name=known.display_name,
        owner=known.owner,
        stage=known.stage,
        health_score=health,
    )
    if known.HasField("estimated_close_time"):
        deal.estimated_close_time.CopyFrom(known.estimated_close_time)
    if known.HasField("estimated_revenue"):
        deal.estimated_revenue.CopyFrom(known.estimated_revenue)
    if scored is not None:
        if scored.score.model:
            deal.score = scored.score.score
        reached = [each for each in scored.stages if each.enter_time.seconds <= now.seconds]
        if reached:
            latest = max(reached, key=lambda each: each.enter_time.seconds)
            deal.stage = latest.name
            deal.stage_time.FromSeconds(now.seconds - latest.enter_time.seconds)
    return deal


def _now(request: insight_pb2.GetPipelineRequest) -> Timestamp:
    if optional_moment(request, "as_of_time", "as_of_time") is not None:
        return request.as_of_time
    now = Timestamp()
    now.GetCurrentTime()
    return now


async def _of_lead(
    lead: asyncio.Future[record_pb2.RecordRef | None],
    ask: Callable[[record_pb2.RecordRef], Awaitable[Any]],
) -> Any:
    """What is asked of the lead behind an opportunity; None without one, or if that cannot be said."""
    await asyncio.wait([lead])
    if lead.cancelled() or lead.exception() is not None or (ref := lead.result()) is None:
        return None
    return await ask(ref)


def _of_one_cause(parts: Parts) -> Parts:
    """Without what failed only because the lead behind an opportunity is not known."""
    if "carried_over" not in parts.failed:
        return parts
    return Parts(parts.done, {name: error for name, error in parts.failed.items() if name not in _CARRIED})


def _due(commitment: commitment_pb2.Commitment) -> tuple[bool, int]:
    """Sorts the earliest due first, and last what has no time."""
    return not commitment.HasField("due_time"), commitment.due_time.seconds


def _without_missing(parts: Parts) -> Parts:
    """Without those that a service has nothing of: they are absent, not missing."""
    return Parts(parts.done, {name: error for name, error in parts.failed.items() if not is_missing(error)})


def _any(channel: object) -> Any:
    return channel
