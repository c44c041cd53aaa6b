"""Every public error of the suite: its canonical code, its reason, its words.

Use cases raise `LeadlightError`; the kit's server turns it into a `google.rpc.Status` with
`ErrorInfo` (and `BadRequest`, `RetryInfo` where they apply). Any other exception becomes INTERNAL
without its text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto


class Code(StrEnum):
    """Canonical gRPC codes, by name, so that no use case imports grpc."""

    CANCELLED = "CANCELLED"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    DATA_LOSS = "DATA_LOSS"
    UNAUTHENTICATED = "UNAUTHENTICATED"


class Reason(StrEnum):
    """The reasons in `google.rpc.ErrorInfo`, for all services. A contract: add, never rename."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:  # noqa: ARG004
        return name

    # Requests
    INVALID_FIELD = auto()
    MALFORMED_REQUEST = auto()
    INVALID_PAGE_TOKEN = auto()
    REQUEST_ID_REUSED = auto()
    RESOURCE_NOT_FOUND = auto()
    RESOURCE_EXISTS = auto()
    CONCURRENT_CHANGE = auto()
    # Callers
    MISSING_TOKEN = auto()
    INVALID_TOKEN = auto()
    ROLE_REQUIRED = auto()
    KEYS_UNAVAILABLE = auto()
    # Server
    OVERLOADED = auto()
    SHUTTING_DOWN = auto()
    DEADLINE_PASSED = auto()
    CALL_CANCELLED = auto()
    STORAGE_UNAVAILABLE = auto()
    INTERNAL_ERROR = auto()
    NOT_SERVED = auto()
    PEER_UNAVAILABLE = auto()
    PEER_REFUSED = auto()
    # Gateway
    TENANT_LIMIT_REACHED = auto()
    MESSAGE_TOO_LARGE = auto()
    # Operations
    OPERATION_INTERRUPTED = auto()
    OPERATION_CANCELLED = auto()
    OPERATION_FAILED = auto()
    OPERATION_NOT_FINISHED = auto()
    # Jobs
    JOBS_OFF = auto()
    # Scoring
    TOO_FEW_CLOSED_RECORDS = auto()
    SINGLE_OUTCOME = auto()
    NO_USABLE_ATTRIBUTE = auto()
    DUPLICATE_RECORD_IDS = auto()
    DATASET_EMPTY = auto()
    DATASET_UNREADABLE = auto()
    MODEL_LIMIT_REACHED = auto()
    MODEL_NOT_READY = auto()
    MODEL_NOT_PUBLISHED = auto()
    MODEL_PUBLISHED = auto()
    MODEL_IN_TRAINING = auto()
    MODEL_FILE_CORRUPT = auto()
    NO_MATCHING_MODEL = auto()
    AUTO_RETRAIN_ON = auto()
    # Dedupe
    RECORD_MERGED = auto()
    RULE_LIMIT_REACHED = auto()
    RULE_PUBLISHED = auto()
    RULE_BUILT_IN = auto()
    MERGE_INTO_ITSELF = auto()
    MERGE_KINDS_DIFFER = auto()
    MERGE_CHANGED_SINCE = auto()
    MERGE_NOT_REVERSIBLE = auto()
    # Conversation
    CONSENT_MISSING = auto()
    # Qualification
    LEAD_NOT_OPEN = auto()
    LEAD_NOT_CLOSED = auto()
    LEAD_NOT_QUALIFIED = auto()
    LEAD_NOT_OWN = auto()
    STAGE_FIELDS_MISSING = auto()
    RECORD_FIELDS_MISSING = auto()
    DUPLICATE_FOUND = auto()
    CONFIGURATION_FORBIDS = auto()
    OPPORTUNITY_EXISTS = auto()
    BUILT_ON_SINCE = auto()
    MAPPING_BUILT_IN = auto()
    MAPPING_LIMIT_REACHED = auto()
    FINDINGS_REMOVED = auto()


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field at fault.

    Attributes:
        field: Path of the field in the request, such as `records[3].attributes.budget`.
        description: What is wrong and what would be right; never the value itself.
    """

    field: str
    description: str


@dataclass(eq=False)
class LeadlightError(Exception):
    """An error a caller is meant to see.

    Attributes:
        code: Canonical code.
        reason: Reason from the table above.
        message: One sentence for people, with the way out; no personal data.
        metadata: For `ErrorInfo.metadata`: names and limits a program may act on.
        violations: Fields at fault, for `google.rpc.BadRequest`.
        retry_after_s: Seconds after which a retry may succeed, for `google.rpc.RetryInfo`.
    """

    code: Code
    reason: Reason
    message: str
    metadata: dict[str, str] = field(default_factory=dict)
    violations: tuple[FieldViolation, ...] = ()
    retry_after_s: float | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def invalid_argument(
    field_path: str, description: str, *, reason: Reason = Reason.INVALID_FIELD
) -> LeadlightError:
    """An INVALID_ARGUMENT that names one field."""
    return invalid_arguments([FieldViolation(field_path, description)], reason=reason)


def invalid_arguments(
    violations: Sequence[FieldViolation], *, reason: Reason = Reason.INVALID_FIELD
) -> LeadlightError:
    """An INVALID_ARGUMENT that names every field at fault; `violations` is not empty."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return LeadlightError(
        Code.INVALID_ARGUMENT,
        reason,
        f"{first.field}: {first.description}{more}",
        violations=tuple(violations),
    )


def not_found(resource: str, name: str) -> LeadlightError:
    """A NOT_FOUND for a resource type ("model") and its name."""
    return LeadlightError(
        Code.NOT_FOUND,
        Reason.RESOURCE_NOT_FOUND,
        f"{resource} {name!r} does not exist",
        metadata={"resource": resource, "name": name},
    )


def failed_precondition(reason: Reason, message: str, **metadata: str) -> LeadlightError:
    """A FAILED_PRECONDITION: the request is well-formed, the state forbids it."""
    return LeadlightError(Code.FAILED_PRECONDITION, reason, message, metadata=metadata)
