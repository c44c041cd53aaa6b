"""Scans, clusters, pairs and weights between protobuf and the service's own types."""

import math

from leadlight.dedupe.v1 import scan_pb2

from services.common.records import RecordRef
from services.common.server.wire import RECORD_KINDS, optional_timestamp, ref, ref_message, timestamp
from services.dedupe.comparison import COMPARISONS
from services.dedupe.convert_duplicates import evidence_message
from services.dedupe.duplicates import KINDS
from services.dedupe.evidence import DEFAULT_THRESHOLD
from services.dedupe.scan_results import FinishedScan, FoundCluster
from services.dedupe.scan_service import ExplainedPair, WeightsInForce
from services.dedupe.scanning import ScanOrder
from services.dedupe.weights import Weights


def scan_order(request: scan_pb2.ScanDuplicatesRequest) -> ScanOrder:
    """What to scan, with the defaults where nothing is said."""
    return ScanOrder(
        kinds=tuple(RECORD_KINDS[kind] for kind in request.kinds) or tuple(sorted(KINDS)),
        threshold=request.threshold if request.HasField("threshold") else DEFAULT_THRESHOLD,
        exclude_inactive=request.exclude_inactive,
        keep_weights=request.keep_weights,
    )


def scan_id(name: str) -> str:
    """The id in a scan's name, whose form the proto's constraints hold."""
    return name.removeprefix("scans/")


def wanted_record(request: scan_pb2.ListClustersRequest) -> RecordRef | None:
    """The record whose clusters are asked for; None for all.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    return ref(request.ref, "ref") if request.HasField("ref") else None


def scan_message(scan: FinishedScan) -> scan_pb2.Scan:
    """What a scan found."""
    counts = scan.counts
    return scan_pb2.Scan(
        name=f"scans/{scan.scan_id}",
        record_count=counts.records,
        not_comparable_count=counts.not_comparable,
        compared_pair_count=counts.compared_pairs,
        pair_count=counts.pairs,
        cluster_count=counts.clusters,
        crowded_key_count=counts.crowded_keys,
        hidden_pair_count=counts.hidden_pairs,
        threshold=scan.threshold,
        create_time=timestamp(scan.created_at),
    )


def cluster_message(of_scan: str, cluster: FoundCluster) -> scan_pb2.Cluster:
    """A cluster of a scan."""
    return scan_pb2.Cluster(
        name=f"scans/{of_scan}/clusters/{cluster.number}",
        records=[ref_message(each) for each in cluster.records],
        record_count=cluster.record_count,
        least_probability=cluster.least_probability,
        bridges=[
            scan_pb2.ClusterPair(
                left=ref_message(each.left), right=ref_message(each.right), probability=each.probability
            )
            for each in cluster.bridges
        ],
    )


def pair_message(explained: ExplainedPair) -> scan_pb2.ClusterPair:
    """A pair with its evidence."""
    pair = explained.pair
    return scan_pb2.ClusterPair(
        left=ref_message(pair.left),
        right=ref_message(pair.right),
        probability=pair.probability,
        evidence=None if explained.evidence is None else evidence_message(explained.evidence),
    )


def weights_message(in_force: WeightsInForce) -> scan_pb2.Weights:
    """The weights that comparisons use."""
    return scan_pb2.Weights(
        is_default=in_force.estimated_at is None,
        scan=f"scans/{in_force.scan_id}" if in_force.scan_id else "",
        fields=_fields(in_force.weights),
        update_time=optional_timestamp(in_force.estimated_at),
    )


def _fields(weights: Weights) -> list[scan_pb2.FieldWeights]:
    matches, strangers = weights.tables[0].tolist(), weights.tables[1].tolist()
    return [
        scan_pb2.FieldWeights(
            field=comparison.field.value,
            levels=[
                scan_pb2.LevelWeight(
                    level=name,
                    match_rate=matches[row][level],
                    stranger_rate=strangers[row][level],
                    weight=math.log2(matches[row][level] / strangers[row][level]),
                )
                # Level 0 is "missing", which says nothing.
                for level, name in enumerate(comparison.level_names[1:], start=1)
            ],
        )
        for row, comparison in enumerate(COMPARISONS)
    ]
