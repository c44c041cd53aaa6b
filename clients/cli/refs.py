"""Records as people name them on the command line: KIND/ID."""

from leadlight.common.v1 import record_pb2

from clients.cli.failures import UsageError

KINDS = {
    name.removeprefix("RECORD_KIND_").lower(): number
    for name, number in record_pb2.RecordKind.items()
    if number
}
_NAMES = {number: name for name, number in KINDS.items()}


def ref_of(given: str, option: str) -> record_pb2.RecordRef:
    """A record's ref.

    Args:
        given: KIND/ID.
        option: Where it stands on the command line, for the error.

    Raises:
        UsageError: If it is not of that form.
    """
    kind, is_set, record_id = given.partition("/")
    if not is_set or not record_id or kind not in KINDS:
        raise UsageError(f"{option} {given}: write KIND/ID, the kind one of {', '.join(KINDS)}")
    return record_pb2.RecordRef(kind=KINDS[kind], id=record_id)


def optional_ref(given: str, option: str) -> record_pb2.RecordRef | None:
    """A record's ref, None for nothing.

    Raises:
        UsageError: If it is not of the form KIND/ID.
    """
    return ref_of(given, option) if given else None


def ref_text(ref: record_pb2.RecordRef) -> str:
    """KIND/ID."""
    return f"{_NAMES.get(ref.kind, '?')}/{ref.id}"
