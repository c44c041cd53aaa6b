"""The scan of a whole CRM on a batch engine: files in; pairs with probability and evidence, and clusters, out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from services.common.batch.engine import Engine
from services.dedupe.clusters import Cluster, Pair, clusters
from services.dedupe.comparison import COMPARISONS
from services.dedupe.estimation import Judged, estimate
from services.dedupe.evidence import ComparableRecord, Evidence, explain_levels
from services.dedupe.fields import FORM_NAMES, Field, Forms
from services.dedupe.patterns import pattern_levels
from services.dedupe.scan_tables import make_candidates, make_compared, make_forms, make_records
from services.dedupe.weights import Weights

# Probabilities are calibrated, so that the likelier answer is the better one.
DEFAULT_THRESHOLD = 0.5
_MOST_DAMPED_SHOWN = 100
EXPLAINED_SCHEMA = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
    ]
)


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
        judged: Pairs that people have confirmed or rejected, for the estimation.
    """

    path: Path
    id_column: str
    columns: Mapping[Field, str]
    other: Path | None = None
    region: str | None = None
    threshold: float = DEFAULT_THRESHOLD
    weights: Weights | None = None
    judged: Judged | None = None


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


def scan(engine: Engine, request: ScanRequest) -> ScanReport:
    """Finds duplicates.

    Leaves the table `pairs` (left_id, right_id, probability), and for evidence and clusters `kept` (l, r: rows,
    pattern, probability), `records` and `forms`.

    Args:
        engine: Empty.
        request: What to scan.
    """
    paths = (request.path,) if request.other is None else (request.path, request.other)
    make_records(engine, paths, request.id_column, request.columns)
    make_forms(engine, request.region)
    make_candidates(engine, is_link=request.other is not None)
    make_compared(engine)
    weights = _make_kept(engine, request)
    engine.sql(
        "SELECT l.id AS left_id, r.id AS right_id, k.probability FROM kept AS k"
        " JOIN records AS l ON l.row = k.l JOIN records AS r ON r.row = k.r",
        "pairs",
    )
    return _report(engine, weights)


def write_pairs(engine: Engine, path: Path) -> None:
    """Writes the last scan's pairs: left, right, probability; the likeliest first."""
    query = "SELECT left_id, right_id, probability FROM pairs ORDER BY probability DESC, left_id, right_id"
    engine.write(query, ("left", "right", "probability"), path)


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


def _make_kept(engine: Engine, request: ScanRequest) -> Weights:
    """Table `kept`: l, r, pattern, probability of the pairs at or above the threshold."""
    counted = engine.collect(
        "SELECT pattern, count(*) AS pairs FROM compared GROUP BY pattern ORDER BY pattern"
    )
    patterns = counted.column("pattern").to_numpy().astype(np.int64)
    levels = pattern_levels(patterns)
    counts = counted.column("pairs").to_numpy().astype(np.float64)
    weights = request.weights or estimate(levels, counts, request.judged)
    probabilities = weights.probabilities(levels)
    above = probabilities >= request.threshold
    engine.load(
        pa.table({"pattern": patterns[above], "probability": probabilities[above].astype(np.float64)}),
        "pattern_probabilities",
    )
    engine.sql(
        "SELECT c.l, c.r, c.pattern, p.probability FROM compared AS c"
        " JOIN pattern_probabilities AS p ON c.pattern = p.pattern",
        "kept",
    )
    engine.drop("pattern_probabilities")
    return weights


def explain_pairs(engine: Engine, request: ScanRequest, weights: Weights) -> None:
    """Table `explained` of the last scan's pairs with their evidence; columns of `EXPLAINED_SCHEMA`."""
    sides = []
    for side in ("l", "r"):
        sides.append(f"{side}.id AS {side}_id")
        sides += [f"{side}.{field.value} AS {side}_{field.value}" for field in request.columns]
        sides += [f"{side}f.{form} AS {side}f_{form}" for form in FORM_NAMES]
    engine.sql(
        f"SELECT k.pattern, k.probability, {', '.join(sides)} FROM kept AS k"
        " JOIN records AS l ON l.row = k.l JOIN records AS r ON r.row = k.r"
        " JOIN forms AS lf ON lf.row = k.l JOIN forms AS rf ON rf.row = k.r",
        "explainable",
    )
    engine.map_arrow("explainable", partial(explained_batch, weights=weights), EXPLAINED_SCHEMA, "explained")
    engine.drop("explainable")


def explained_batch(batch: pa.RecordBatch, weights: Weights) -> pa.RecordBatch:
    """Pairs of `EXPLAINED_SCHEMA`, from both sides' ids, fields and forms and the pattern of levels."""
    rows = batch.to_pylist()
    levels = pattern_levels(batch.column("pattern").to_numpy(zero_copy_only=False).astype(np.int64))
    texts = [
        evidence_json(explain_levels(weights, of_pair.tolist(), _side(row, "l"), _side(row, "r")))
        for row, of_pair in zip(rows, levels, strict=True)
    ]
    return pa.RecordBatch.from_arrays(
        [
            batch.column("l_id"),
            batch.column("r_id"),
            batch.column("probability"),
            pa.array(texts, pa.string()),
        ],
        schema=EXPLAINED_SCHEMA,
    )


def _side(row: Mapping[str, str | None], side: str) -> ComparableRecord:
    forms = Forms(**{name: row[f"{side}f_{name}"] for name in FORM_NAMES})
    values = {
        comparison.field.value: row.get(f"{side}_{comparison.field.value}") for comparison in COMPARISONS
    }
    return ComparableRecord(forms, values=values)


def evidence_json(evidence: Evidence) -> str:
    """Evidence as JSON: prior, dependence, reasons, and per field what stands in `FieldEvidence`."""
    return json.dumps(
        {
            "prior": evidence.prior,
            "dependence": evidence.dependence,
            "reasons": list(evidence.reasons),
            "fields": [
                {
                    "field": part.field.value,
                    "left": part.left,
                    "right": part.right,
                    "similarity": round(part.similarity, 4),
                    "level": part.level,
                    "weight": part.weight,
                }
                for part in evidence.fields
            ],
        },
        ensure_ascii=False,
    )


def _report(engine: Engine, weights: Weights) -> ScanReport:
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
