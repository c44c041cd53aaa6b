"""One screen per service: what it says of the demo's CRM, and the command to go on with."""

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.conversation.v1 import (
    call_service_pb2,
    call_service_pb2_grpc,
    home_pb2,
    home_service_pb2,
    home_service_pb2_grpc,
)
from leadlight.dedupe.v1 import dedupe_service_pb2_grpc, duplicate_pb2
from leadlight.gateway.v1 import worklist_pb2, worklist_service_pb2_grpc
from leadlight.notes.v1 import notes_service_pb2_grpc, suggestion_pb2
from leadlight.qualification.v1 import plan_pb2, qualification_pb2, qualification_service_pb2_grpc
from leadlight.relationship.v1 import insight_pb2, relationship_service_pb2_grpc
from leadlight.scoring.v1 import (
    grade_pb2,
    score_pb2,
    scoring_service_pb2_grpc,
)
from leadlight.scoring.v1 import (
    record_pb2 as scored_pb2,
)

from clients.cli import output
from clients.cli.demo.crm import Call, Crm, Lead, Opportunity
from clients.cli.refs import ref_text
from clients.cli.worklist import print_items

_SHOWN = 5
_REASONS = 3
_LEAD, _OPPORTUNITY = record_pb2.RECORD_KIND_LEAD, record_pb2.RECORD_KIND_OPPORTUNITY


def scoring(channel: grpc.Channel, crm: Crm) -> None:
    """The best open leads, each with its best reasons."""
    stub = scoring_service_pb2_grpc.ScoringServiceStub(channel)
    page = stub.ListRecords(scored_pb2.ListRecordsRequest(kind=_LEAD, page_size=_SHOWN))
    names = {lead.id: lead for lead in crm.leads}
    rows = []
    for record in page.records:
        whole = stub.GetRecord(
            scored_pb2.GetRecordRequest(ref=record.ref, reason_detail=score_pb2.REASON_DETAIL_TOP)
        )
        lead = names[record.ref.id]
        reasons = "\n".join(f"{each.points:+.0f} {each.sentence}" for each in whole.score.reasons[:_REASONS])
        grade = grade_pb2.Grade.Name(record.score.grade).removeprefix("GRADE_")
        rows.append((lead.id, f"{lead.company}", str(record.score.score), grade, reasons))
    _title("Scoring: which leads to work on, and why")
    output.print_table("", ("lead", "company", ">score", "grade", "reasons"), rows)
    _next("leadlight scoring models", "leadlight scoring explain --help")


def relationship(channel: grpc.Channel, deal: Opportunity) -> None:
    """How a deal's relationship is."""
    ref = record_pb2.RecordRef(kind=_OPPORTUNITY, id=deal.id)
    found = relationship_service_pb2_grpc.RelationshipServiceStub(channel).GetInsights(
        insight_pb2.GetInsightsRequest(ref=ref)
    )
    state = insight_pb2.HealthState.Name(found.health.state).removeprefix("HEALTH_STATE_").lower()
    trend = insight_pb2.HealthTrend.Name(found.health.trend).removeprefix("HEALTH_TREND_").lower()
    _title(f"Relationship: how it stands with {deal.account.name}, {deal.contact.name}")
    output.say(f"health {found.health.score} ({state}, {trend.replace('_', ' ')})")
    for sentence in found.summary:
        output.say(f"  {sentence}")
    _next(f"leadlight relationship insights {ref_text(ref)}")


def dedupe(channel: grpc.Channel, lead: Lead) -> None:
    """Who a lead already is."""
    ref = record_pb2.RecordRef(kind=_LEAD, id=lead.id)
    found = dedupe_service_pb2_grpc.DedupeServiceStub(channel).FindDuplicates(
        duplicate_pb2.FindDuplicatesRequest(ref=ref)
    )
    _title(f"Duplicates: who {lead.name} ({lead.company}) already is")
    for duplicate in found.duplicates[:1]:
        output.say(f"{ref_text(duplicate.ref)}, probability {duplicate.probability:.3f}")
        rows = (
            (each.field, each.left, each.right, each.level, f"{each.weight:+.1f}")
            for each in duplicate.evidence.fields
        )
        output.print_table("", ("field", "this", "that", "agreement", ">bits"), rows)
    _next(f"leadlight dedupe find {ref_text(ref)}", "leadlight dedupe scan FILE.csv --id id -o pairs.csv")


def conversation(channel: grpc.Channel, call: Call) -> None:
    """What was said in a call, and what the managers see of all of them."""
    analysis = call_service_pb2_grpc.CallServiceStub(channel).GetAnalysis(
        call_service_pb2.GetAnalysisRequest(id=call.id)
    )
    _title(f"Conversation: {call.title}")
    measures = analysis.measures
    output.say(
        f"the seller talked {measures.talk_percent:.0f} % and listened {measures.listen_percent:.0f} %, "
        f"{measures.switches} switches, {measures.seller.questions} questions"
    )
    heard = sorted({hit.tracker for hit in analysis.hits})
    output.say(f"keywords and competitors: {', '.join(heard) or 'none'}")
    for line in analysis.commitments:
        output.say(f"  promised: {line.what}" + (f" ({line.due_text})" if line.due_text else ""))
    kind = home_pb2.HOME_PERIOD_KIND_LAST_7_DAYS
    home = home_service_pb2_grpc.HomeServiceStub(channel).GetHome(
        home_service_pb2.GetHomeRequest(period=home_pb2.HomePeriod(kind=kind))
    )
    topics = home.topics
    output.say(
        f"all calls of the last 7 days: {topics.conversations.value:.0f}, "
        f"{topics.negative_percent.value:.0f} % more negative than average"
    )
    for each in (*topics.keywords[:_REASONS], *topics.competitors[:_REASONS]):
        output.say(f"  {each.name}: in {each.call_percent.value:.0f} % of the calls")
    _next("leadlight conversation home --period this-month")


def notes(channel: grpc.Channel) -> None:
    """What notes suggest to do."""
    page = notes_service_pb2_grpc.NotesServiceStub(channel).ListSuggestions(
        suggestion_pb2.ListSuggestionsRequest(
            parent="notes/-", states=[suggestion_pb2.SUGGESTION_STATE_OPEN], page_size=_SHOWN
        )
    )
    _title("Notes: what the latest ones ask for")
    rows = []
    for each in page.suggestions:
        kind = suggestion_pb2.SuggestionKind.Name(each.kind).removeprefix("SUGGESTION_KIND_").lower()
        rows.append((kind.replace("_", " "), each.title, f"{each.confidence:.2f}"))
    output.print_table("", ("kind", "what", ">confidence"), rows)
    _next("leadlight notes sample", "leadlight notes suggest notes.jsonl -o suggestions.jsonl")


def qualification(channel: grpc.Channel, lead: Lead) -> None:
    """Plans the step from lead to customer and takes it: the contact that is there is used."""
    stub = qualification_service_pb2_grpc.QualificationServiceStub(channel)
    plan = stub.PlanQualification(plan_pb2.PlanQualificationRequest(id=lead.id))
    _title(f"Qualification: {lead.name} becomes a customer")
    for name, planned in (("account", plan.account), ("contact", plan.contact)):
        for duplicate in planned.duplicates[:1]:
            output.say(
                f"{name}: already there as {ref_text(duplicate.ref)}, probability {duplicate.probability:.2f}"
            )
    choices = plan_pb2.QualificationChoices(account=_choice(plan.account), contact=_choice(plan.contact))
    done = stub.Qualify(qualification_pb2.QualifyRequest(id=lead.id, choices=choices, ignore_duplicates=True))
    created = [ref_text(each.ref) for each in done.created]
    output.say(f"qualified: {', '.join(created) or 'nothing'} created; the other services are told")
    _next(f"leadlight qualify {lead.id} --plan")


def worklist(channel: grpc.Channel, seller: str) -> None:
    """What a seller is to do next."""
    found = worklist_service_pb2_grpc.WorklistServiceStub(channel).GetWorklist(
        worklist_pb2.GetWorklistRequest(seller=seller, limit=_SHOWN)
    )
    _title(f"Worklist of {seller}: what to do next")
    print_items(found)


def _choice(planned: plan_pb2.PlannedRecord) -> plan_pb2.RecordChoice:
    if planned.duplicates:
        return plan_pb2.RecordChoice(existing=planned.duplicates[0].ref.id)
    return plan_pb2.RecordChoice(create=plan_pb2.NewRecord())


def _title(text: str) -> None:
    output.say(f"\n{text}\n{'-' * len(text)}")


def _next(*commands: str) -> None:
    output.say("go on: " + "; ".join(commands))
