"""The scan of a whole CRM on a batch engine: files in; pairs with probability and evidence, and clusters, out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from services.common.batch.engine import Engine
from services.dedupe.clusters import Cluster, Pair, clusters
from services.dedupe.comparison import COMPARISONS
from services.dedupe.decisions import Decided
from services.dedupe.estimation import COMPANY_FIELDS, Judged, Steps, estimate
from services.dedupe.evidence import DEFAULT_THRESHOLD
from services.dedupe.fields import FORM_NAMES, Field
from services.dedupe.patterns import pattern_levels
from services.dedupe.scan_tables import (
    make_candidates,
    make_compared,
    make_decided,
    make_forms,
    make_records,
)
from services.dedupe.weights import Weights

_MOST_DAMPED_SHOWN = 100

OnStage = Callable[[float, str], None]
"""Is told how far a scan is, 0 to 1, and what it does now, for people; may end it by an exception."""


@dataclass(frozen=True)
class ScanRequest:
    """What to scan.

    Attributes:
        path: Parquet, or CSV with header.
        id_column: Column of the records' ids, the same in both files.
        columns: Column by field, the same in both files.
        other: A second file: pairs are then between the two only.
        region: ISO 3166 country of national phone numbers and dates; None if unknown.
        threshold: Least probability of a pair that is kept.
        weights: To use; None estimates them from the records themselves.
        decided: Pairs that people have decided on: all shape the estimation, and rejected ones are never kept.
    """

    path: Path
    id_column: str
    columns: Mapping[Field, str]
    other: Path | None = None
    region: str | None = None
    threshold: float = DEFAULT_THRESHOLD
    weights: Weights | None = None
    decided: Sequence[Decided] = ()


@dataclass(frozen=True)
class DampedKey:
    """A key that made no pairs by itself, since too many records have it."""

    key: str
    records: int


@dataclass(frozen=True)
class ScanReport:
    """What a scan did.

    Attributes:
        records: Read.
        not_comparable: Of them, without any field to compare.
        compared: Candidate pairs.
        pairs: Of them, at or above the threshold.
        damped: The largest damped keys, most records first, at most a hundred.
        damped_keys: How many there are.
        hidden_pairs: Pairs under damped keys, each counted per key; most meet over narrower keys all the same.
        weights: That were used.
    """

    records: int
    not_comparable: int
    compared: int
    pairs: int
    damped: tuple[DampedKey, ...]
    damped_keys: int
    hidden_pairs: int
    weights: Weights


def scan(engine: Engine, request: ScanRequest, on_stage: OnStage = lambda _share, _stage: None) -> ScanReport:
    """Finds duplicates.

    Leaves the tables `pairs` (left_id, right_id, probability, pattern) and `kept` (l, r: rows, pattern, probability).

    Args:
        engine: Empty.
        request: What to scan.
        on_stage: Is called between the steps.
    """
    paths = (request.path,) if request.other is None else (request.path, request.other)
    on_stage(0.0, "reading the records")
    make_records(engine, paths, request.id_column, request.columns)
    on_stage(0.1, "bringing values to their normal forms")
    make_forms(engine, request.region)
    on_stage(0.4, "looking for records that share a key")
    make_candidates(engine, is_link=request.other is not None)
    on_stage(0.6, "comparing pairs")
    make_compared(engine)
    make_decided(engine, [(each.left, each.right, each.is_match) for each in request.decided])
    on_stage(0.9, "weighing what was found")
    weights = make_kept(engine, request.threshold, request.weights)
    make_pairs(engine, "pairs")
    return report_of(engine, weights)


def write_pairs(engine: Engine, path: Path) -> None:
    """Writes the last scan's pairs: left, right, probability; the likeliest first."""
    query = "SELECT left_id, right_id, probability FROM pairs ORDER BY probability DESC, left_id, right_id"
    engine.write(query, ("left", "right", "probability"), path)


def write_kept(engine: Engine, path: Path) -> None:
    """Writes the same pairs with their levels: left, right, probability, pattern."""
    query = "SELECT left_id, right_id, probability, pattern FROM pairs ORDER BY probability DESC, left_id, right_id"
    engine.write(query, ("left", "right", "probability", "pattern"), path)


def found_clusters(engine: Engine) -> list[tuple[tuple[str, ...], Cluster]]:
    """Clusters of the last scan with their records' ids, in the order of `Cluster.records`."""
    kept = engine.collect("SELECT l, r, probability FROM kept ORDER BY l, r")
    pairs = [
        Pair(left, right, probability)
        for left, right, probability in zip(*(column.to_pylist() for column in kept.columns), strict=True)
    ]
    named = engine.collect(
        "SELECT row, id FROM records WHERE row IN (SELECT l FROM kept UNION ALL SELECT r FROM kept)"
    )
    ids = dict(zip(named.column("row").to_pylist(), named.column("id").to_pylist(), strict=True))
    return [(tuple(ids[row] for row in cluster.records), cluster) for cluster in clusters(pairs)]


def make_pairs(engine: Engine, name: str) -> None:
    """A table of the pairs in `kept` by their ids: left_id, right_id, probability, pattern."""
    engine.sql(
        "SELECT l.id AS left_id, r.id AS right_id, k.probability, k.pattern FROM kept AS k"
        " JOIN records AS l ON l.row = k.l JOIN records AS r ON r.row = k.r",
        name,
    )


def make_kept(engine: Engine, threshold: float, weights: Weights | None = None) -> Weights:
    """Table `kept`: l, r, pattern, probability of the pairs at or above the threshold.

    Args:
        engine: With the tables `forms`, `compared` and `decided`.
        threshold: Least probability of a pair that is kept.
        weights: To use; None estimates them from the records themselves.

    Returns:
        The weights that were used.
    """
    counted = engine.collect(
        "SELECT pattern, count(*) AS pairs FROM compared GROUP BY pattern ORDER BY pattern"
    )
    patterns = counted.column("pattern").to_numpy().astype(np.int64)
    levels = pattern_levels(patterns)
    counts = counted.column("pairs").to_numpy().astype(np.float64)
    weights = weights or estimate(levels, counts, _judged(engine), _steps(engine))
    probabilities = weights.probabilities(levels)
    above = probabilities >= threshold
    engine.load(
        pa.table({"pattern": patterns[above], "probability": probabilities[above].astype(np.float64)}),
        "pattern_probabilities",
    )
    engine.sql(
        "SELECT c.l, c.r, c.pattern, p.probability FROM compared AS c"
        " JOIN pattern_probabilities AS p ON c.pattern = p.pattern"
        " LEFT JOIN (SELECT l, r FROM decided WHERE NOT is_match) AS d ON c.l = d.l AND c.r = d.r"
        " WHERE d.l IS NULL",
        "kept",
    )
    engine.drop("pattern_probabilities")
    return weights


def _steps(engine: Engine) -> Steps:
    """How common the values of `COMPANY_FIELDS` are that records have."""
    found = {}
    for comparison in COMPARISONS:
        if comparison.field in COMPANY_FIELDS:
            form = comparison.form
            counted = engine.collect(
                f"SELECT c_{form} AS step, count(*) AS records FROM forms WHERE {form} IS NOT NULL GROUP BY c_{form}"
            ).to_pylist()
            records = {row["step"]: row["records"] for row in counted}
            found[comparison.field] = [records.get(step, 0) for step in sorted(comparison.levels_by_step)]
    return found


def _judged(engine: Engine) -> Judged | None:
    decided = engine.collect("SELECT pattern, is_match FROM decided ORDER BY l, r")
    if not len(decided):
        return None
    return Judged(
        pattern_levels(decided.column("pattern").to_numpy().astype(np.int64)),
        decided.column("is_match").to_numpy(zero_copy_only=False).astype(np.bool_),
    )


def report_of(engine: Engine, weights: Weights) -> ScanReport:
    """What a scan did.

    Args:
        engine: With all of its tables.
        weights: That it used.
    """
    silent = " AND ".join(f"{form} IS NULL" for form in FORM_NAMES)
    counts = engine.collect(
        "SELECT (SELECT count(*) FROM records) AS records,"
        f" (SELECT count(*) FROM forms WHERE {silent}) AS not_comparable,"
        " (SELECT count(*) FROM compared) AS compared, (SELECT count(*) FROM kept) AS pairs,"
        " (SELECT count(*) FROM damped) AS damped_keys,"
        " (SELECT coalesce(sum(records * (records - 1) / 2), 0) FROM damped) AS hidden_pairs"
    ).to_pylist()[0]
    largest = engine.collect(
        f"SELECT key, records FROM damped ORDER BY records DESC, key LIMIT {_MOST_DAMPED_SHOWN}"
    ).to_pylist()
    return ScanReport(
        **{name: int(value) for name, value in counts.items()},
        damped=tuple(DampedKey(row["key"], row["records"]) for row in largest),
        weights=weights,
    )
