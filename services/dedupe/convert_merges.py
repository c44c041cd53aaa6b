"""Merges between protobuf and the service's own types."""

from collections.abc import Sequence

from google.protobuf.message import Message
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.dedupe.v1 import merge_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import optional_timestamp, ref, ref_message, storable
from services.dedupe.convert_records import record_message
from services.dedupe.journal import Merge, MergeState
from services.dedupe.merging import MergeOrder, MergeView
from services.dedupe.survivorship import Choice, Choices, Given, Survivor

_SURVIVORS = {merge_pb2.Survivor.Value(f"SURVIVOR_{each.name}"): each for each in Survivor}
_STATES = {each: merge_pb2.MergeState.Value(f"MERGE_STATE_{each.name}") for each in MergeState}
_STATE_OF = {number: each for each, number in _STATES.items()}
_KINDS = (RecordKind.LEAD, RecordKind.ACCOUNT, RecordKind.CONTACT)


def merge_order(request: merge_pb2.MergeRecordsRequest) -> MergeOrder:
    """What to merge.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    master = ref(request.master, "master")
    if master.kind not in _KINDS:
        raise invalid_argument("master.kind", "must be lead, contact or account")
    return MergeOrder(
        master,
        [ref(each, f"others[{index}]") for index, each in enumerate(request.others)],
        Choices(
            _SURVIVORS.get(request.survivor, Survivor.MASTER),
            {name: _choice(name, each) for name, each in sorted(request.fields.items())},
        ),
    )


def merge_id(name: str) -> str:
    """The id in a merge's name, whose form the contract sees to."""
    return name.removeprefix("merges/")


def state(number: merge_pb2.MergeState.ValueType) -> MergeState | None:
    """A wanted state; None for all."""
    return _STATE_OF.get(number)


def optional_ref(message: Message, path: str) -> RecordRef | None:
    """The ref in a field of a message, None where it is absent.

    Raises:
        LeadlightError: INVALID_ARGUMENT for an id that not every database can hold.
    """
    return ref(getattr(message, path), path) if message.HasField(path) else None


def merge_message(merge: Merge) -> merge_pb2.Merge:
    """A merge as lists show it."""
    return merge_pb2.Merge(
        name=merge.name if merge.merge_id else "",
        master=ref_message(merge.master),
        merged=_refs(merge.merged),
        detached=_refs(merge.detached),
        state=_STATES[merge.state],
        merged_by=merge.merged_by,
        create_time=optional_timestamp(merge.created_at if merge.merge_id else None),
        undo_time=optional_timestamp(merge.undone_at),
    )


def view_message(view: MergeView) -> merge_pb2.Merge:
    """A merge with all that is told of it."""
    message = merge_message(view.merge)
    if view.result is not None:
        message.result.CopyFrom(record_message(view.result))
    for each in view.merge.outcome.moved if view.merge.outcome else ():
        message.moved_values.append(
            merge_pb2.MovedValue(
                field=each.field,
                source=ref_message(each.source) if each.source else None,
                before=each.before,
                after=each.after,
            )
        )
    message.children.extend(_refs(view.children))
    message.child_count = view.child_count
    return message


def _refs(refs: Sequence[RecordRef]) -> list[common_record_pb2.RecordRef]:
    return [ref_message(each) for each in refs]


def _choice(name: str, message: merge_pb2.FieldChoice) -> Choice:
    path = f'fields["{storable(name, "fields (a name)")}"]'
    match message.WhichOneof("choice"):
        case "survivor":
            return _SURVIVORS[message.survivor]
        case "source":
            return ref(message.source, f"{path}.source")
        case _:
            value = storable(message.value, f"{path}.value")
            return Given(value if value.strip() else "")
