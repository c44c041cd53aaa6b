"""A service's part in a person's rights: `leadlight.common.v1.SubjectService` as plain JSON."""

from collections.abc import Mapping
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from leadlight.common.v1 import record_pb2, subject_pb2, subject_service_pb2_grpc

from services.common.peers import peer_error
from services.gateway.store import Json

_CALL_S = 60.0
_MOST = {"emails": 20, "phones": 20, "names": 20, "records": 100}
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
        found = {name: list(subject.get(name, [])) for name in _MOST}
        request = subject_pb2.ExportSubjectRequest(subject=subject_message(subject))
        try:
            for item in self._stub.ExportSubject(request, timeout=_CALL_S):
                kind, _, record_id = item.name.partition("/")
                data = MessageToDict(item.data)
                fields = {
                    name: value for name, value in data.get("fields", {}).items() if isinstance(value, str)
                }
                if item.resource == "record" and kind in _PEOPLE and _is_theirs(item.name, fields, subject):
                    _add(found, kind, record_id, fields)
        except grpc.RpcError as error:
            raise peer_error(error, self._name) from None
        return {name: values[: _MOST[name]] for name, values in found.items() if values}

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


def _is_theirs(name: str, fields: Mapping[str, str], subject: Json) -> bool:
    """Whether a record has one of their addresses or numbers, or is named: a name alone would find namesakes."""
    refs = {_ref_name(each) for each in subject.get("records", [])}
    addresses = {each.lower() for each in subject.get("emails", [])} | set(subject.get("phones", []))
    digits = {_digits(each) for each in subject.get("phones", [])}
    values = fields.values()
    return (
        name in refs
        or any(value.strip().lower() in addresses for value in values)
        or any(_digits(value) in digits for value in values if _digits(value))
    )


def _add(found: dict[str, list[Any]], kind: str, record_id: str, fields: Mapping[str, str]) -> None:
    first, last = fields.get("first_name", "").strip(), fields.get("last_name", "").strip()
    names = [f"{first} {last}", f"{last}{first}"] if first and last else []
    new: dict[str, list[Any]] = {
        "emails": [value for name, value in fields.items() if "email" in name],
        "phones": [value for name, value in fields.items() if "phone" in name],
        "names": names if any("\u2e80" <= letter <= "\u9fff" for letter in first + last) else names[:1],
        "records": [{"kind": f"RECORD_KIND_{kind.upper()}", "id": record_id}],
    }
    for name, values in new.items():
        found[name] += [value for value in values if value not in found[name]]


def _ref_name(ref: Json) -> str:
    kind = ref.get("kind", "")
    if isinstance(kind, int):
        kind = record_pb2.RecordKind.Name(record_pb2.RecordKind.ValueType(kind))
    return f"{kind.removeprefix('RECORD_KIND_').lower()}/{ref['id']}"


def _digits(number: str) -> str:
    digits = "".join(each for each in number if each.isdigit())
    return digits[-8:] if len(digits) >= 8 else ""
