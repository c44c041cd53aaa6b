"""What forbids a merge, and taking one back; each refusal names the record or merge that it is about."""

from collections.abc import Collection, Mapping, Sequence

from services.common.errors import (
    Code,
    FieldViolation,
    LeadlightError,
    Reason,
    failed_precondition,
    invalid_argument,
    not_found,
)
from services.common.records import RecordRef
from services.dedupe.journal import Merge, MergeState
from services.dedupe.record import Record
from services.dedupe.survivorship import Choices


def check_order(master: RecordRef, others: Sequence[RecordRef], choices: Choices) -> None:
    """Refuses what cannot be merged whatever is stored.

    Raises:
        LeadlightError: FAILED_PRECONDITION for the master itself or another kind; INVALID_ARGUMENT for a record named
            twice and a choice of a record that is not among them.
    """
    for index, ref in enumerate(others):
        path = f"others[{index}]"
        if ref == master:
            raise _refused(Reason.MERGE_INTO_ITSELF, ref, path, f"{_name(ref)} is the master itself")
        if ref.kind != master.kind:
            raise _refused(
                Reason.MERGE_KINDS_DIFFER,
                ref,
                path,
                f"{_name(ref)} is a {ref.kind}, and the master a {master.kind}",
            )
        if ref in others[:index]:
            error = invalid_argument(path, f"{_name(ref)} is named before")
            error.metadata["record"] = _name(ref)
            raise error
    for name, choice in choices.fields.items():
        if isinstance(choice, RecordRef) and choice != master and choice not in others:
            error = invalid_argument(
                f'fields["{name}"].source', f"{_name(choice)} is none of the records to merge"
            )
            error.metadata["record"] = _name(choice)
            raise error


def check_records(
    master: RecordRef, others: Sequence[RecordRef], records: Mapping[RecordRef, Record]
) -> None:
    """Refuses records that are not there or are part of another already.

    Raises:
        LeadlightError: NOT_FOUND, FAILED_PRECONDITION.
    """
    paths = {master: "master"} | {ref: f"others[{index}]" for index, ref in enumerate(others)}
    for ref, path in paths.items():
        record = records.get(ref)
        if record is None:
            error = not_found("record", _name(ref))
            error.metadata["record"] = _name(ref)
            error.violations = (FieldViolation(path, f"{_name(ref)} is not stored"),)
            raise error
        if record.merge_id:
            into = _name(record.merged_into) if record.merged_into else ""
            raise _refused(
                Reason.RECORD_MERGED,
                ref,
                path,
                f"{_name(ref)} was merged into {into} already",
                master=into,
                merge=f"merges/{record.merge_id}",
            )


def check_reversible(merge: Merge, over_master: Collection[Merge]) -> None:
    """Refuses to take back what holds for good, is taken back already, or is not the last.

    Args:
        merge: The merge.
        over_master: The merges that hold and that its master is part of.

    Raises:
        LeadlightError: FAILED_PRECONDITION.
    """
    if merge.state is MergeState.UNDONE:
        raise _irreversible(merge, "was taken back already")
    if merge.state is MergeState.FINAL:
        raise _irreversible(merge, "holds for good: one of its records was deleted since")
    later = [each for each in over_master if each.versions[merge.master] > merge.versions[merge.master]]
    if later:
        last = max(later, key=lambda each: each.versions[merge.master])
        raise _irreversible(
            merge,
            f"is not the last one over its master: {last.name} comes first, and holds for good"
            if last.state is MergeState.FINAL
            else f"is not the last one over its master: take back {last.name} first",
            later_merge=last.name,
        )


def check_part(merge: Merge, ref: RecordRef) -> None:
    """Refuses to detach what is no part of a merge.

    Raises:
        LeadlightError: INVALID_ARGUMENT, FAILED_PRECONDITION for what was detached before.
    """
    if ref in merge.detached:
        raise _refused(
            Reason.MERGE_NOT_REVERSIBLE, ref, "ref", f"{_name(ref)} was detached already", merge=merge.name
        )
    if ref not in merge.merged:
        error = invalid_argument(
            "ref", f"{_name(ref)} is none of the records that were merged into the master"
        )
        error.metadata["record"] = _name(ref)
        raise error


def changed_since(merge: Merge) -> LeadlightError:
    """The master was changed after the merge."""
    return failed_precondition(
        Reason.MERGE_CHANGED_SINCE,
        f"the master of {merge.name} was changed since; with discard_changes that is given up",
        merge=merge.name,
        record=_name(merge.master),
    )


def changed_meanwhile(ref: RecordRef) -> LeadlightError:
    """Another call changed a record between this call's arrival and its turn."""
    return LeadlightError(
        Code.ABORTED,
        Reason.CONCURRENT_CHANGE,
        "another call changed one of the records at the same time; look at them again before you try again",
        metadata={"record": _name(ref)},
    )


def no_merge(merge_id: str) -> LeadlightError:
    """There is no such merge."""
    return not_found("merge", f"merges/{merge_id}")


def _irreversible(merge: Merge, why: str, **metadata: str) -> LeadlightError:
    return failed_precondition(
        Reason.MERGE_NOT_REVERSIBLE, f"{merge.name} {why}", merge=merge.name, **metadata
    )


def _refused(reason: Reason, ref: RecordRef, path: str, why: str, **metadata: str) -> LeadlightError:
    error = failed_precondition(reason, f"{path}: {why}", record=_name(ref), **metadata)
    error.violations = (FieldViolation(path, why),)
    return error


def _name(ref: RecordRef) -> str:
    return f"{ref.kind}/{ref.id}"
