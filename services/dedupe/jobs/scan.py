"""The job `dedupe.scan`: pairs and clusters of a file's records, or pairs between two files, on either engine."""

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.batch.job import Job, JobInput, JobOption, JobOptions, Stage
from services.common.errors import invalid_argument
from services.dedupe.evidence import DEFAULT_THRESHOLD
from services.dedupe.fields import Field
from services.dedupe.scan import found_clusters, make_kept, make_pairs, report_of
from services.dedupe.scan_tables import (
    CANDIDATES_STEPS,
    FORMS_STEPS,
    make_candidates,
    make_compared,
    make_decided,
    make_forms,
    number_records,
)

_COLUMNS = {"id": pa.string(), **{field.value: pa.string() for field in Field}}
_FIELDS = frozenset(field.value for field in Field)
PAIRS = pa.schema([("left", pa.string()), ("right", pa.string()), ("probability", pa.float64())])
REPORT = pa.schema(
    [
        *(
            (name, pa.int64())
            for name in ("records", "not_comparable", "compared", "damped_keys", "hidden_pairs")
        ),
        ("weights", pa.string()),
        ("threshold", pa.float64()),
    ]
)
"""The scan in numbers, with the weights as `Weights.to_json` writes them: what the service's store keeps of it."""
_CLUSTERS = pa.schema(
    [
        ("cluster", pa.int64()),
        ("record", pa.string()),
        ("records", pa.int64()),
        ("least_probability", pa.float64()),
        ("weak_bridges", pa.int64()),
    ]
)


def _forms(engine: Engine, options: JobOptions) -> None:
    tables = ("file", "other") if "other" in options.inputs else ("file",)
    number_records(engine, tables, tuple(_COLUMNS))
    missing = engine.collect("SELECT count(*) AS n FROM records WHERE id IS NULL OR trim(id) = ''")
    if missing.column("n")[0].as_py():
        raise invalid_argument("inputs", f"{missing.column('n')[0].as_py()} records have no id")
    make_forms(engine, options.text("region") or None)


def _candidates(engine: Engine, options: JobOptions) -> None:
    make_candidates(engine, is_link="other" in options.inputs)


def _compared(engine: Engine, _options: JobOptions) -> None:
    make_compared(engine)


def _pairs(engine: Engine, options: JobOptions) -> None:
    threshold = options.number("threshold", 0.0, 1.0)
    make_decided(engine, [])
    weights = make_kept(engine, threshold)
    engine.drop("decided")
    make_pairs(engine, "found")
    engine.sql('SELECT left_id AS "left", right_id AS "right", probability, pattern FROM found', "pairs")
    engine.drop("found")
    report = report_of(engine, weights)
    numbers = {
        "records": report.records,
        "not_comparable": report.not_comparable,
        "compared": report.compared,
        "damped_keys": report.damped_keys,
        "hidden_pairs": report.hidden_pairs,
    }
    told = {**numbers, "weights": weights.to_json(), "threshold": threshold}
    engine.load(pa.Table.from_pylist([told], REPORT), "report")


def _clusters(engine: Engine, _options: JobOptions) -> None:
    # The surest first, equal ones by their first record.
    found = sorted(found_clusters(engine), key=lambda each: (-each[1].least_probability, each[0][0]))
    rows = [
        (number, record, len(ids), cluster.least_probability, len(cluster.weak_bridges))
        for number, (ids, cluster) in enumerate(found, start=1)
        for record in ids
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(_CLUSTERS)
    arrays = [pa.array(column, each.type) for column, each in zip(columns, _CLUSTERS, strict=True)]
    engine.load(pa.Table.from_arrays(arrays, schema=_CLUSTERS), "clusters")


JOB = Job(
    name="dedupe.scan",
    description="Finds all duplicates in a file, or between two files: pairs with their probability, and clusters.",
    inputs=(
        JobInput("file", _COLUMNS, _FIELDS, description="Records: id, and the fields there are, as text."),
        JobInput(
            "other",
            _COLUMNS,
            _FIELDS,
            is_optional=True,
            description="A second file: pairs are then between the two only.",
        ),
    ),
    outputs={"pairs": PAIRS, "clusters": _CLUSTERS},
    stages=(
        Stage("bringing values to their normal forms", ("records", "forms"), _forms, FORMS_STEPS),
        Stage(
            "looking for records that share a key", ("candidates", "damped"), _candidates, CANDIDATES_STEPS
        ),
        Stage("comparing pairs", ("compared",), _compared),
        Stage("weighing what was found", ("kept", "pairs", "report"), _pairs),
        Stage("putting clusters together", ("clusters",), _clusters),
    ),
    options=(
        JobOption("region", "ISO 3166 country of telephone numbers and dates that name none", ""),
        JobOption("threshold", "least probability of a pair that is kept, 0 to 1", f"{DEFAULT_THRESHOLD:g}"),
    ),
    order={
        "pairs": 'probability DESC, "left", "right"',
        "clusters": "cluster, record",
    },
)
