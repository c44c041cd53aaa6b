"""Messages as JSON and back, by protobuf's JSON mapping, for the Connect protocol's codecs.

Calls travel through the gateway as bytes; only those that speak JSON are read.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from google.protobuf import json_format
from google.protobuf.message import Message

from services.common.errors import Code, LeadlightError, Reason, invalid_argument
from services.gateway.convert_connect import connect_error
from services.gateway.convert_failures import own_failure

_log = structlog.get_logger()
_strict: ContextVar[bool] = ContextVar("leadlight_json_strict", default=False)
_refusal: ContextVar[LeadlightError | None] = ContextVar("leadlight_json_refusal", default=None)
request_name: ContextVar[str] = ContextVar("leadlight_http_request", default="")
"""The request id of the HTTP call under way."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer on its way out.

    Attributes:
        payload: The message, serialized.
        message_type: Its class.
    """

    payload: bytes
    message_type: type[Message]


class BinaryCodec:
    """`application/proto`: bytes as they are."""

    def name(self) -> str:
        """Content type, after "application/"."""
        return "proto"

    def encode(self, message: Reply) -> bytes:
        """A reply's bytes."""
        return message.payload

    def decode(self, data: bytes | bytearray, message_class: Any) -> bytes:  # noqa: ARG002
        """A request's bytes; the service itself says if they are no message."""
        return bytes(data)


class JsonCodec:
    """`application/json`; fields that the protos do not have are left out, as the Connect protocol has it."""

    def name(self) -> str:
        """Content type, after "application/"."""
        return "json"

    def encode(self, message: Reply) -> bytes:
        """A reply as JSON.

        Raises:
            ConnectError: INTERNAL for an answer that has no JSON.
        """
        try:
            return to_json(message.message_type.FromString(message.payload))
        except (TypeError, ValueError) as error:  # its text is not for callers
            _log.error(
                "answer_without_json", message=message.message_type.DESCRIPTOR.full_name, exc_info=error
            )
            problem = LeadlightError(
                Code.INTERNAL,
                Reason.INTERNAL_ERROR,
                "the answer cannot be written as JSON: ask for application/proto",
            )
            raise connect_error(own_failure(problem, request_name.get())) from None

    def decode(self, data: bytes | bytearray, message_class: Any) -> bytes:
        """A request from JSON.

        Raises:
            ConnectError: INVALID_ARGUMENT with MALFORMED_REQUEST.
        """
        try:
            return from_json(bytes(data), message_class)
        except LeadlightError as error:
            raise connect_error(own_failure(error, request_name.get())) from None


@contextmanager
def strictly() -> Iterator[None]:
    """Within it, fields that the protos do not have are refused: in a REST call they are slips, not news."""
    token = _strict.set(True)
    try:
        yield
    finally:
        _strict.reset(token)


@contextmanager
def refused(error: LeadlightError | None) -> Iterator[None]:
    """Within it, a request is answered with `error`, whatever it holds."""
    token = _refusal.set(error)
    try:
        yield
    finally:
        _refusal.reset(token)


def to_json(message: Message) -> bytes:
    """A message as compact JSON."""
    return json.dumps(json_format.MessageToDict(message), ensure_ascii=False, separators=(",", ":")).encode()


def from_json(data: bytes, message_class: type[Message]) -> bytes:
    """A message from JSON, serialized.

    Raises:
        LeadlightError: INVALID_ARGUMENT with MALFORMED_REQUEST. What is wrong is said to its sender only.
    """
    if (error := _refusal.get()) is not None:
        raise error
    try:
        message = json_format.Parse(data or b"{}", message_class(), ignore_unknown_fields=not _strict.get())
    except json_format.ParseError as error:
        what = str(error)
    except (UnicodeDecodeError, RecursionError):
        what = "it is not JSON"
    else:
        return bytes(message.SerializeToString())
    name = message_class.DESCRIPTOR.full_name
    raise invalid_argument("body", f"is not a {name}: {what}", reason=Reason.MALFORMED_REQUEST)
