"""Choices and plans between protobuf and the service's own types."""

from collections.abc import Sequence

from google.rpc import code_pb2, status_pb2
from leadlight.qualification.v1 import plan_pb2

from services.common.errors import invalid_argument
from services.common.server.wire import ref_message, storable
from services.qualification.duplicates import Candidate, candidates
from services.qualification.plan import Action, Choice, Choices, FieldValue, Origin, PlannedRecord
from services.qualification.qualifying import Planned
from services.qualification.rules import Problem

_ACTION_NUMBERS = {action: plan_pb2.RecordAction.Value(f"RECORD_ACTION_{action.name}") for action in Action}
_ORIGIN_NUMBERS = {origin: plan_pb2.FieldOrigin.Value(f"FIELD_ORIGIN_{origin.name}") for origin in Origin}


def choices(message: plan_pb2.QualificationChoices, path: str = "choices") -> Choices:
    """What a caller wants done.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return Choices(
        _choice(message.account, f"{path}.account") if message.HasField("account") else None,
        _choice(message.contact, f"{path}.contact") if message.HasField("contact") else None,
        [_choice(each, f"{path}.opportunities[{place}]") for place, each in enumerate(message.opportunities)],
    )


def _choice(message: plan_pb2.RecordChoice, path: str) -> Choice:
    match message.WhichOneof("choice"):
        case "existing":
            return Choice(Action.USE_EXISTING, storable(message.existing, f"{path}.existing"))
        case "skip":
            return Choice(Action.SKIP)
    new = message.create
    for name, value in new.fields.items():
        if "\x00" in name or "\x00" in value:
            raise invalid_argument(f"{path}.create.fields", "holds the character NUL")
    given = {name: value.strip() and value for name, value in sorted(new.fields.items())}
    return Choice(Action.CREATE, storable(new.id, f"{path}.create.id"), given)


def plan_message(planned: Planned) -> plan_pb2.QualificationPlan:
    """What Qualify would do."""
    plan, found = planned.plan, planned.found

    def told(record: PlannedRecord) -> plan_pb2.PlannedRecord:
        return record_message(record, candidates(record.kind, record.fields, found.of(record)))

    message = plan_pb2.QualificationPlan(
        id=planned.lead.id,
        account=told(plan.account),
        contact=told(plan.contact),
        opportunities=[told(record) for record in plan.opportunities],
        lead_duplicates=[
            _candidate_message(each)
            for each in candidates(planned.lead.ref.kind, planned.lead.fields, found.leads)
        ],
        stage_after=plan.stage_after,
        problems=[_problem_message(problem) for problem in planned.problems],
    )
    if found.failure is not None:
        message.duplicates_status.CopyFrom(plain_status(found.failure.code, found.failure.message))
    return message


def record_message(record: PlannedRecord, duplicates: Sequence[Candidate] = ()) -> plan_pb2.PlannedRecord:
    """One record of a plan or of a qualification."""
    message = plan_pb2.PlannedRecord(
        action=_ACTION_NUMBERS[record.action],
        fields=[_value_message(value) for value in record.values],
        primary=record.primary,
        duplicates=[_candidate_message(each) for each in duplicates],
    )
    if record.ref is not None:
        message.ref.CopyFrom(ref_message(record.ref))
    return message


def _value_message(value: FieldValue) -> plan_pb2.FieldValue:
    return plan_pb2.FieldValue(
        field=value.field,
        value=value.value,
        origin=_ORIGIN_NUMBERS[value.origin],
        source_field=value.source,
        mapping=f"fieldMappings/{value.mapping}" if value.mapping else "",
    )


def _candidate_message(candidate: Candidate) -> plan_pb2.DuplicateCandidate:
    match = candidate.match
    return plan_pb2.DuplicateCandidate(
        ref=ref_message(match.ref),
        probability=match.probability,
        fields=dict(match.fields),
        telling_fields=candidate.telling,
        reasons=match.reasons,
    )


def _problem_message(problem: Problem) -> plan_pb2.PlanProblem:
    return plan_pb2.PlanProblem(
        reason=problem.error.reason,
        message=problem.error.message,
        missing_fields=problem.missing_fields,
        can_be_ignored=problem.can_be_ignored,
    )


def plain_status(code: str, message: str) -> status_pb2.Status:
    """A failure as a status, without details.

    Args:
        code: Canonical code, by name.
        message: In words.
    """
    return status_pb2.Status(code=code_pb2.Code.Value(code), message=message)
