"""Records between protobuf and the service's own types: what is sent of them, and what is answered."""

import re
from collections.abc import Mapping, Sequence

from google.protobuf.struct_pb2 import Struct
from google.type import money_pb2
from leadlight.scoring.v1 import record_pb2, scoring_service_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind
from services.common.server.wire import optional_moment, optional_timestamp, ref_message, storable, timestamp
from services.scoring.convert import NOT_SCORED, attribute_path, attributes, ref, score_message
from services.scoring.encoding import Value
from services.scoring.limits import MAX_ATTRIBUTES, MAX_NAME_CHARACTERS
from services.scoring.money import NANOS, Money
from services.scoring.records import Record, RecordChange
from services.scoring.related import OWN, RELATED, of_owner, related_name
from services.scoring.stages import StageEntry

_OUTCOMES: Mapping[record_pb2.Outcome.ValueType, bool | None] = {
    record_pb2.OUTCOME_UNSPECIFIED: None,
    record_pb2.OUTCOME_POSITIVE: True,
    record_pb2.OUTCOME_NEGATIVE: False,
}
_OUTCOME_NUMBERS = {outcome: number for number, outcome in _OUTCOMES.items()}
_MASK_PATH = re.compile(
    r"(attributes|account|contact)(\..+)?|outcome|create_time|close_time|amount|stages", re.DOTALL
)
_CURRENCY = re.compile("[A-Z]{3}")


def record_change(
    message: record_pb2.Record, mask_paths: list[str] | None, path: str, mask_path: str
) -> RecordChange:
    """What a caller sends of a record.

    Args:
        message: The record.
        mask_paths: The update mask's paths; None without a mask.
        path: The record's field, for errors.
        mask_path: The mask's field, for errors.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    created_at = optional_moment(message, "create_time", f"{path}.create_time")
    closed_at = optional_moment(message, "close_time", f"{path}.close_time")
    is_positive = _OUTCOMES[message.outcome]
    if is_positive is not None and closed_at is None:
        raise invalid_argument(f"{path}.close_time", "goes with an outcome; it is missing")
    if is_positive is None and closed_at is not None:
        raise invalid_argument(f"{path}.close_time", "goes with an outcome; the record is open")
    if created_at and closed_at and closed_at < created_at:
        raise invalid_argument(f"{path}.close_time", "is before create_time")
    for index, mask in enumerate(mask_paths or ()):
        if not _MASK_PATH.fullmatch(mask):
            raise invalid_argument(
                f"{mask_path}.paths[{index}]",
                "is none of attributes, account, contact, one of them with .NAME, outcome, create_time, close_time, "
                "amount, stages",
            )
    if mask_paths and ("outcome" in mask_paths) != ("close_time" in mask_paths):
        raise invalid_argument(f"{mask_path}.paths", "outcome and close_time are changed together")
    of = ref(message.ref, f"{path}.ref")
    return RecordChange(
        ref=of,
        attributes=all_attributes(message, f"{path}."),
        is_positive=is_positive,
        created_at=created_at,
        closed_at=closed_at,
        mask=frozenset(map(_mask_path, mask_paths)) if mask_paths else None,
        amount=_money(message.amount, f"{path}.amount") if message.HasField("amount") else None,
        stages=stages(message.stages, of.kind, f"{path}."),
    )


def _mask_path(path: str) -> str:
    """`account.industry` is the attribute of that name."""
    return f"{OWN}.{path}" if path.startswith(("account.", "contact.")) else path


def all_attributes(
    message: record_pb2.Record | scoring_service_pb2.ScoreRequest, prefix: str
) -> dict[str, Value]:
    """A record's attributes with those of its account and contact, under names that say so (related.py).

    Args:
        message: What holds the three fields.
        prefix: What its fields begin with, such as "record."; "" for the request itself.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names every attribute at fault.
    """
    values = attributes(message.attributes, f"{prefix}attributes")
    if message.HasField("account"):
        _add_related(values, message.account, "account", f"{prefix}account")
    if message.HasField("contact"):
        _add_related(values, message.contact, "contact", f"{prefix}contact")
    return values


def _add_related(values: dict[str, Value], struct: Struct, owner: str, path: str) -> None:
    of_owner = attributes(struct, path)
    for name, value in of_owner.items():
        full = related_name(owner, name)
        if full in values:
            raise invalid_argument(attribute_path(path, name), f"comes as {full} in attributes too")
        if len(full) > MAX_NAME_CHARACTERS:
            raise invalid_argument(
                attribute_path(path, name), f"is over {MAX_NAME_CHARACTERS} characters long with {owner}."
            )
        values[full] = value
    if len(values) > MAX_ATTRIBUTES:
        raise invalid_argument(
            path,
            f"makes {len(values)} attributes with the record's own; a record has at most {MAX_ATTRIBUTES}",
        )


def stages(entries: Sequence[record_pb2.StageEntry], kind: RecordKind, prefix: str) -> tuple[StageEntry, ...]:
    """The stages that an opportunity went through.

    Args:
        entries: As they were sent.
        kind: Of the record.
        prefix: What the request's fields begin with, such as "record."; "" for the request itself.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a lead, or naming the entry at fault.
    """
    if not entries:
        return ()
    field = f"{prefix}stages"
    if kind is not RecordKind.OPPORTUNITY:
        raise invalid_argument(field, "are of opportunities alone")
    found: list[StageEntry] = []
    for index, entry in enumerate(entries):
        at = f"{field}[{index}]"
        entered_at = optional_moment(entry, "enter_time", f"{at}.enter_time")
        if entered_at is None:
            raise invalid_argument(f"{at}.enter_time", "is missing")
        if found and entered_at < found[-1].entered_at:
            raise invalid_argument(f"{at}.enter_time", "is before that of the entry before")
        found.append(StageEntry(storable(entry.name, f"{at}.name"), entered_at))
    return tuple(found)


def _money(message: money_pb2.Money, path: str) -> Money:
    if not _CURRENCY.fullmatch(message.currency_code):
        raise invalid_argument(f"{path}.currency_code", "must be three capital letters, such as EUR")
    if message.units < 0:
        raise invalid_argument(f"{path}.units", "must not be negative")
    if not 0 <= message.nanos < NANOS:
        raise invalid_argument(f"{path}.nanos", f"must be from 0 to {NANOS - 1}")
    return Money(message.currency_code, message.units, message.nanos)


def money_message(value: Money) -> money_pb2.Money:
    """An amount."""
    return money_pb2.Money(currency_code=value.currency, units=value.units, nanos=value.nanos)


def record_message(record: Record, *, with_attributes: bool = True) -> record_pb2.Record:
    """A record with its latest score; a record without one says why in its score."""
    message = record_pb2.Record(
        ref=ref_message(record.ref),
        outcome=_OUTCOME_NUMBERS[record.is_positive],
        create_time=timestamp(record.created_at),
        close_time=optional_timestamp(record.closed_at),
        update_time=timestamp(record.updated_at),
    )
    if with_attributes:
        message.attributes.update(of_owner(record.attributes, OWN))
        for owner in RELATED:
            if related := of_owner(record.attributes, owner):
                getattr(message, owner).update(related)
    for entry in record.stages:
        message.stages.add(name=entry.name, enter_time=timestamp(entry.entered_at))
    if record.amount:
        message.amount.CopyFrom(money_message(record.amount))
    if record.expected_value:
        message.expected_value.CopyFrom(money_message(record.expected_value))
    if record.score:
        message.score.CopyFrom(score_message(record.score, record.ref))
    if record.not_scored_reason:
        message.score.not_scored_reason = NOT_SCORED[record.not_scored_reason]
    return message
