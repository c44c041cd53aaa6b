"""Makes bad requests for any RPC from the constraints in its proto, each with the path of the field at fault.

A new RPC joins by itself: its request type is walked, and every rule found is broken once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import find
from hypothesis import strategies as st

UUID = "6f1d2c5e-3b0a-4c49-9d1f-0a4b7c8d9e10"
OUTSIDE_ENUM = 999


@dataclass(frozen=True)
class BadRequest:
    """A request with one fault.

    Attributes:
        rule: What is broken, for the test's name.
        request: The request.
        field: Path of the field at fault.
    """

    rule: str
    request: Message
    field: str


def rules_of(field: FieldDescriptor) -> validate_pb2.FieldRules:
    """The constraints of a field."""
    return field.GetOptions().Extensions[validate_pb2.field]


@cache
def smallest_match(pattern: str) -> str:
    """The simplest text that a pattern accepts."""
    return find(st.from_regex(pattern, fullmatch=True), lambda text: not text.endswith("\n"))


def valid(descriptor: Descriptor) -> Message:
    """The smallest request that keeps every constraint."""
    message = GetMessageClass(descriptor)()
    for oneof in descriptor.oneofs:
        if oneof.GetOptions().Extensions[validate_pb2.oneof].required:
            _set_valid(message, oneof.fields[0], forced=True)
    for field in descriptor.fields:
        if field.containing_oneof is None:
            _set_valid(message, field, forced=False)
    return message


def _set_valid(message: Message, field: FieldDescriptor, *, forced: bool) -> None:
    rules = rules_of(field)
    if field.is_repeated:
        for _ in range(rules.repeated.min_items):
            _append_valid(message, field)
    elif field.message_type is not None:
        if forced or rules.required:
            getattr(message, field.name).CopyFrom(valid(field.message_type))
    elif forced or rules.ignore != validate_pb2.IGNORE_IF_ZERO_VALUE:
        value = _valid_scalar(field, rules)
        if value is not None:
            setattr(message, field.name, value)


def _append_valid(message: Message, field: FieldDescriptor) -> None:
    items = getattr(message, field.name)
    if field.message_type is not None:
        items.add().CopyFrom(valid(field.message_type))
    else:
        is_text = field.cpp_type == FieldDescriptor.CPPTYPE_STRING
        items.append(_valid_scalar(field, rules_of(field).repeated.items) or ("x" if is_text else 1))


def _valid_scalar(field: FieldDescriptor, rules: validate_pb2.FieldRules) -> Any:
    """A value that keeps the rules; None where the default does."""
    match rules.WhichOneof("type"):
        case "string":
            return _valid_text(rules.string)
        case "bytes":
            return b"x" * rules.bytes.min_len or None
        case "int32":
            return rules.int32.gte or None
        case "enum":
            of = field.enum_type
            assert of is not None
            allowed = list(getattr(rules.enum, "in")) or [value.number for value in of.values]
            return next(number for number in allowed if number not in rules.enum.not_in) or None
    return None


def _valid_text(rules: validate_pb2.StringRules) -> str | None:
    if rules.uuid:
        return UUID
    return smallest_match(rules.pattern) if rules.pattern else "x" * rules.min_len or None


def bad_requests(descriptor: Descriptor) -> list[BadRequest]:
    """Every request of a type with exactly one rule broken."""
    found = []
    for rule, path, breaking in _faults(descriptor, ()):
        request = valid(descriptor)
        breaking(request)
        found.append(BadRequest(rule, request, path))
    return found


def _faults(descriptor: Descriptor, seen: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    """Rule, path and a function that breaks the rule in a valid message of the type."""
    if descriptor.full_name in seen or descriptor.full_name.startswith("google."):
        return
    seen = (*seen, descriptor.full_name)
    for oneof in descriptor.oneofs:
        if oneof.GetOptions().Extensions[validate_pb2.oneof].required:
            yield (
                "required oneof",
                oneof.name,
                lambda message, name=oneof.name: message.ClearField(message.WhichOneof(name)),
            )
    for field in descriptor.fields:
        yield from _field_faults(field)
        if field.message_type is not None and not field.message_type.GetOptions().map_entry:
            suffix = "[0]" if field.is_repeated else ""
            for rule, path, breaking in _faults(field.message_type, seen):
                yield rule, f"{field.name}{suffix}.{path}", _inside(field, breaking)


def _inside(field: FieldDescriptor, breaking: Any) -> Any:
    of = field.message_type
    assert of is not None

    def breaks(message: Message) -> None:
        if not field.is_repeated:
            inner = getattr(message, field.name)
            if not message.HasField(field.name):
                inner.CopyFrom(valid(of))
        else:
            if not getattr(message, field.name):
                _append_valid(message, field)
            inner = getattr(message, field.name)[0]
        breaking(inner)
        # An inner message that is now empty must still be there.
        if not field.is_repeated:
            inner.SetInParent()

    return breaks


def _field_faults(field: FieldDescriptor) -> Iterator[tuple[str, str, Any]]:
    rules = rules_of(field)
    name = field.name
    if rules.required:
        yield "required", name, lambda message: message.ClearField(name)
    if field.is_repeated:
        repeated = rules.repeated
        if repeated.min_items:
            yield "min_items", name, lambda message: message.ClearField(name)
        if repeated.max_items:
            yield "max_items", name, lambda message: _fill(message, field, repeated.max_items + 1)
        if repeated.unique:
            yield "unique", name, lambda message: _append_twice(message, field)
        for rule, value in _bad_scalars(repeated.items):
            yield (
                f"items {rule}",
                f"{name}[0]",
                lambda message, value=value: (message.ClearField(name), getattr(message, name).append(value)),
            )
    else:
        for rule, value in _bad_scalars(rules):
            yield rule, name, lambda message, value=value: setattr(message, name, value)


def _append_twice(message: Message, field: FieldDescriptor) -> None:
    for _ in range(2):
        _append_valid(message, field)


def _fill(message: Message, field: FieldDescriptor, count: int) -> None:
    message.ClearField(field.name)
    for number in range(count):
        _append_valid(message, field)
        if field.message_type is None and field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            getattr(message, field.name)[number] = f"x{number}"


def _bad_scalars(rules: validate_pb2.FieldRules) -> Iterator[tuple[str, Any]]:
    zero_is_fine = rules.ignore == validate_pb2.IGNORE_IF_ZERO_VALUE
    match rules.WhichOneof("type"):
        case "string":
            yield from _bad_texts(rules.string, zero_is_fine=zero_is_fine)
        case "bytes" if rules.bytes.min_len:
            yield "min_len", b""
        case "int32":
            if rules.int32.HasField("gte") and not (zero_is_fine and rules.int32.gte == 1):
                yield "gte", rules.int32.gte - 1
            if rules.int32.HasField("lte"):
                yield "lte", rules.int32.lte + 1
        case "enum":
            yield "defined_only", OUTSIDE_ENUM
            allowed = list(getattr(rules.enum, "in"))
            if 0 in rules.enum.not_in or (allowed and 0 not in allowed):
                yield "unspecified", 0


def _bad_texts(rules: validate_pb2.StringRules, *, zero_is_fine: bool) -> Iterator[tuple[str, str]]:
    if rules.min_len and not zero_is_fine:
        yield "min_len", ""
    if rules.max_len:
        yield "max_len", "x" * (rules.max_len + 1)
    if rules.pattern or rules.uuid:
        yield "pattern", "?!"
