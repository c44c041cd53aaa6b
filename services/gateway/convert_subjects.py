"""A service's part in a person's rights: `leadlight.common.v1.SubjectService` as plain JSON."""

from collections.abc import Iterator
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from leadlight.common.v1 import subject_pb2, subject_service_pb2_grpc

from services.common.peers import peer_error
from services.gateway.identities import Known, known
from services.gateway.store import Json

_CALL_S = 60.0
_PEOPLE = ("lead", "contact")


class SubjectPeer:
    """One service.

    Args:
        name: Its name.
        channel: To it, signed by `services.common.peers`.
    """

    def __init__(self, name: str, channel: grpc.Channel) -> None:
        self._name = name
        self._stub = subject_service_pb2_grpc.SubjectServiceStub(channel)

    def known(self, subject: Json) -> Json:
        """The subject with the addresses, numbers, names and ids of the leads and contacts that are theirs.

        Raises:
            LeadlightError: If the service does not answer.
        """
        return known(subject, self._find)

    def _find(self, subject: Json) -> Iterator[Known]:
        request = subject_pb2.ExportSubjectRequest(subject=subject_message(subject))
        try:
            for item in self._stub.ExportSubject(request, timeout=_CALL_S):
                kind, _, record_id = item.name.partition("/")
                if item.resource == "record" and kind in _PEOPLE:
                    fields = MessageToDict(item.data).get("fields", {})
                    yield Known(kind, record_id, {name: str(value) for name, value in fields.items()})
        except grpc.RpcError as error:
            raise peer_error(error, self._name) from None

    def erase(self, subject: Json, request_id: str, *, validate_only: bool) -> Json:
        """What was erased.

        Raises:
            LeadlightError: If the service does not answer, or refuses.
        """
        request = subject_pb2.EraseSubjectRequest(
            subject=subject_message(subject), request_id=request_id, validate_only=validate_only
        )
        try:
            return MessageToDict(self._stub.EraseSubject(request, timeout=_CALL_S))
        except grpc.RpcError as error:
            raise peer_error(error, self._name) from None


def subject_message(subject: Json) -> subject_pb2.Subject:
    """A subject that was plain JSON."""
    message = subject_pb2.Subject()
    ParseDict(subject, message)
    return message


def subject_json(message: subject_pb2.Subject) -> Json:
    """A subject as plain JSON."""
    found: dict[str, Any] = MessageToDict(message)
    return found
