"""Records and scores between protobuf and the service's own types. Models have convert_models.py."""

from collections.abc import Iterable, Mapping
from math import isfinite

from google.protobuf.struct_pb2 import Struct
from google.protobuf.struct_pb2 import Value as ProtoValue
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import grade_pb2, record_pb2, score_pb2, scoring_service_pb2

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.common.languages import language
from services.common.records import RecordKind, RecordRef
from services.common.server import wire
from services.scoring.eligibility import NotScoredReason
from services.scoring.encode_reasons import encoded_reasons
from services.scoring.encoding import Value
from services.scoring.grades import Grade, GradeRanges
from services.scoring.limits import MAX_ATTRIBUTES, MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS
from services.scoring.records import ReasonDetail, RecordOrder, Score, ScoreCause, WantedReasons
from services.scoring.stages import StageModelUse
from services.scoring.trend import Trend

KINDS: Mapping[common_record_pb2.RecordKind.ValueType, RecordKind] = {
    common_record_pb2.RECORD_KIND_LEAD: RecordKind.LEAD,
    common_record_pb2.RECORD_KIND_OPPORTUNITY: RecordKind.OPPORTUNITY,
}
_DETAILS: Mapping[score_pb2.ReasonDetail.ValueType, ReasonDetail] = {
    score_pb2.REASON_DETAIL_UNSPECIFIED: ReasonDetail.TOP,
    score_pb2.REASON_DETAIL_TOP: ReasonDetail.TOP,
    score_pb2.REASON_DETAIL_ALL: ReasonDetail.ALL,
    score_pb2.REASON_DETAIL_NONE: ReasonDetail.NONE,
}
COMPRESSIONS: Mapping[scoring_service_pb2.ArrowCompression.ValueType, str | None] = {
    scoring_service_pb2.ARROW_COMPRESSION_UNSPECIFIED: None,
    scoring_service_pb2.ARROW_COMPRESSION_LZ4_FRAME: "lz4",
    scoring_service_pb2.ARROW_COMPRESSION_ZSTD: "zstd",
}
_GRADE_NUMBERS = {grade: grade_pb2.Grade.Value(f"GRADE_{grade.name}") for grade in Grade}
_GRADES = {number: grade for grade, number in _GRADE_NUMBERS.items()}
_TRENDS = {trend: score_pb2.Trend.Value(f"TREND_{trend.name}") for trend in Trend}
_TREND_OF = {number: value for value, number in _TRENDS.items()}
_ORDERS = {record_pb2.RecordOrder.Value(f"RECORD_ORDER_{order.name}"): order for order in RecordOrder}
_CAUSES = {cause: score_pb2.ScoreCause.Value(f"SCORE_CAUSE_{cause.name}") for cause in ScoreCause}
NOT_SCORED = {
    reason: score_pb2.NotScoredReason.Value(f"NOT_SCORED_REASON_{reason.name}") for reason in NotScoredReason
}
_BAD_NAME = f"has a name that is not 1 to {MAX_NAME_CHARACTERS} characters long"
_STAGE_USES = {use: score_pb2.StageModelUse.Value(f"STAGE_MODEL_USE_{use.name}") for use in StageModelUse}


def attributes(struct: Struct, path: str) -> dict[str, Value]:
    """A record's attributes as plain values.

    Args:
        struct: The attributes.
        path: The field they came in, such as `record.attributes`.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names every attribute at fault.
    """
    fields = struct.fields
    if len(fields) > MAX_ATTRIBUTES:
        raise invalid_argument(path, f"has {len(fields)} attributes; a record has at most {MAX_ATTRIBUTES}")
    values: dict[str, Value] = {}
    problems: list[FieldViolation] = []
    for name in fields:  # not items(): that one is Python around each field
        value = fields[name]
        # Nearly all are sound texts and numbers: those that are not "" or 0 are told without asking which it is.
        if not 1 <= len(name) <= MAX_NAME_CHARACTERS:
            problems.append(FieldViolation(attribute_path(path, name[:MAX_NAME_CHARACTERS]), _BAD_NAME))
        elif (text := value.string_value) and len(text) <= MAX_TEXT_CHARACTERS:
            values[name] = text
        elif (number := value.number_value) and isfinite(number):
            values[name] = number
        else:
            try:
                values[name] = _attribute(value)
            except ValueError as error:
                problems.append(FieldViolation(attribute_path(path, name[:MAX_NAME_CHARACTERS]), str(error)))
    if problems:
        raise invalid_arguments(problems)
    return values


def _attribute(value: ProtoValue) -> Value:
    """One attribute's plain value; a ValueError says what is wrong with it."""
    which = value.WhichOneof("kind")
    if which == "string_value":
        text = value.string_value
        if len(text) > MAX_TEXT_CHARACTERS:
            raise ValueError(f"is a text of over {MAX_TEXT_CHARACTERS} characters")
        return text
    if which == "number_value":
        number = value.number_value
        if not isfinite(number):
            raise ValueError("is not a finite number")
        return number
    if which == "bool_value":
        return value.bool_value
    if which in {"null_value", None}:
        return None
    raise ValueError("is a list or an object; an attribute is a number, a text, a boolean or null")


def attribute_path(path: str, name: str) -> str:
    """The path of one attribute, as update masks write it: `record.attributes.budget`."""
    return f"{path}.{name}"


def ref(message: common_record_pb2.RecordRef, path: str) -> RecordRef:
    """A record's ref; scoring knows leads and opportunities alone.

    Raises:
        LeadlightError: INVALID_ARGUMENT for any other kind, or an id that not every database can hold.
    """
    if message.kind not in KINDS:
        raise invalid_argument(f"{path}.kind", "scoring knows leads and opportunities")
    return wire.ref(message, path)


def reason_detail(number: score_pb2.ReasonDetail.ValueType) -> ReasonDetail:
    """How many reasons the caller wants."""
    return _DETAILS[number]


def wanted_reasons(
    request: scoring_service_pb2.ScoreRequest | record_pb2.UpsertRecordRequest | record_pb2.GetRecordRequest,
    prefix: str = "",
) -> WantedReasons:
    """Which reasons the caller wants.

    Args:
        request: What asks for them.
        prefix: What its fields begin with, such as "requests[0]."; "" for the request itself.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a language that is not written.
    """
    return WantedReasons(_DETAILS[request.reason_detail], language(request.language, f"{prefix}language"))


def grades(numbers: Iterable[grade_pb2.Grade.ValueType]) -> list[Grade]:
    """The wanted grades."""
    return [_GRADES[number] for number in numbers]


def trend(number: score_pb2.Trend.ValueType) -> Trend | None:
    """The wanted trend; None for any."""
    return _TREND_OF.get(number)


def record_order(number: record_pb2.RecordOrder.ValueType) -> RecordOrder:
    """What comes first."""
    return _ORDERS.get(number, RecordOrder.SCORE_DESC)


def grade_ranges(message: grade_pb2.GradeRanges, path: str) -> GradeRanges:
    """Where the grades begin.

    Raises:
        LeadlightError: INVALID_ARGUMENT when a better grade does not begin above the next one.
    """
    if message.a_minimum <= message.b_minimum:
        raise invalid_argument(f"{path}.a_minimum", "must be above b_minimum")
    if message.b_minimum <= message.c_minimum:
        raise invalid_argument(f"{path}.b_minimum", "must be above c_minimum")
    return GradeRanges(message.a_minimum, message.b_minimum, message.c_minimum)


def grade_ranges_message(kind: RecordKind, ranges: GradeRanges) -> grade_pb2.GradeRanges:
    """Where the grades begin."""
    return grade_pb2.GradeRanges(
        kind=wire.kind_number(kind), a_minimum=ranges.a, b_minimum=ranges.b, c_minimum=ranges.c
    )


def score_message(score: Score, of: RecordRef | None = None) -> score_pb2.Score:
    """A score with its reasons."""
    message = _without_reasons(score)
    if of:
        message.ref.CopyFrom(wire.ref_message(of))
    if score.reasons:
        message.MergeFromString(encoded_reasons(score.reasons))
    return message


def score_bytes(score: Score) -> bytes:
    """`score_message` in wire format: without a message for each reason, half of an answer's cost."""
    return _without_reasons(score).SerializeToString() + encoded_reasons(score.reasons)


def _without_reasons(score: Score) -> score_pb2.Score:
    """Fields that are as they are by default are left out: each costs a call."""
    message = score_pb2.Score(
        probability=score.probability,
        score=score.score,
        grade=_GRADE_NUMBERS[score.grade],
        base_points=score.base_points,
        model=f"models/{score.model_id}",
        model_version=score.model_version,
    )
    wire.set_moment(message.score_time, score.scored_at)
    if score.interval:
        message.interval.low, message.interval.high = score.interval
    if score.trend:
        message.trend = _TRENDS[score.trend]
    if score.cause:
        message.cause = _CAUSES[score.cause]
    if score.is_stale:
        message.stale = True
    if score.ignored_attributes:
        message.ignored_attributes.extend(score.ignored_attributes)
    if score.blank_attributes:
        message.blank_attributes.extend(score.blank_attributes)
    if score.low_evidence:
        message.low_evidence = True
    if score.stage_model_use:
        message.stage = score.stage
        message.stage_model_use = _STAGE_USES[score.stage_model_use]
    if score.change:
        message.change.record_points = score.change.record_points
        message.change.model_points = score.change.model_points
    return message
