"""Records between protobuf and the service's own types."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from google.type import money_pb2
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.relationship.v1 import record_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import (
    optional_moment,
    optional_timestamp,
    ref,
    ref_message,
    storable,
)
from services.relationship.convert_activities import address
from services.relationship.membership import Amount, Record, RecordState

_MOST_ATTRIBUTES = 100
_LONGEST_NAME = 200
_LONGEST_TEXT = 1000
_UNIT = 1_000_000_000
_CURRENCY_LETTERS = 3
_STATES = {record_pb2.RecordState.Value(f"RECORD_STATE_{state.name}"): state for state in RecordState}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}


def records(request: record_pb2.BatchUpsertRecordsRequest) -> list[Record]:
    """The records of a batch.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    found = [_record(each, f"records[{index}].") for index, each in enumerate(request.records)]
    _require_different([record.ref for record in found], "records[{}].ref")
    return found


def different_refs(sent: Sequence[common_pb2.RecordRef]) -> list[RecordRef]:
    """The records that a batch asks for.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    found = [ref(each, f"refs[{index}]") for index, each in enumerate(sent)]
    _require_different(found, "refs[{}]")
    return found


def record_message(record: Record) -> record_pb2.RelationshipRecord:
    """A record as it is stored."""
    message = record_pb2.RelationshipRecord(
        ref=ref_message(record.ref),
        display_name=record.display_name,
        owner=record.owner,
        team=record.team,
        addresses=record.addresses,
        account=record.account,
        primary_contact=record.primary_contact,
        contacts=record.contacts,
        stakeholders=record.stakeholders,
        state=_STATE_NUMBERS[record.state],
        stage=record.stage,
        estimated_close_time=optional_timestamp(record.estimated_close_at),
        actual_close_time=optional_timestamp(record.actual_close_at),
        expected_days=record.expected_days,
        update_time=optional_timestamp(record.updated_at),
    )
    for name, amount in (
        ("estimated_revenue", record.estimated_revenue),
        ("actual_revenue", record.actual_revenue),
    ):
        if amount is not None:
            getattr(message, name).CopyFrom(money_message(amount))
    if record.attributes:
        ParseDict(record.attributes, message.attributes)
    return message


def _require_different(refs: Sequence[RecordRef], path: str) -> None:
    seen = set()
    for index, each in enumerate(refs):
        if each in seen:
            raise invalid_argument(path.format(index), "stands in the batch twice")
        seen.add(each)


def money_message(amount: Amount) -> money_pb2.Money:
    """An amount of money."""
    # Both parts have the sign of the whole.
    sign = -1 if amount.nanos < 0 else 1
    units, nanos = divmod(abs(amount.nanos), _UNIT)
    return money_pb2.Money(currency_code=amount.currency, units=sign * units, nanos=sign * nanos)


def _record(message: record_pb2.RelationshipRecord, path: str) -> Record:
    found = ref(message.ref, f"{path}ref")
    if found.kind is RecordKind.CASE:
        raise invalid_argument(f"{path}ref.kind", "is a case: relationships are those behind other records")

    def texts(values: Iterable[str], name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(storable(each, f"{path}{name}[{at}]") for at, each in enumerate(values)))

    def addresses(values: Iterable[str], name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(address(each, f"{path}{name}[{at}]") for at, each in enumerate(values)))

    return Record(
        ref=found,
        display_name=storable(message.display_name, f"{path}display_name"),
        owner=address(message.owner, f"{path}owner") if message.owner else "",
        team=addresses(message.team, "team"),
        addresses=addresses(message.addresses, "addresses"),
        account=storable(message.account, f"{path}account"),
        primary_contact=storable(message.primary_contact, f"{path}primary_contact"),
        contacts=texts(message.contacts, "contacts"),
        stakeholders=texts(message.stakeholders, "stakeholders"),
        state=_STATES.get(message.state, RecordState.OPEN),
        stage=storable(message.stage, f"{path}stage"),
        estimated_revenue=_amount(message, "estimated_revenue", path),
        actual_revenue=_amount(message, "actual_revenue", path),
        estimated_close_at=optional_moment(message, "estimated_close_time", f"{path}estimated_close_time"),
        actual_close_at=optional_moment(message, "actual_close_time", f"{path}actual_close_time"),
        attributes=_attributes(message.attributes, f"{path}attributes"),
        expected_days=message.expected_days,
    )


def _amount(message: record_pb2.RelationshipRecord, field: str, path: str) -> Amount | None:
    if not message.HasField(field):  # type: ignore[arg-type]
        return None
    money: money_pb2.Money = getattr(message, field)
    code = money.currency_code
    if len(code) != _CURRENCY_LETTERS or not (code.isascii() and code.isalpha() and code.isupper()):
        raise invalid_argument(f"{path}{field}.currency_code", "is no ISO 4217 code, such as EUR")
    if abs(money.nanos) >= _UNIT or money.units * money.nanos < 0:
        raise invalid_argument(f"{path}{field}.nanos", "must be within a unit and have the sign of units")
    return Amount(code, money.units * _UNIT + money.nanos)


def _attributes(sent: Struct, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if len(sent.fields) > _MOST_ATTRIBUTES:
        raise invalid_argument(path, f"has more than {_MOST_ATTRIBUTES} attributes")
    _require_finite(sent, path)
    for name, value in MessageToDict(sent).items():
        if not 1 <= len(storable(name, path)) <= _LONGEST_NAME:
            raise invalid_argument(path, f"has a name that is not of 1 to {_LONGEST_NAME} characters")
        if isinstance(value, (list, dict)):
            raise invalid_argument(f"{path}.{name}", "is a list or an object; send its parts as attributes")
        if isinstance(value, str) and len(storable(value, f"{path}.{name}")) > _LONGEST_TEXT:
            raise invalid_argument(f"{path}.{name}", f"is longer than {_LONGEST_TEXT} characters")
        found[name] = value
    return found


def _require_finite(sent: Struct, path: str) -> None:
    for name, value in sent.fields.items():
        if value.WhichOneof("kind") == "number_value" and not math.isfinite(value.number_value):
            raise invalid_argument(f"{path}.{name}", "is no finite number")
