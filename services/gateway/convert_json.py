"""Messages as JSON and back, by protobuf's JSON mapping, for the Connect protocol's codecs.

Calls travel through the gateway as bytes; only those that speak JSON are read.
"""

import json
from dataclasses import dataclass
from typing import Any

from connectrpc.errors import ConnectError
from google.protobuf import json_format
from google.protobuf.message import Message

from services.common.errors import Code, LeadlightError, Reason
from services.gateway.convert_connect import connect_error
from services.gateway.convert_failures import own_failure


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
        """A reply as JSON."""
        return to_json(message.message_type.FromString(message.payload))

    def decode(self, data: bytes | bytearray, message_class: Any) -> bytes:
        """A request from JSON.

        Raises:
            ConnectError: INVALID_ARGUMENT with MALFORMED_REQUEST.
        """
        try:
            message = json_format.Parse(bytes(data) or b"{}", message_class(), ignore_unknown_fields=True)
        except json_format.ParseError as error:
            raise malformed(message_class, str(error)) from None
        except (UnicodeDecodeError, RecursionError):
            raise malformed(message_class, "it is not JSON") from None
        return bytes(message.SerializeToString())


def to_json(message: Message) -> bytes:
    """A message as compact JSON."""
    return json.dumps(json_format.MessageToDict(message), ensure_ascii=False, separators=(",", ":")).encode()


def malformed(message_class: type[Message], what: str) -> ConnectError:
    """The error for a body that is no message of that type; what is wrong is said to its sender only."""
    error = LeadlightError(
        Code.INVALID_ARGUMENT,
        Reason.MALFORMED_REQUEST,
        f"the request is not a {message_class.DESCRIPTOR.full_name}: {what}",
    )
    return connect_error(own_failure(error, ""))
