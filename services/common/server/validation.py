"""Requests against the constraints in their protos."""

import protovalidate
from google.protobuf.message import Message

from services.common.errors import FieldViolation, invalid_arguments


def check_request(request: Message) -> None:
    """Holds a request against its proto's constraints.

    Raises:
        LeadlightError: INVALID_ARGUMENT with every field at fault and its path.
    """
    violations = protovalidate.collect_violations(request)
    if violations:
        raise invalid_arguments([_field_violation(violation) for violation in violations])


def warm_up(request_type: type[Message]) -> None:
    """Compiles a request type's constraints, which costs milliseconds once.

    Raises:
        protovalidate.CompilationError: If a constraint in the proto is wrong.
    """
    protovalidate.collect_violations(request_type())


def _field_violation(violation: protovalidate.Violation) -> FieldViolation:
    proto = violation.proto
    return FieldViolation(_path(proto.field), proto.message or proto.rule_id)


def _path(field: protovalidate.FieldPathPb | None) -> str:
    """`records[3].attributes["budget"].value`, as protovalidate's specification writes it."""
    path = ""
    for element in field.elements if field is not None else ():
        path += f".{element.field_name}" if path else element.field_name
        subscript = element.subscript
        if subscript is not None:
            key = f'"{subscript.value}"' if isinstance(subscript.value, str) else str(subscript.value).lower()
            path += f"[{key}]"
    return path
