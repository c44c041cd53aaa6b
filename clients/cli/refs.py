"""Records as people name them: KIND/ID."""

from leadlight.common.v1 import record_pb2

from clients.cli.failures import UsageError


def parse_ref(given: str, what: str) -> record_pb2.RecordRef:
    """The record that a text names.

    Args:
        given: Such as account/A-17.
        what: The option or argument it stands in, for the error.

    Raises:
        UsageError: If it names none.
    """
    kind, is_set, record_id = given.partition("/")
    kinds = {
        name.removeprefix("RECORD_KIND_").lower(): number for name, number in record_pb2.RecordKind.items()
    }
    if not is_set or not record_id or kinds.get(kind, 0) == record_pb2.RECORD_KIND_UNSPECIFIED:
        known = ", ".join(name for name, number in kinds.items() if number)
        raise UsageError(f"{what} {given}: write KIND/ID, the kind one of {known}")
    return record_pb2.RecordRef(kind=kinds[kind], id=record_id)
