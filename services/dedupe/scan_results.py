"""What a scan found, as the service keeps it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.common.records import RecordKind, RecordRef
from services.dedupe.clusters import Cluster

MOST_SHOWN = 100
"""Records of one cluster that are listed."""


@dataclass(frozen=True, slots=True)
class Counts:
    """A scan in numbers.

    Attributes:
        records: That were compared.
        not_comparable: Of them, those without anything to compare.
        compared_pairs: That shared a key.
        pairs: That were kept.
        clusters: That they form.
        crowded_keys: That too many records share.
        hidden_pairs: Under crowded keys, each counted once a key.
    """

    records: int
    not_comparable: int
    compared_pairs: int
    pairs: int
    clusters: int
    crowded_keys: int
    hidden_pairs: int


@dataclass(frozen=True, slots=True)
class FinishedScan:
    """A scan.

    Attributes:
        scan_id: Id of the operation that did it.
        counts: What it found.
        threshold: Least probability of a kept pair.
        weights: As `Weights.to_json` writes them.
        created_at: When it was done.
    """

    scan_id: str
    counts: Counts
    threshold: float
    weights: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class FoundPair:
    """A pair that was kept; `pattern` has its levels of agreement."""

    left: RecordRef
    right: RecordRef
    probability: float
    pattern: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """A weak pair that alone holds two parts of a cluster together."""

    left: RecordRef
    right: RecordRef
    probability: float


@dataclass(frozen=True, slots=True)
class FoundCluster:
    """Records that are the same, as far as the scan can tell.

    Attributes:
        number: From 1, the surest first.
        records: By ref; a stored one has at most `MOST_SHOWN`.
        record_count: Of all.
        least_probability: Lowest of its pairs.
        bridges: Weak ones.
    """

    number: int
    records: Sequence[RecordRef]
    record_count: int
    least_probability: float
    bridges: Sequence[Bridge]


def id_of(ref: RecordRef) -> str:
    """A ref as the scan's files and tables have it: one text."""
    return f"{ref.kind}/{ref.id}"


def ref_of(text: str) -> RecordRef:
    """The ref that `id_of` wrote."""
    kind, _, record_id = text.partition("/")
    return RecordRef(RecordKind(kind), record_id)


def clusters_in_order(found: Iterable[tuple[Sequence[str], Cluster]]) -> list[FoundCluster]:
    """Clusters as the service keeps them: the surest first, equal ones by their first record.

    Args:
        found: Each with the ids of its records, in the order of `Cluster.records`.
    """
    ordered = sorted(found, key=lambda each: (-each[1].least_probability, each[0][0]))
    clusters = []
    for number, (ids, cluster) in enumerate(ordered, start=1):
        refs = {row: ref_of(text) for row, text in zip(cluster.records, ids, strict=True)}
        bridges = [
            Bridge(refs[pair.left], refs[pair.right], pair.probability) for pair in cluster.weak_bridges
        ]
        clusters.append(
            FoundCluster(number, list(refs.values()), len(refs), cluster.least_probability, bridges)
        )
    return clusters
