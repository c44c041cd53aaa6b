"""The servicer of qualification: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.qualification.v1 import (
    delivery_pb2,
    lead_pb2,
    plan_pb2,
    qualification_pb2,
    qualification_service_pb2_grpc,
    settings_pb2,
    summary_pb2,
)

from services.common.context import current
from services.common.db import TenantSession
from services.common.errors import LeadlightError
from services.common.group_commit import GroupCommitter
from services.common.languages import language
from services.common.server.handlers import checks_each_request
from services.common.server.results import results_by_group
from services.common.server.status import status_of
from services.common.server.wire import ref, storable
from services.common.server.writes import write
from services.qualification import (
    convert_leads,
    convert_plans,
    convert_settings,
    convert_summaries,
)
from services.qualification.batch import Item, attempt, claim, commit_all, prepare_all
from services.qualification.outbox import Peer
from services.qualification.preferences import PreferenceService
from services.qualification.qualifying import Prepared, QualifyService, Undo
from services.qualification.service import LeadService, require_different

Context = grpc.ServicerContext
DOMAIN = "leadlight.qualification"


class QualificationServicer(qualification_service_pb2_grpc.QualificationServiceServicer):
    """`leadlight.qualification.v1.QualificationService`.

    Args:
        leads: The use cases around leads.
        qualify: Those around qualifications.
        preferences: Those around settings and mappings.
        committer: The worker's writes.
        pool: Where the leads of a batch are prepared.
    """

    def __init__(
        self,
        leads: LeadService,
        qualify: QualifyService,
        preferences: PreferenceService,
        *,
        committer: GroupCommitter,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._leads = leads
        self._qualify = qualify
        self._preferences = preferences
        self._committer = committer
        self._pool = pool

    def UpsertLead(self, request: lead_pb2.UpsertLeadRequest, context: Context) -> lead_pb2.Lead:
        """Stores one lead."""
        caller = current().caller
        sent = {"lead": convert_leads.sent_lead(request.lead, "lead")}

        def effect(session: TenantSession) -> lead_pb2.Lead:
            (lead,) = self._leads.upsert(session, caller, sent, store_it=not request.validate_only)
            return convert_leads.lead_message(lead)

        return write(self._committer, request, lead_pb2.Lead, effect)

    def BatchUpsertLeads(
        self, request: lead_pb2.BatchUpsertLeadsRequest, context: Context
    ) -> lead_pb2.BatchUpsertLeadsResponse:
        """Stores several leads, all or none."""
        caller = current().caller
        require_different([each.id for each in request.leads], "leads[{}].id")
        paths = [f"leads[{place}]" for place in range(len(request.leads))]
        sent = {
            path: convert_leads.sent_lead(each, path) for path, each in zip(paths, request.leads, strict=True)
        }

        def effect(session: TenantSession) -> lead_pb2.BatchUpsertLeadsResponse:
            leads = self._leads.upsert(session, caller, sent, store_it=not request.validate_only)
            return lead_pb2.BatchUpsertLeadsResponse(
                leads=[convert_leads.lead_message(lead) for lead in leads]
            )

        return write(self._committer, request, lead_pb2.BatchUpsertLeadsResponse, effect)

    @checks_each_request
    def ImportLeads(
        self, request_iterator: Iterator[lead_pb2.ImportLeadsRequest], context: Context
    ) -> Iterator[lead_pb2.ImportLeadsResponse]:
        """Stores leads as they come; each gets its own result."""
        yield from results_by_group(
            request_iterator, lead_pb2.ImportLeadsResponse, self._import, domain=DOMAIN
        )

    def _import(
        self, requests: Sequence[lead_pb2.ImportLeadsRequest]
    ) -> Sequence[lead_pb2.ImportLeadsResponse | LeadlightError]:
        """Stores several leads in one transaction, each on its own."""
        caller = current().caller

        def store(session: TenantSession, request: lead_pb2.ImportLeadsRequest) -> lead_pb2.Lead:
            sent = {"lead": convert_leads.sent_lead(request.lead, "lead")}
            with session.savepoint():
                (lead,) = self._leads.upsert(session, caller, sent)
            message = convert_leads.lead_message(lead)
            message.ClearField("fields")
            return message

        def store_all(session: TenantSession) -> list[lead_pb2.Lead | LeadlightError]:
            return [attempt(partial(store, session), request) for request in requests]

        return [
            stored if isinstance(stored, LeadlightError) else lead_pb2.ImportLeadsResponse(lead=stored)
            for stored in self._committer.submit(caller.tenant, store_all)
        ]

    def GetLead(self, request: lead_pb2.GetLeadRequest, context: Context) -> lead_pb2.Lead:
        """Returns one lead with its latest qualification."""
        lead = self._leads.get(current().caller, convert_leads.lead_id(request.id))
        return convert_leads.lead_message(lead)

    def ListLeads(self, request: lead_pb2.ListLeadsRequest, context: Context) -> lead_pb2.ListLeadsResponse:
        """Lists leads, the last created in the CRM first."""
        page = self._leads.list(
            current().caller,
            state=convert_leads.state(request.state),
            owner=storable(request.owner, "owner"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        leads = [convert_leads.lead_message(lead) for lead in page.rows]
        return lead_pb2.ListLeadsResponse(leads=leads, next_page_token=page.next_page_token)

    def DeleteLead(self, request: lead_pb2.DeleteLeadRequest, context: Context) -> Empty:
        """Deletes one lead."""
        lead_id = convert_leads.lead_id(request.id)
        self._committer.submit(
            current().caller.tenant,
            lambda session: self._leads.delete(session, lead_id, allow_missing=request.allow_missing),
        )
        return Empty()

    def Disqualify(self, request: lead_pb2.DisqualifyRequest, context: Context) -> lead_pb2.Lead:
        """Gives an open lead up, with a reason."""
        caller, lead_id = current().caller, convert_leads.lead_id(request.id)
        given_up = convert_leads.disqualification(request.disqualification, "disqualification")

        def effect(session: TenantSession) -> lead_pb2.Lead:
            return convert_leads.lead_message(
                self._leads.disqualify(session, caller, lead_id, given_up, store_it=not request.validate_only)
            )

        return write(self._committer, request, lead_pb2.Lead, effect)

    def Reactivate(self, request: lead_pb2.ReactivateRequest, context: Context) -> lead_pb2.Lead:
        """Opens a closed lead again."""
        caller, lead_id = current().caller, convert_leads.lead_id(request.id)

        def effect(session: TenantSession) -> lead_pb2.Lead:
            return convert_leads.lead_message(
                self._leads.reactivate(session, caller, lead_id, store_it=not request.validate_only)
            )

        return write(self._committer, request, lead_pb2.Lead, effect)

    def PlanQualification(
        self, request: plan_pb2.PlanQualificationRequest, context: Context
    ) -> plan_pb2.QualificationPlan:
        """Says exactly what Qualify would create."""
        planned = self._qualify.plan(
            current().caller, convert_leads.lead_id(request.id), convert_plans.choices(request.choices)
        )
        return convert_plans.plan_message(planned)

    def Qualify(
        self, request: qualification_pb2.QualifyRequest, context: Context
    ) -> qualification_pb2.Qualification:
        """Turns an open lead into an account, a contact and opportunities."""
        convert_leads.lead_id(request.id)
        convert_plans.choices(request.choices)
        prepared = attempt(self._prepare, request)

        def effect(session: TenantSession) -> qualification_pb2.Qualification:
            return self._commit(session, prepared, store_it=not request.validate_only)

        return write(self._committer, request, qualification_pb2.Qualification, effect)

    def BatchQualify(
        self, request: qualification_pb2.BatchQualifyRequest, context: Context
    ) -> qualification_pb2.BatchQualifyResponse:
        """Qualifies several leads, each on its own."""
        convert_leads.require_bare(request)
        require_different([each.id for each in request.requests], "requests[{}].id")
        claim(self._committer, request.SerializeToString(deterministic=True), request.request_id)
        prepared = prepare_all(self._pool, request.requests, self._prepare)
        store_it = not request.validate_only

        def effect(session: TenantSession, place: int) -> bytes:
            return self._commit(session, prepared[place], store_it=store_it).SerializeToString()

        items = [Item(each.id, each.SerializeToString(deterministic=True)) for each in request.requests]
        answers = commit_all(self._committer, items, effect, request.request_id)
        return qualification_pb2.BatchQualifyResponse(
            results=[_result(item.id, answer) for item, answer in zip(items, answers, strict=True)]
        )

    def _prepare(self, request: qualification_pb2.QualifyRequest) -> Prepared:
        return self._qualify.prepare(
            current().caller,
            convert_leads.lead_id(request.id),
            convert_plans.choices(request.choices),
            ignore_duplicates=request.ignore_duplicates,
        )

    def _commit(
        self, session: TenantSession, prepared: Prepared | LeadlightError, *, store_it: bool
    ) -> qualification_pb2.Qualification:
        if isinstance(prepared, LeadlightError):
            raise prepared
        qualification = self._qualify.commit(session, current().caller, prepared, store_it=store_it)
        return convert_leads.qualification_message(qualification)

    def Unqualify(self, request: qualification_pb2.UnqualifyRequest, context: Context) -> lead_pb2.Lead:
        """Takes back what Qualify created."""
        caller, lead_id = current().caller, convert_leads.lead_id(request.id)

        def prepare(asked: str) -> Undo:
            return self._qualify.prepare_undo(caller, asked)

        undo = attempt(prepare, lead_id)

        def effect(session: TenantSession) -> lead_pb2.Lead:
            if isinstance(undo, LeadlightError):
                raise undo
            lead = self._qualify.undo(session, caller, undo, store_it=not request.validate_only)
            return convert_leads.lead_message(lead)

        return write(self._committer, request, lead_pb2.Lead, effect)

    def GetLeadSummary(
        self, request: summary_pb2.GetLeadSummaryRequest, context: Context
    ) -> summary_pb2.LeadSummary:
        """Says who a lead is and what the suite knows of it."""
        summary = self._leads.summary(
            current().caller,
            convert_leads.lead_id(request.id),
            language(request.language, "language", default=""),
        )
        return convert_summaries.summary_message(summary)

    def ListTimeline(
        self, request: summary_pb2.ListTimelineRequest, context: Context
    ) -> summary_pb2.ListTimelineResponse:
        """Lists what happened to a lead, or to the lead behind an opportunity."""
        timeline = self._leads.timeline(
            current().caller,
            ref(request.ref, "ref"),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return convert_summaries.timeline_message(timeline)

    def GetQualificationSettings(
        self, request: settings_pb2.GetQualificationSettingsRequest, context: Context
    ) -> settings_pb2.QualificationSettings:
        """Returns how the tenant qualifies leads."""
        return convert_settings.settings_message(self._preferences.settings(current().caller.tenant))

    def UpdateQualificationSettings(
        self, request: settings_pb2.UpdateQualificationSettingsRequest, context: Context
    ) -> settings_pb2.QualificationSettings:
        """Changes how the tenant qualifies leads."""
        change = convert_settings.settings_change(request)
        settings = self._committer.submit(
            current().caller.tenant,
            lambda session: self._preferences.update_settings(session, change.applied_to),
        )
        return convert_settings.settings_message(settings)

    def GetFieldMapping(
        self, request: settings_pb2.GetFieldMappingRequest, context: Context
    ) -> settings_pb2.FieldMapping:
        """Returns one mapping."""
        mapping_id = convert_settings.mapping_id(request.name)
        return convert_settings.mapping_message(
            self._preferences.mapping(current().caller.tenant, mapping_id)
        )

    def ListFieldMappings(
        self, request: settings_pb2.ListFieldMappingsRequest, context: Context
    ) -> settings_pb2.ListFieldMappingsResponse:
        """Lists which field of a lead becomes which field of a record."""
        page = self._preferences.list_mappings(
            current().caller.tenant,
            convert_settings.mapping_kind(request.kind),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return settings_pb2.ListFieldMappingsResponse(
            mappings=[convert_settings.mapping_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def CreateFieldMapping(
        self, request: settings_pb2.CreateFieldMappingRequest, context: Context
    ) -> settings_pb2.FieldMapping:
        """Adds a mapping."""
        mapping = convert_settings.new_mapping(request.mapping)

        def effect(session: TenantSession) -> settings_pb2.FieldMapping:
            added = self._preferences.create_mapping(session, mapping, store_it=not request.validate_only)
            return convert_settings.mapping_message(added)

        return write(self._committer, request, settings_pb2.FieldMapping, effect)

    def UpdateFieldMapping(
        self, request: settings_pb2.UpdateFieldMappingRequest, context: Context
    ) -> settings_pb2.FieldMapping:
        """Gives a mapping another source."""
        mapping_id = convert_settings.mapping_id(request.name)
        source = convert_settings.mapping_source(request.source_field)

        def effect(session: TenantSession) -> settings_pb2.FieldMapping:
            changed = self._preferences.update_mapping(
                session, mapping_id, source, store_it=not request.validate_only
            )
            return convert_settings.mapping_message(changed)

        return write(self._committer, request, settings_pb2.FieldMapping, effect)

    def DeleteFieldMapping(self, request: settings_pb2.DeleteFieldMappingRequest, context: Context) -> Empty:
        """Deletes a mapping of the tenant's own."""
        mapping_id = convert_settings.mapping_id(request.name)
        self._committer.submit(
            current().caller.tenant,
            lambda session: self._preferences.delete_mapping(session, mapping_id),
        )
        return Empty()

    def ListDeliveries(
        self, request: delivery_pb2.ListDeliveriesRequest, context: Context
    ) -> delivery_pb2.ListDeliveriesResponse:
        """Lists what the other services are still to be told."""
        page = self._leads.deliveries(
            current().caller.tenant,
            Peer(request.service) if request.service else None,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return delivery_pb2.ListDeliveriesResponse(
            deliveries=[convert_leads.delivery_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )


def _result(lead_id: str, answer: bytes | LeadlightError) -> qualification_pb2.BatchQualifyResult:
    result = qualification_pb2.BatchQualifyResult(id=lead_id)
    if isinstance(answer, LeadlightError):
        result.status.CopyFrom(status_of(answer, domain=DOMAIN, request_id=current().request_id))
    else:
        result.qualification.MergeFromString(answer)
    return result
