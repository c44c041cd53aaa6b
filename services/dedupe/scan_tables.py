"""The scan's tables on a batch engine: records, normal forms, keys, candidate pairs, levels of agreement.

Each step makes one table out of earlier ones, in SQL that DuckDB and Spark share.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from services.common.batch.engine import Engine
from services.dedupe.blocking import KEY_KINDS, most_records
from services.dedupe.comparison import COUNTED_BY_RECORDS, COUNTED_BY_SHARE, commonness_sql
from services.dedupe.fields import Field
from services.dedupe.forms_batch import FORMS_SCHEMA, forms_batch
from services.dedupe.patterns import pattern_sql

COUNTED = COUNTED_BY_RECORDS + COUNTED_BY_SHARE


def make_records(
    engine: Engine, paths: tuple[Path, ...], id_column: str, columns: Mapping[Field, str]
) -> None:
    """Table `records`: row (number, unique), source (0, or 1 for a second file), id, the fields as text."""
    chosen = {"id": id_column, **{field.value: column for field, column in columns.items()}}
    parts = []
    for source, path in enumerate(paths):
        engine.read(path, chosen, f"file_{source}")
        parts.append(f"SELECT {source} AS source, {', '.join(chosen)} FROM file_{source}")
    everything = " UNION ALL ".join(parts)
    engine.sql(
        f"SELECT row_number() OVER (ORDER BY source, id) AS row, * FROM ({everything}) AS files", "records"
    )
    for source in range(len(paths)):
        engine.drop(f"file_{source}")


def make_forms(engine: Engine, region: str | None) -> None:
    """Table `forms`: row, source, every normal form, and the step of commonness of each counted one (c_...)."""
    engine.map_arrow("records", partial(forms_batch, region=region), FORMS_SCHEMA, "bare_forms")
    steps = []
    joins = []
    for form in COUNTED:
        engine.sql(
            f"SELECT {form}, count(*) AS records FROM bare_forms WHERE {form} IS NOT NULL"
            f" GROUP BY {form} HAVING count(*) > 1",
            f"count_{form}",
        )
        of = f"(SELECT count({form}) FROM bare_forms)"
        step = commonness_sql(form, f"n_{form}.records", of)
        steps.append(f"CASE WHEN n_{form}.records IS NULL THEN 0 ELSE {step} END AS c_{form}")
        joins.append(f" LEFT JOIN count_{form} AS n_{form} ON f.{form} = n_{form}.{form}")
    engine.sql(f"SELECT f.*, {', '.join(steps)} FROM bare_forms AS f{''.join(joins)}", "forms")
    for form in COUNTED:
        engine.drop(f"count_{form}")
    engine.drop("bare_forms")


def make_candidates(engine: Engine, is_link: bool) -> None:
    """Table `candidates` (l, r: rows, l < r) of records that share a key, and `damped` (key, records).

    Args:
        engine: With the table `forms`.
        is_link: Whether only pairs of records of two sources are wanted.
    """
    records = int(engine.collect("SELECT count(*) AS n FROM forms").column("n")[0].as_py())
    # Hashed keys take an eighth of the memory; two keys in one hash cost a needless comparison, no more.
    union = " UNION ALL ".join(
        f"SELECT row, source, {number} AS kind, {most_records(kind, records)} AS most,"
        f" {engine.hash_sql(kind.sql())} AS key FROM forms WHERE {kind.sql()} IS NOT NULL"
        for number, kind in enumerate(KEY_KINDS)
    )
    engine.sql(union, "keys")
    engine.sql(
        "SELECT key, count(*) AS records, count(*) > max(most) AS is_damped FROM keys"
        " GROUP BY key HAVING count(*) > 1",
        "key_sizes",
    )
    texts = " ".join(f"WHEN {number} THEN {kind.sql()}" for number, kind in enumerate(KEY_KINDS))
    engine.sql(
        f"SELECT CASE e.kind {texts} END AS key, e.records FROM"
        " (SELECT min(k.kind) AS kind, min(k.row) AS example, min(s.records) AS records"
        " FROM keys AS k JOIN key_sizes AS s ON k.key = s.key WHERE s.is_damped GROUP BY k.key) AS e"
        " JOIN forms AS f ON f.row = e.example",
        "damped",
    )
    engine.sql(
        "SELECT k.row, k.source, k.key FROM keys AS k JOIN key_sizes AS s ON k.key = s.key WHERE NOT s.is_damped",
        "pairing_keys",
    )
    apart = " AND a.source <> b.source" if is_link else ""
    engine.sql(
        "SELECT DISTINCT a.row AS l, b.row AS r FROM pairing_keys AS a JOIN pairing_keys AS b"
        f" ON a.key = b.key AND a.row < b.row{apart}",
        "candidates",
    )
    for name in ("keys", "key_sizes", "pairing_keys"):
        engine.drop(name)


def make_compared(engine: Engine) -> None:
    """Table `compared`: l, r, pattern (levels of all fields in one number, see `patterns`)."""
    engine.sql(
        f"SELECT c.l, c.r, {pattern_sql()} AS pattern FROM candidates AS c"
        " JOIN forms AS l ON l.row = c.l JOIN forms AS r ON r.row = c.r",
        "compared",
    )


def make_decided(engine: Engine, pairs: Sequence[tuple[str, str, bool]]) -> None:
    """Table `decided` of pairs that people have decided on: l, r (rows, l < r), is_match, pattern.

    Args:
        engine: With the tables `records` and `forms`.
        pairs: Two ids each, and whether both are the same; ids that are not there are left out.
    """
    columns = tuple(zip(*pairs, strict=True)) or ((), (), ())
    names = ("left_id", "right_id", "is_match")
    types = (pa.string(), pa.string(), pa.bool_())
    engine.load(
        pa.table(
            {name: pa.array(column, kind) for name, column, kind in zip(names, columns, types, strict=True)}
        ),
        "decided_ids",
    )
    engine.sql(
        "SELECT least(a.row, b.row) AS l, greatest(a.row, b.row) AS r, d.is_match FROM decided_ids AS d"
        " JOIN records AS a ON a.id = d.left_id JOIN records AS b ON b.id = d.right_id",
        "decided_rows",
    )
    engine.sql(
        f"SELECT d.l, d.r, d.is_match, {pattern_sql()} AS pattern FROM decided_rows AS d"
        " JOIN forms AS l ON l.row = d.l JOIN forms AS r ON r.row = d.r",
        "decided",
    )
    for name in ("decided_ids", "decided_rows"):
        engine.drop(name)
