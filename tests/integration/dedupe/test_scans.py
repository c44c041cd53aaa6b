"""Scans of what is stored: what they find, that look-ups say the same, and what shows of one that does not end."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from leadlight.common.v1 import record_pb2 as common_pb2
from leadlight.dedupe.v1 import duplicate_pb2, record_pb2, scan_pb2
from sqlmodel import select

from services.common.db import utc_now
from services.common.errors import LeadlightError, Reason
from services.common.operations import (
    OperationCancelledError,
    OperationContext,
    RunnerStoppingError,
    TypedBytes,
)
from services.common.records import RecordKind, RecordRef
from services.common.tables import OperationRow, OperationState
from services.dedupe.decisions import PairDecision, pair_of
from services.dedupe.models import ScanClusterRow, ScanMemberRow, ScanPairRow
from services.dedupe.scan_job import ScanJob
from services.dedupe.scan_results import FoundCluster, FoundPair
from services.dedupe.scanning import SCAN_DUPLICATES
from tests.contract.dedupe_rule_cases import done
from tests.contract.served import Client
from tests.integration.dedupe.inside import SMALL, TENANT, Inside, ended
from tests.integration.dedupe.merge_world import merge
from tests.unit.dedupe.pairs import record as random_record

PROGRAM = Path(__file__).parent / "programs" / "scan_runner.py"
REGINA = {"first_name": "Regina", "last_name": "Murphy", "email": "regina@contoso.com", "company": "Contoso"}
MERPHY = {
    "first_name": "Regina",
    "last_name": "Merphy",
    "email": "Regina@CONTOSO.com",
    "company": "Contoso.inc",
}

STAGES = ("reading the stored records", "comparing pairs", "storing pairs", "storing clusters")


def many(inside: Inside, records: int = 60) -> None:
    """Stores random records, many of them alike."""
    chance = random.Random(11)  # noqa: S311 - records, not secrets
    for number in range(records):
        kind = (RecordKind.LEAD, RecordKind.CONTACT, RecordKind.ACCOUNT)[number % 3]
        inside.store(f"r{number:03}", kind, **random_record(chance))


def hidden_rows(inside: Inside) -> int:
    """Rows of scans, shown or not."""
    with inside.db.read(TENANT) as session:
        return sum(len(session.exec(select(of)).all()) for of in (ScanPairRow, ScanClusterRow, ScanMemberRow))


def results(inside: Inside) -> tuple[list[FoundPair], list[FoundCluster]]:
    return inside.pairs(), inside.clusters()


def no_scan_shows(inside: Inside) -> bool:
    assert inside.scans.list(TENANT, page_size=0, page_token="").rows == []
    with pytest.raises(LeadlightError) as error:
        inside.pairs()
    return error.value.reason is Reason.RESOURCE_NOT_FOUND


def test_a_scan_and_a_look_up_give_a_pair_the_same_probability(inside: Inside) -> None:
    many(inside)
    for keep_weights in (True, False):
        inside.scan(threshold=1e-6, keep_weights=keep_weights)
        inside.work()
        scanned = {(pair.left, pair.right): pair.probability for pair in inside.pairs()}
        assert len(scanned) > 20
        # Each pair is looked up in both directions.
        looked_up = {
            pair_of(ref, each.ref): each.evidence.probability
            for ref in {ref for pair in scanned for ref in pair}
            for each in inside.found(ref, threshold=1e-6).duplicates
        }
        # A look-up may afford keys that a scan cannot: it finds all of the scan's pairs, and some more.
        assert {pair: looked_up[pair] for pair in scanned} == pytest.approx(scanned)


def test_evidence_adds_up_and_shows_the_values_that_the_records_have(inside: Inside) -> None:
    left, right = inside.store("a", **REGINA), inside.store("b", **MERPHY)
    inside.scan()
    inside.work()
    (explained,) = inside.scans.pairs(TENANT, "-", page_size=0, page_token="").rows
    assert (explained.pair.left, explained.pair.right) == (left, right)
    evidence = explained.evidence
    assert evidence is not None
    assert explained.pair.probability == pytest.approx(evidence.probability)
    assert evidence.match_weight == pytest.approx(
        evidence.prior + evidence.dependence + sum(part.weight for part in evidence.fields)
    )
    assert {(part.left, part.right) for part in evidence.fields} >= {("Murphy", "Merphy")}
    with inside.db.write(TENANT) as session:
        inside.records.delete_record(session, right, allow_missing=False)
    (explained,) = inside.scans.pairs(TENANT, "-", page_size=0, page_token="").rows
    assert explained.evidence is not None
    assert {part.right for part in explained.evidence.fields} == {""}
    assert explained.evidence.probability == pytest.approx(evidence.probability)


def test_a_scan_leaves_out_what_was_decided_and_compares_different_kinds(inside: Inside) -> None:
    refs = [inside.store(name, **REGINA) for name in "abcd"]
    inside.store("x", RecordKind.CONTACT, **REGINA)
    with inside.db.write(TENANT) as session:
        inside.records.decide(session, PairDecision(refs[0], refs[1], False, "tester", utc_now()))
    inside.scan()
    inside.work()
    assert len(inside.pairs()) == 9
    assert (refs[0], refs[1]) not in {(pair.left, pair.right) for pair in inside.pairs()}
    (cluster,) = inside.clusters()
    assert cluster.record_count == 5
    assert list(cluster.records) == [RecordRef(RecordKind.CONTACT, "x"), *refs]


def test_estimated_weights_hold_from_then_on_unless_told_otherwise(inside: Inside) -> None:
    many(inside)
    inside.scan(keep_weights=True)
    inside.work()
    assert inside.scans.weights(TENANT).estimated_at is None
    scan_id = inside.scan(keep_weights=False)
    inside.work()
    in_force = inside.scans.weights(TENANT)
    assert in_force.scan_id == scan_id
    assert in_force.estimated_at is not None
    assert in_force.weights.to_json() == inside.scans.get(TENANT, scan_id).weights
    with inside.db.write(TENANT) as session:
        inside.scans.reset_weights(session)
    assert inside.scans.weights(TENANT).estimated_at is None


def test_the_last_three_scans_are_kept(inside: Inside) -> None:
    inside.store("a", **REGINA)
    inside.store("b", **MERPHY)
    scans = []
    for _ in range(4):
        scans.append(inside.scan())
        inside.work()
    kept = [each.scan_id for each in inside.scans.list(TENANT, page_size=0, page_token="").rows]
    assert kept == scans[:0:-1]
    assert hidden_rows(inside) == 3 * (1 + 1 + 2)


def test_one_scan_runs_at_a_time(inside: Inside) -> None:
    first = inside.scan()
    assert inside.scan(threshold=0.9) == first
    inside.work()
    assert inside.scan() != first


def test_nothing_stored_is_scanned_at_once(inside: Inside) -> None:
    scan_id = inside.scan(keep_weights=False)
    inside.work()
    counts = inside.scans.get(TENANT, scan_id).counts
    assert (counts.records, counts.pairs, counts.clusters) == (0, 0, 0)
    assert results(inside) == ([], [])
    assert inside.scans.weights(TENANT).estimated_at is None


def test_a_scan_that_is_cancelled_leaves_nothing(inside: Inside) -> None:
    many(inside, 25)
    for stage in STAGES:
        scan_id = inside.scan()
        handlers = inside.handlers()
        inside.work({SCAN_DUPLICATES: ended(handlers[SCAN_DUPLICATES], stage, OperationCancelledError)})
        with inside.db.read(TENANT) as session:
            row = session.get(OperationRow, id=scan_id)
        assert row is not None
        assert row.state == OperationState.CANCELLED
        assert no_scan_shows(inside)
        assert hidden_rows(inside) == 0
        assert not list(inside.folder.glob("dedupe/scans/*/*"))


def test_a_scan_that_is_stopped_goes_on_where_it_was(inside: Inside) -> None:
    many(inside, 25)
    inside.scan()
    inside.work()
    whole = results(inside)
    assert whole[0]
    for stage in STAGES:
        scan_id = inside.scan()
        handlers = inside.handlers()
        inside.work({SCAN_DUPLICATES: ended(handlers[SCAN_DUPLICATES], stage, RunnerStoppingError)})
        assert inside.scans.get(TENANT, "-").scan_id == scan_id
        assert results(inside) == whole


def test_a_scan_killed_half_way_shows_nothing_and_goes_on(inside: Inside) -> None:
    many(inside, 25)
    inside.scan()
    # The first dies while records are read, the second while they are compared.
    for told in (2, 5):
        command = [sys.executable, str(PROGRAM), inside.url, str(inside.folder), str(told)]
        killed = subprocess.run(command, check=False, timeout=60)
        assert killed.returncode < 0
        assert no_scan_shows(inside)
    inside.work()
    assert inside.operations()[0].attempts == 3
    resumed = results(inside)
    inside.scan()
    inside.work()
    assert results(inside) == resumed


def test_a_scan_whose_files_are_gone_begins_anew(inside: Inside) -> None:
    many(inside, 25)
    inside.scan()
    handlers = inside.handlers()

    def elsewhere(context: OperationContext) -> TypedBytes | None:
        # As on another machine: none of the first attempt's files is there.
        return ScanJob(inside.db, inside.folder / "elsewhere", SMALL)(context)

    attempts = iter([ended(handlers[SCAN_DUPLICATES], "storing clusters", RunnerStoppingError), elsewhere])

    def each_once(context: OperationContext) -> TypedBytes | None:
        return next(attempts)(context)

    inside.work({SCAN_DUPLICATES: each_once})
    found = results(inside)
    inside.scan()
    inside.work()
    assert results(inside) == found


def lead(record_id: str) -> common_pb2.RecordRef:
    return common_pb2.RecordRef(kind=common_pb2.RECORD_KIND_LEAD, id=record_id)


def test_callers_scan_and_read_what_was_found(client: Client) -> None:
    records = {
        "a": REGINA,
        "b": MERPHY,
        "c": {"first_name": "Kenny", "last_name": "Smith", "email": "info@contoso.com"},
        "d": {"first_name": "John", "last_name": "Doe", "email": "info@contoso.com"},
        "e": {"phone": "-"},
    }
    for record_id, fields in records.items():
        record = record_pb2.Record(ref=lead(record_id), fields=fields, inactive=record_id == "b")
        client.call("DedupeService.UpsertRecord", record_pb2.UpsertRecordRequest(record=record))
    operation = client.call("ScanService.ScanDuplicates", scan_pb2.ScanDuplicatesRequest())
    scan = scan_pb2.Scan()
    assert done(client, operation).response.Unpack(scan)
    assert (scan.record_count, scan.not_comparable_count, scan.pair_count, scan.cluster_count) == (5, 1, 1, 1)
    assert client.call("ScanService.GetScan", scan_pb2.GetScanRequest(name=scan.name)) == scan
    listed = scan_pb2.ListClustersRequest(parent="scans/-", ref=lead("b"))
    (cluster,) = client.call("ScanService.ListClusters", listed).clusters
    assert [ref.id for ref in cluster.records] == ["a", "b"]
    assert not client.call(
        "ScanService.ListClusters", scan_pb2.ListClustersRequest(parent=scan.name, ref=lead("c"))
    ).clusters
    (pair,) = client.call("ScanService.ListPairs", scan_pb2.ListPairsRequest(parent=scan.name)).pairs
    assert pair.evidence.match_weight == pytest.approx(
        pair.evidence.prior_weight
        + pair.evidence.dependence_weight
        + sum(field.weight for field in pair.evidence.fields)
    )
    weights = client.call("ScanService.GetWeights", scan_pb2.GetWeightsRequest())
    assert (weights.is_default, weights.scan) == (False, scan.name)
    # From the next call on, and until they are reset.
    asked = duplicate_pb2.FindDuplicatesRequest(ref=lead("a"))
    (found,) = client.call("DedupeService.FindDuplicates", asked).duplicates
    assert found.ref == lead("b")
    assert client.call("ScanService.ResetWeights", scan_pb2.ResetWeightsRequest()).is_default
    request = scan_pb2.ScanDuplicatesRequest(exclude_inactive=True, keep_weights=True)
    operation = client.call("ScanService.ScanDuplicates", request)
    assert done(client, operation).response.Unpack(scan)
    assert (scan.record_count, scan.pair_count) == (4, 0)
    # What was merged is one record.
    merge(client, "a", "b")
    operation = client.call("ScanService.ScanDuplicates", scan_pb2.ScanDuplicatesRequest())
    assert done(client, operation).response.Unpack(scan)
    assert (scan.record_count, scan.pair_count) == (4, 0)
