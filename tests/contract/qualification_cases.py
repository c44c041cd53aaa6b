"""What the contract tests send to the qualification service; the services that it asks are not there."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.qualification.v1 import (
    delivery_pb2,
    lead_pb2,
    plan_pb2,
    qualification_pb2,
    settings_pb2,
    summary_pb2,
)

from tests.contract.cases import BadInput, Requests, unwritten_language
from tests.contract.common_cases import page_tokens
from tests.contract.served import Served
from tests.integration.qualification.world import (
    ACCOUNT,
    OPPORTUNITY,
    choices,
    create,
    existing,
    lead,
    new_id,
    qualify,
    ref,
    settings,
    upsert,
)

SECRET = "zephyrine@quoll.example"
S = "QualificationService."
LOST = lead_pb2.Disqualification(reason=lead_pb2.DISQUALIFY_REASON_LOST)
IN_1899 = Timestamp(seconds=-2_208_988_801)
AFTER_9999 = Timestamp(seconds=253_402_300_800)
NUL = "a\x00b"
NOTHING_CREATED = choices(account=existing("A-1"), contact=existing("C-1"), opportunities=[existing("O-1")])


def secret_lead(lead_id: str = "") -> lead_pb2.Lead:
    return lead(lead_id, email=SECRET)


def _with(**values: Any) -> lead_pb2.Lead:
    changed = secret_lead()
    changed.MergeFrom(lead_pb2.Lead(**values))
    return changed


def _bad_leads(wrap: Callable[[lead_pb2.Lead], Message], prefix: str) -> list[BadInput]:
    """What is wrong with a lead, whatever takes it."""

    def bad(fault: str, field: str, sent: lead_pb2.Lead) -> BadInput:
        return BadInput(fault, lambda _: [wrap(sent)], f"{prefix}.{field}")

    file = lead_pb2.Attachment(title=NUL, uri="x")
    link = lead_pb2.Attachment(title="x", uri=NUL)
    return [
        bad("NUL in the id", "id", secret_lead(NUL)),
        bad("NUL in a field", "fields", _with(fields={"subject": NUL})),
        bad("NUL in a field's name", "fields", _with(fields={NUL: "x"})),
        bad("NUL in the owner", "owner", _with(owner=NUL)),
        bad("NUL in an attachment's title", "attachments[0].title", _with(attachments=[file])),
        bad("NUL in an attachment's place", "attachments[0].uri", _with(attachments=[link])),
        bad("language that is not written", "language", _with(language="fr")),
        bad("stage that is none", "process_stage", _with(process_stage="Dreaming")),
        bad("created in 1899", "create_time", _with(create_time=IN_1899)),
        bad("created after the year 9999", "create_time", _with(create_time=AFTER_9999)),
    ]


def _bad_choices(wrap: Callable[..., Message]) -> list[BadInput]:
    def bad(fault: str, field: str, chosen: plan_pb2.QualificationChoices) -> BadInput:
        return BadInput(fault, lambda c: [wrap(c.new_lead(), chosen)], f"choices.{field}")

    return [
        bad("NUL in a new id", "account.create.id", choices(account=create(NUL))),
        bad("NUL in a new field", "contact.create.fields", choices(contact=create(first_name=NUL))),
        bad("NUL in an id", "opportunities[0].existing", choices(opportunities=[existing(NUL)])),
        BadInput("NUL in the lead's id", lambda _: [wrap(NUL, None)], "id"),
    ]


def _nul_id(request_type: Callable[..., Message], **fields: Any) -> BadInput:
    return BadInput("NUL in the id", lambda _: [request_type(id=NUL, **fields)], "id")


def _planned(lead_id: str, chosen: plan_pb2.QualificationChoices | None) -> plan_pb2.PlanQualificationRequest:
    return plan_pb2.PlanQualificationRequest(id=lead_id, choices=chosen)


def _batch(*requests: qualification_pb2.QualifyRequest) -> qualification_pb2.BatchQualifyRequest:
    return qualification_pb2.BatchQualifyRequest(requests=requests)


def _mapping(target: str, source: str = "wish") -> settings_pb2.CreateFieldMappingRequest:
    mapping = settings_pb2.FieldMapping(kind=OPPORTUNITY, target_field=target, source_field=source)
    return settings_pb2.CreateFieldMappingRequest(mapping=mapping)


def _changed(name: str, source: str = "wish") -> settings_pb2.UpdateFieldMappingRequest:
    return settings_pb2.UpdateFieldMappingRequest(name=f"fieldMappings/{name}", source_field=source)


def _deleted(name: str) -> settings_pb2.DeleteFieldMappingRequest:
    return settings_pb2.DeleteFieldMappingRequest(name=f"fieldMappings/{name}")


def _other_token(cases: Any) -> str:
    return str(cases.page_token(lead_pb2.ListLeadsRequest, f"{S}ListLeads"))


def _mapping_token(cases: Any) -> str:
    return str(cases.page_token(settings_pb2.ListFieldMappingsRequest, f"{S}ListFieldMappings"))


def _state(
    fault: str, requests: Callable[[Any], Requests], reason: str, code: str = "FAILED_PRECONDITION"
) -> BadInput:
    return BadInput(fault, requests, None, code, reason)


class Cases:
    """See `tests.contract.cases.Contract`."""

    secret = SECRET
    served_with: ClassVar[Mapping[str, Any]] = {
        # Nobody delivers: attempts that fail would change what ListDeliveries says.
        "run_operations": False,
        # Nobody answers: whatever else runs on this machine is not asked.
        **{f"{name}_address": "127.0.0.1:1" for name in ("dedupe", "relationship", "scoring", "notes")},
    }

    def __init__(self, served: Served) -> None:
        self.served = served
        self._client = served.client()
        for lead_id in ("kept", "kept-too"):
            self._client.call(f"{S}UpsertLead", upsert(secret_lead(lead_id)))
        self._client.call(f"{S}CreateFieldMapping", _mapping("kept"))
        self.good = _good(self)

    def close(self) -> None:
        """Holds nothing."""

    def new_lead(self) -> str:
        return str(self._client.call(f"{S}UpsertLead", upsert(secret_lead())).id)

    def qualified(self) -> str:
        """A lead that is qualified; nothing was created for it."""
        lead_id = self.new_lead()
        self._client.call(f"{S}Qualify", qualify(lead_id, NOTHING_CREATED, ignore_duplicates=True))
        return lead_id

    def given_up(self) -> str:
        lead_id = self.new_lead()
        self._client.call(f"{S}Disqualify", lead_pb2.DisqualifyRequest(id=lead_id, disqualification=LOST))
        return lead_id

    def new_mapping(self) -> str:
        return str(self._client.call(f"{S}CreateFieldMapping", _mapping(f"f{uuid.uuid4().hex}")).name)

    def page_token(self, make: Callable[..., Message], method: str) -> str:
        """The token of a second page."""
        return str(self._client.call(method, make(page_size=1)).next_page_token)

    def snapshot(self) -> Sequence[Message]:
        return [
            *self._pages(f"{S}ListLeads", lead_pb2.ListLeadsRequest()),
            *self._pages(f"{S}ListDeliveries", delivery_pb2.ListDeliveriesRequest()),
            *self._pages(f"{S}ListFieldMappings", settings_pb2.ListFieldMappingsRequest()),
            self._client.call(f"{S}GetQualificationSettings", settings_pb2.GetQualificationSettingsRequest()),
        ]

    def _pages(self, method: str, request: Any) -> list[Message]:
        request.page_size = 1000
        pages = [self._client.call(method, request)]
        while pages[-1].next_page_token:
            request.page_token = pages[-1].next_page_token
            pages.append(self._client.call(method, request))
        return pages

    missing: ClassVar[Mapping[str, Callable[[], Requests]]] = {
        f"{S}GetLead": lambda: [lead_pb2.GetLeadRequest(id="none")],
        f"{S}DeleteLead": lambda: [lead_pb2.DeleteLeadRequest(id="none")],
        f"{S}PlanQualification": lambda: [_planned("none", None)],
        f"{S}Qualify": lambda: [qualify("none")],
        f"{S}Unqualify": lambda: [qualification_pb2.UnqualifyRequest(id="none")],
        f"{S}Disqualify": lambda: [lead_pb2.DisqualifyRequest(id="none", disqualification=LOST)],
        f"{S}Reactivate": lambda: [lead_pb2.ReactivateRequest(id="none")],
        f"{S}GetLeadSummary": lambda: [summary_pb2.GetLeadSummaryRequest(id="none")],
        f"{S}ListTimeline": lambda: [summary_pb2.ListTimelineRequest(ref=ref("none"))],
        f"{S}GetFieldMapping": lambda: [
            settings_pb2.GetFieldMappingRequest(name="fieldMappings/account.none")
        ],
        f"{S}UpdateFieldMapping": lambda: [_changed("account.none")],
        f"{S}DeleteFieldMapping": lambda: [_deleted("account.none")],
    }

    nothing_missing: ClassVar[Mapping[str, str]] = {
        f"{S}UpsertLead": "makes the lead that it names",
        f"{S}BatchUpsertLeads": "makes the leads that it names",
        f"{S}ImportLeads": "makes the leads that it names",
        f"{S}ListLeads": "an empty list is a good answer",
        f"{S}BatchQualify": "each lead has its own result",
        f"{S}GetQualificationSettings": "where none are set the default ones hold",
        f"{S}UpdateQualificationSettings": "sets what it names",
        f"{S}ListFieldMappings": "the built-in ones are always there",
        f"{S}CreateFieldMapping": "makes the mapping that it names",
        f"{S}ListDeliveries": "an empty list is a good answer",
    }

    bad: ClassVar[Mapping[str, Sequence[BadInput]]] = {
        f"{S}UpsertLead": _bad_leads(upsert, "lead"),
        f"{S}BatchUpsertLeads": [
            *_bad_leads(lambda sent: lead_pb2.BatchUpsertLeadsRequest(leads=[lead(), sent]), "leads[1]"),
            BadInput(
                "one lead twice",
                lambda _: [lead_pb2.BatchUpsertLeadsRequest(leads=[lead("x"), lead("x")])],
                "leads[1].id",
            ),
        ],
        f"{S}ImportLeads": _bad_leads(lambda sent: lead_pb2.ImportLeadsRequest(lead=sent), "lead"),
        f"{S}GetLead": [_nul_id(lead_pb2.GetLeadRequest)],
        f"{S}ListLeads": [
            BadInput("NUL in the owner", lambda _: [lead_pb2.ListLeadsRequest(owner=NUL)], "owner"),
            *page_tokens(lambda token: lead_pb2.ListLeadsRequest(page_token=token), _mapping_token),
        ],
        f"{S}DeleteLead": [_nul_id(lead_pb2.DeleteLeadRequest)],
        f"{S}PlanQualification": [
            *_bad_choices(_planned),
            _state(
                "several opportunities where one is allowed",
                lambda c: [_planned(c.new_lead(), choices(opportunities=[create(), create()]))],
                "CONFIGURATION_FORBIDS",
            ),
            _state("lead that is closed", lambda c: [_planned(c.given_up(), None)], "LEAD_NOT_OPEN"),
        ],
        f"{S}Qualify": [
            *_bad_choices(qualify),
            _state("lead that is closed", lambda c: [qualify(c.given_up())], "LEAD_NOT_OPEN"),
            _state(
                "new account for a lead without a company",
                lambda c: [
                    qualify(c.without_company(), choices(account=create(name="X")), ignore_duplicates=True)
                ],
                "RECORD_FIELDS_MISSING",
            ),
            _state(
                "duplicates that cannot be looked up",
                lambda c: [qualify(c.new_lead())],
                "PEER_UNAVAILABLE",
                "UNAVAILABLE",
            ),
        ],
        f"{S}BatchQualify": [
            BadInput(
                "one lead twice", lambda _: [_batch(qualify("kept"), qualify("kept"))], "requests[1].id"
            ),
            BadInput(
                "rehearsal of one lead",
                lambda _: [_batch(qualify("kept", validate_only=True))],
                "requests[0].validate_only",
            ),
            BadInput(
                "id of one lead's request",
                lambda _: [_batch(qualify("kept", request_id=str(uuid.uuid4())))],
                "requests[0].request_id",
            ),
        ],
        f"{S}Unqualify": [
            _nul_id(qualification_pb2.UnqualifyRequest),
            _state(
                "lead that was never qualified",
                lambda c: [qualification_pb2.UnqualifyRequest(id=c.new_lead())],
                "LEAD_NOT_QUALIFIED",
            ),
        ],
        f"{S}Disqualify": [
            _nul_id(lead_pb2.DisqualifyRequest, disqualification=LOST),
            BadInput(
                "own reason without words",
                lambda _: [
                    lead_pb2.DisqualifyRequest(
                        id="kept", disqualification={"reason": lead_pb2.DISQUALIFY_REASON_OTHER}
                    )
                ],
                "disqualification.comment",
            ),
            BadInput(
                "NUL in the comment",
                lambda _: [
                    lead_pb2.DisqualifyRequest(
                        id="kept",
                        disqualification={"reason": lead_pb2.DISQUALIFY_REASON_LOST, "comment": NUL},
                    )
                ],
                "disqualification.comment",
            ),
        ],
        f"{S}Reactivate": [
            _nul_id(lead_pb2.ReactivateRequest),
            _state(
                "lead that is open",
                lambda c: [lead_pb2.ReactivateRequest(id=c.new_lead())],
                "LEAD_NOT_CLOSED",
            ),
        ],
        f"{S}GetLeadSummary": [
            _nul_id(summary_pb2.GetLeadSummaryRequest),
            unwritten_language(lambda tag: [summary_pb2.GetLeadSummaryRequest(id="kept", language=tag)]),
        ],
        f"{S}ListTimeline": [
            BadInput("NUL in the id", lambda _: [summary_pb2.ListTimelineRequest(ref=ref(NUL))], "ref.id"),
            _state(
                "account, which has no timeline",
                lambda _: [summary_pb2.ListTimelineRequest(ref=ref("A-1", ACCOUNT))],
                "RESOURCE_NOT_FOUND",
                "NOT_FOUND",
            ),
            *page_tokens(
                lambda token: summary_pb2.ListTimelineRequest(ref=ref("kept"), page_token=token), _other_token
            ),
        ],
        f"{S}UpdateQualificationSettings": [
            BadInput("unknown path", lambda _: [settings("update_time")], "update_mask.paths[0]"),
            BadInput(
                "several opportunities that are automatic",
                lambda _: [
                    settings(several_opportunities=True, opportunity_mode=settings_pb2.RECORD_MODE_AUTOMATIC)
                ],
                "settings.several_opportunities",
            ),
            BadInput(
                "one stage twice",
                lambda _: [settings(stages=[{"name": "A"}, {"name": "A"}])],
                "settings.stages",
            ),
            BadInput(
                "NUL in a stage's name",
                lambda _: [settings(stages=[{"name": NUL}])],
                "settings.stages[0].name",
            ),
            BadInput(
                "NUL in a required field",
                lambda _: [settings(stages=[{"name": "A", "required_fields": [NUL]}])],
                "settings.stages[0].required_fields",
            ),
        ],
        f"{S}ListFieldMappings": page_tokens(
            lambda token: settings_pb2.ListFieldMappingsRequest(page_token=token), _other_token
        ),
        f"{S}CreateFieldMapping": [
            BadInput("target that is no name", lambda _: [_mapping("a b")], "mapping.target_field"),
            BadInput("no target", lambda _: [_mapping("")], "mapping.target_field"),
            BadInput("NUL in the source", lambda _: [_mapping("a", NUL)], "mapping.source_field"),
            _state("target that has one", lambda _: [_mapping("name")], "RESOURCE_EXISTS", "ALREADY_EXISTS"),
        ],
        f"{S}UpdateFieldMapping": [
            BadInput("NUL in the source", lambda _: [_changed("account.website", NUL)], "source_field"),
            _state("one that is fixed", lambda _: [_changed("account.address1_*")], "MAPPING_BUILT_IN"),
        ],
        f"{S}DeleteFieldMapping": [
            _state("one that is built in", lambda _: [_deleted("account.website")], "MAPPING_BUILT_IN")
        ],
        f"{S}ListDeliveries": page_tokens(
            lambda token: delivery_pb2.ListDeliveriesRequest(page_token=token), _other_token
        ),
    }

    nothing_bad: ClassVar[Mapping[str, str]] = {
        f"{S}GetQualificationSettings": "it has no fields",
        f"{S}GetFieldMapping": "the proto's pattern of the name says everything",
    }

    def without_company(self) -> str:
        return str(self._client.call(f"{S}UpsertLead", upsert(lead(without=("company_name",)))).id)


def _good(cases: Cases) -> dict[str, Callable[[], Requests]]:
    def whole() -> qualification_pb2.QualifyRequest:
        # Ids of its own each time, so that none is taken.
        chosen = choices(account=create(new_id()), contact=create(new_id()), opportunities=[create(new_id())])
        return qualify(cases.new_lead(), chosen, ignore_duplicates=True)

    return {
        f"{S}UpsertLead": lambda: [upsert(secret_lead())],
        f"{S}BatchUpsertLeads": lambda: [
            lead_pb2.BatchUpsertLeadsRequest(leads=[secret_lead(), secret_lead()])
        ],
        f"{S}ImportLeads": lambda: [lead_pb2.ImportLeadsRequest(lead=secret_lead())],
        f"{S}GetLead": lambda: [lead_pb2.GetLeadRequest(id="kept")],
        f"{S}ListLeads": lambda: [lead_pb2.ListLeadsRequest()],
        f"{S}DeleteLead": lambda: [lead_pb2.DeleteLeadRequest(id=cases.new_lead())],
        f"{S}PlanQualification": lambda: [_planned("kept", None)],
        f"{S}Qualify": lambda: [whole()],
        f"{S}BatchQualify": lambda: [_batch(whole())],
        f"{S}Unqualify": lambda: [qualification_pb2.UnqualifyRequest(id=cases.qualified())],
        f"{S}Disqualify": lambda: [lead_pb2.DisqualifyRequest(id=cases.new_lead(), disqualification=LOST)],
        f"{S}Reactivate": lambda: [lead_pb2.ReactivateRequest(id=cases.given_up())],
        f"{S}GetLeadSummary": lambda: [summary_pb2.GetLeadSummaryRequest(id="kept")],
        f"{S}ListTimeline": lambda: [summary_pb2.ListTimelineRequest(ref=ref("kept"))],
        f"{S}GetQualificationSettings": lambda: [settings_pb2.GetQualificationSettingsRequest()],
        f"{S}UpdateQualificationSettings": lambda: [settings(exclude_inactive_duplicates=True)],
        f"{S}GetFieldMapping": lambda: [
            settings_pb2.GetFieldMappingRequest(name="fieldMappings/opportunity.kept")
        ],
        f"{S}ListFieldMappings": lambda: [settings_pb2.ListFieldMappingsRequest()],
        f"{S}CreateFieldMapping": lambda: [_mapping(f"f{uuid.uuid4().hex}")],
        f"{S}UpdateFieldMapping": lambda: [_changed("opportunity.kept", f"wish_{uuid.uuid4().hex[:8]}")],
        f"{S}DeleteFieldMapping": lambda: [settings_pb2.DeleteFieldMappingRequest(name=cases.new_mapping())],
        f"{S}ListDeliveries": lambda: [delivery_pb2.ListDeliveriesRequest()],
    }
