"""Merges at the same moment over a shared record: one wins, the other gets ABORTED, and nothing is half-done."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from leadlight.dedupe.v1 import merge_pb2

from services.common.errors import Code, Reason
from services.common.records import RecordKind, RecordRef
from services.dedupe.merging import MergeOrder, MergeService, Seen
from services.dedupe.service import RecordChange
from services.dedupe.survivorship import Choices
from tests.contract.served import Client
from tests.integration.dedupe.conftest import Dedupe
from tests.integration.dedupe.inside import TENANT, Inside
from tests.integration.dedupe.merge_world import get, merge, order, store, tables, unmerge
from tests.integration.server.clients import failure
from tests.integration.working import Work, at_once

ROUNDS = 10


def refs(*ids: str) -> list[RecordRef]:
    return [RecordRef(RecordKind.LEAD, each) for each in ids]


class World:
    """Five records, and what callers saw of them before they waited for their turn."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        self.merging = MergeService(inside.db)
        for each in "abcde":
            inside.store(each, email=f"{each}@y.example", city=each)

    def merging_of(self, *ids: str) -> Work:
        wanted = refs(*ids)
        order = MergeOrder(wanted[0], wanted[1:], Choices())
        seen = self.merging.look(TENANT, wanted)
        return lambda session: self.merging.merge(session, order, seen, by="tester")

    def merged(self, *ids: str) -> str:
        with self.inside.db.write(TENANT) as session:
            self.merging_of(*ids)(session)
        return self.merging.list_merges(TENANT, None, None, page_size=1, page_token="").rows[0].merge_id

    def seen(self, merge_id: str) -> Seen:
        return self.merging.look_at_merge(TENANT, merge_id)

    def unmerging_of(self, merge_id: str) -> Work:
        seen = self.seen(merge_id)
        return lambda session: self.merging.unmerge(session, merge_id, seen, discard_changes=True)

    def detaching_of(self, merge_id: str, record_id: str) -> Work:
        seen, (ref,) = self.seen(merge_id), refs(record_id)
        return lambda session: self.merging.detach(session, merge_id, ref, seen, discard_changes=True)

    def upsert_of(self, record_id: str) -> Work:
        (ref,) = refs(record_id)
        prepared = self.inside.records.prepare(TENANT, RecordChange(ref, {"city": "elsewhere"}))
        return lambda session: self.inside.records.upsert(session, prepared, None)

    def deletion_of(self, record_id: str) -> Work:
        (ref,) = refs(record_id)
        return lambda session: self.inside.records.delete_record(session, ref, allow_missing=False)


@pytest.fixture
def world(inside: Inside) -> World:
    return World(inside)


@pytest.mark.parametrize("shared", [("a", "c"), ("c", "a"), ("c", "b"), ("b", "c"), ("c", "d", "b")])
def test_of_two_merges_over_one_record_one_is_aborted(world: World, shared: tuple[str, ...]) -> None:
    (refusal,) = at_once(world.inside.db, TENANT, world.merging_of("a", "b"), world.merging_of(*shared))
    assert (refusal.code, refusal.reason) == (Code.ABORTED, Reason.CONCURRENT_CHANGE)
    merges = world.merging.list_merges(TENANT, None, None, page_size=10, page_token="").rows
    assert [(each.master.id, [ref.id for ref in each.merged]) for each in merges] == [("a", ["b"])]
    with world.inside.db.write(TENANT) as session:
        world.unmerging_of(merges[0].merge_id)(session)
    assert {world.inside.records.get_record(TENANT, each).version for each in refs("a", "b")} == {3}
    assert {world.inside.records.get_record(TENANT, each).version for each in refs("c", "d")} == {1}


@pytest.mark.parametrize(
    "first",
    [
        lambda world, _: world.upsert_of("a"),
        lambda world, _: world.deletion_of("c"),
        lambda world, _: world.merging_of("d", "a"),
        lambda world, name: world.unmerging_of(name),
        lambda world, name: world.detaching_of(name, "b"),
    ],
    ids=["upsert", "delete", "merge", "unmerge", "detach"],
)
def test_a_merge_is_taken_back_as_its_caller_saw_it_or_not_at_all(
    world: World, first: Callable[[World, str], Work]
) -> None:
    name = world.merged("a", "b", "c")
    (refusal,) = at_once(world.inside.db, TENANT, first(world, name), world.unmerging_of(name))
    assert (refusal.code, refusal.reason) == (Code.ABORTED, Reason.CONCURRENT_CHANGE)


def test_a_record_that_is_merged_meanwhile_is_not_written_to(world: World) -> None:
    (refusal,) = at_once(world.inside.db, TENANT, world.merging_of("a", "b"), world.upsert_of("b"))
    assert refusal.reason is Reason.RECORD_MERGED


def test_callers_at_the_same_moment_merge_once(client: Client, dedupe: Dedupe) -> None:
    for each in "abc":
        store(client, each, email=f"{each}@y.example")
    before = tables(dedupe.db, client.tenant)
    outcomes: Counter[str] = Counter()
    for _ in range(ROUNDS):
        together = threading.Barrier(2)

        def attempt(other: str, together: threading.Barrier = together) -> merge_pb2.Merge | str:
            together.wait()
            try:
                return merge(client, "a", other)
            except grpc.RpcError as error:
                return failure(error).reason

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(attempt, ("b", "c")))
        won = [each for each in answers if not isinstance(each, str)]
        outcomes.update(each for each in answers if isinstance(each, str))
        # Where the second one came when the first was through, both are right: the master is no merged record.
        for held in sorted(won, key=lambda merge: merge.create_time.ToDatetime(), reverse=True):
            assert get(client, held.merged[0].id).merged_into.id == "a"
            unmerge(client, held.name)
        assert won
        assert tables(dedupe.db, client.tenant) == before
    assert set(outcomes) <= {"CONCURRENT_CHANGE"}


def test_callers_at_the_same_moment_merge_a_record_into_one_of_two(client: Client, dedupe: Dedupe) -> None:
    for each in "abc":
        store(client, each, email=f"{each}@y.example")
    before = tables(dedupe.db, client.tenant)
    for _ in range(ROUNDS):
        together = threading.Barrier(2)

        def attempt(master: str, together: threading.Barrier = together) -> str:
            together.wait()
            try:
                client.call("MergeService.MergeRecords", order(master, "c"))
            except grpc.RpcError as error:
                return failure(error).reason
            return "merged"

        with ThreadPoolExecutor(2) as pool:
            answers = sorted(pool.map(attempt, ("a", "b")))
        assert answers[1] == "merged"
        assert answers[0] in {"CONCURRENT_CHANGE", "RECORD_MERGED"}
        (held,) = client.call(
            "MergeService.ListMerges", merge_pb2.ListMergesRequest(state=merge_pb2.MERGE_STATE_MERGED)
        ).merges
        assert get(client, "c").merged_into == held.master
        unmerge(client, held.name)
        assert tables(dedupe.db, client.tenant) == before
