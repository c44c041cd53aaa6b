"""What the contract tests send to the dedupe service's MergeService."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.message import Message
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import merge_pb2, record_pb2

from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import page_tokens
from tests.contract.served import Client

LEAD = common_pb2.RECORD_KIND_LEAD


def ref(record_id: str, kind: common_pb2.RecordKind.ValueType = LEAD) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=kind, id=record_id)


def new_records(client: Client, count: int = 3) -> list[common_pb2.RecordRef]:
    """Records that took part in nothing."""
    refs = [ref(f"m{uuid.uuid4().hex[:12]}") for _ in range(count)]
    for place, each in enumerate(refs):
        fields = {"email": f"{each.id}@a.example", "city": f"Zephyrine {place}"}
        request = record_pb2.UpsertRecordRequest(record=record_pb2.Record(ref=each, fields=fields))
        client.call("DedupeService.UpsertRecord", request)
    return refs


def order(
    refs: Sequence[common_pb2.RecordRef], choices: Mapping[str, merge_pb2.FieldChoice] | None = None
) -> merge_pb2.MergeRecordsRequest:
    """A request to merge the rest into the first."""
    return merge_pb2.MergeRecordsRequest(master=refs[0], others=refs[1:], fields=choices or {})


def merged(client: Client) -> merge_pb2.Merge:
    """A merge of three records."""
    answer: merge_pb2.Merge = client.call("MergeService.MergeRecords", order(new_records(client)))
    return answer


def undone(client: Client) -> merge_pb2.Merge:
    """A merge that was taken back."""
    merge = merged(client)
    client.call("MergeService.UnmergeRecords", merge_pb2.UnmergeRecordsRequest(name=merge.name))
    return merge


def snapshot(client: Client) -> list[Message]:
    """All merges."""
    request = merge_pb2.ListMergesRequest(page_size=1000)
    pages: list[Message] = [client.call("MergeService.ListMerges", request)]
    return pages


def good(client: Client) -> dict[str, Callable[[], Requests]]:
    """Good requests."""
    kept = merged(client).name
    # A second one, so that lists have a second page.
    merged(client)

    def detached() -> Requests:
        merge = merged(client)
        return [merge_pb2.DetachRecordRequest(name=merge.name, ref=merge.merged[0])]

    return {
        "MergeService.MergeRecords": lambda: [order(new_records(client))],
        "MergeService.UnmergeRecords": lambda: [merge_pb2.UnmergeRecordsRequest(name=merged(client).name)],
        "MergeService.DetachRecord": detached,
        "MergeService.GetMerge": lambda: [merge_pb2.GetMergeRequest(name=kept)],
        "MergeService.ListMerges": lambda: [merge_pb2.ListMergesRequest()],
    }


MISSING: Mapping[str, Callable[[], Requests]] = {
    "MergeService.MergeRecords": lambda: [order([ref("none"), ref("none-either")])],
    "MergeService.UnmergeRecords": lambda: [merge_pb2.UnmergeRecordsRequest(name="merges/none")],
    "MergeService.DetachRecord": lambda: [merge_pb2.DetachRecordRequest(name="merges/none", ref=ref("kept"))],
    "MergeService.GetMerge": lambda: [merge_pb2.GetMergeRequest(name="merges/none")],
}

NOTHING_MISSING: Mapping[str, str] = {"MergeService.ListMerges": "an empty list is a good answer"}


def bad(other_token: Callable[[Any], str]) -> dict[str, Sequence[BadInput]]:
    """Bad inputs beyond the proto's constraints.

    Args:
        other_token: A token of another list, from the service's `Contract`.
    """
    failed = "FAILED_PRECONDITION"
    nul = ref("a\x00")

    def chosen(**choice: Any) -> Callable[[Any], Requests]:
        choices = {"city": merge_pb2.FieldChoice(**choice)}
        return lambda c: [order(new_records(c.served.client()), choices)]

    def named_twice(cases: Any) -> Requests:
        master, other, _ = new_records(cases.served.client())
        return [order([master, other, other])]

    def with_itself(cases: Any) -> Requests:
        master, *_ = new_records(cases.served.client())
        return [order([master, master])]

    def merged_already(cases: Any) -> Requests:
        client = cases.served.client()
        return [order([*new_records(client, 1), merged(client).merged[0]])]

    def of_no_part(cases: Any) -> Requests:
        client = cases.served.client()
        return [merge_pb2.DetachRecordRequest(name=merged(client).name, ref=new_records(client, 1)[0])]

    def too_many_fields(cases: Any) -> Requests:
        client = cases.served.client()
        refs = new_records(client, 2)
        for place, each in enumerate(refs):
            fields = {f"f{place}-{number}": "x" for number in range(101)}
            request = record_pb2.UpsertRecordRequest(record=record_pb2.Record(ref=each, fields=fields))
            client.call("DedupeService.UpsertRecord", request)
        return [order(refs)]

    return {
        "MergeService.MergeRecords": [
            BadInput("NUL in the master's id", lambda _: [order([nul, ref("kept")])], "master.id"),
            BadInput("NUL in another's id", lambda _: [order([ref("kept"), nul])], "others[0].id"),
            BadInput(
                "a master of no kind to merge",
                lambda _: [order([ref("a", common_pb2.RECORD_KIND_CASE), ref("b")])],
                "master.kind",
            ),
            BadInput("a record named twice", named_twice, "others[1]"),
            BadInput("a choice of a stranger", chosen(source=ref("stranger")), 'fields["city"].source'),
            BadInput("NUL in a value", chosen(value="\x00"), 'fields["city"].value'),
            BadInput(
                "NUL in a name",
                lambda _: [order([ref("a"), ref("b")], {"a\x00": merge_pb2.FieldChoice(value="x")})],
                "fields (a name)",
            ),
            BadInput("202 fields in all", too_many_fields, "fields"),
            BadInput("the master itself", with_itself, "others[0]", failed, "MERGE_INTO_ITSELF"),
            BadInput(
                "another kind",
                lambda _: [order([ref("kept"), ref("x", common_pb2.RECORD_KIND_CONTACT)])],
                "others[0]",
                failed,
                "MERGE_KINDS_DIFFER",
            ),
            BadInput("merged already", merged_already, "others[0]", failed, "RECORD_MERGED"),
        ],
        "MergeService.UnmergeRecords": [
            BadInput(
                "taken back already",
                lambda c: [merge_pb2.UnmergeRecordsRequest(name=undone(c.served.client()).name)],
                None,
                failed,
                "MERGE_NOT_REVERSIBLE",
            )
        ],
        "MergeService.DetachRecord": [
            BadInput("a record of no part", of_no_part, "ref"),
            BadInput(
                "NUL in the id", lambda _: [merge_pb2.DetachRecordRequest(name="merges/a", ref=nul)], "ref.id"
            ),
        ],
        "MergeService.ListMerges": [
            BadInput("NUL in the id", lambda _: [merge_pb2.ListMergesRequest(ref=nul)], "ref.id"),
            *page_tokens(lambda token: merge_pb2.ListMergesRequest(page_token=token), other_token),
        ],
    }


NOTHING_BAD: Mapping[str, str] = {
    "MergeService.GetMerge": "the proto's pattern of the name says everything",
}
