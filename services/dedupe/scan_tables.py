"""The scan's tables on a batch engine: records, normal forms, keys, candidate pairs, levels of agreement.

Each step makes one table out of earlier ones, in SQL that DuckDB and Spark share.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa

from services.common.batch.engine import Engine
from services.dedupe.blocking import KEY_KINDS, KeyKind, most_records
from services.dedupe.comparison import COUNTED_FORMS, commonness_sql
from services.dedupe.fields import Field
from services.dedupe.forms_batch import FORMS_SCHEMA, forms_batch
from services.dedupe.patterns import patterns_sql

# Pairs are compared in parts, since their values stand side by side in memory; each part reads all forms.
_PART_PAIRS, _COSTLY_PART_PAIRS = 250_000, 20_000_000
_MOST_PARTS = 16

FORMS_STEPS = ("bare_forms", "forms")
CANDIDATES_STEPS = (*(f"pairs_{kind.name}" for kind in KEY_KINDS), "candidates")
"""Tables that take the time of `make_forms` and `make_candidates`, in order."""


def make_records(
    engine: Engine, paths: tuple[Path, ...], id_column: str, columns: Mapping[Field, str]
) -> None:
    """Table `records` out of files; see `number_records`."""
    chosen = {"id": id_column, **{field.value: column for field, column in columns.items()}}
    tables = tuple(f"file_{source}" for source in range(len(paths)))
    for path, table in zip(paths, tables, strict=True):
        engine.read(path, chosen, table)
    number_records(engine, tables, tuple(chosen))
    for table in tables:
        engine.drop(table)


def number_records(engine: Engine, tables: Sequence[str], columns: Sequence[str]) -> None:
    """Table `records`: row (number, unique), source (0, or 1 for a second table), id, the fields as text.

    Args:
        engine: With the tables.
        tables: Of records: id, the fields as text.
        columns: Theirs.
    """
    chosen = ", ".join(columns)
    everything = " UNION ALL ".join(
        f"SELECT {source} AS source, {chosen} FROM {table}" for source, table in enumerate(tables)
    )
    engine.sql(
        f"SELECT row_number() OVER (ORDER BY source, id NULLS LAST) AS row, * FROM ({everything}) AS files",
        "records",
    )


def make_forms(engine: Engine, region: str | None) -> None:
    """Table `forms`: row, source, every normal form, and the step of commonness of each counted one (c_...)."""
    engine.map_arrow("records", partial(forms_batch, region=region), FORMS_SCHEMA, "bare_forms")
    steps = []
    joins = []
    for form in COUNTED_FORMS:
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
    for form in COUNTED_FORMS:
        engine.drop(f"count_{form}")
    engine.drop("bare_forms")


def make_candidates(engine: Engine, is_link: bool) -> None:
    """Table `candidates` (l, r: rows, l < r) of records that share a key, and `damped` (key, records).

    Args:
        engine: With the table `forms`.
        is_link: Whether only pairs of records of two sources are wanted.
    """
    records = int(engine.collect("SELECT count(*) AS n FROM forms").column("n")[0].as_py())
    # In one process kind by kind: the keys of one are few enough to be counted and joined in the processor's cache.
    groups = [KEY_KINDS] if engine.steps_are_costly else [(kind,) for kind in KEY_KINDS]
    for group in groups:
        _make_pairs(engine, group, records, is_link=is_link)
    union = " UNION ALL ".join(f"SELECT l, r FROM pairs_{group[0].name}" for group in groups)
    engine.sql(f"SELECT DISTINCT l, r FROM ({union}) AS pairs", "candidates")
    union = " UNION ALL ".join(f"SELECT key, records FROM damped_{group[0].name}" for group in groups)
    engine.sql(union, "damped")
    for group in groups:
        engine.drop(f"pairs_{group[0].name}")
        engine.drop(f"damped_{group[0].name}")


def _make_pairs(engine: Engine, kinds: Sequence[KeyKind], records: int, *, is_link: bool) -> None:
    """Tables `pairs_<first kind>` and `damped_<first kind>` of some kinds of keys; see `make_candidates`."""
    apart = " AND a.source <> b.source" if is_link else ""
    most = _by_kind([str(most_records(kind, records)) for kind in kinds])
    text = _by_kind([kind.sql() for kind in kinds])
    # A single kind needs no column that says which it is.
    kind_of_key, kind_of_size = (", {} AS of_kind", ", min(of_kind) AS kind") if len(kinds) > 1 else ("", "")
    # Hashed keys take an eighth of the memory; two keys in one hash cost a needless comparison, no more.
    keys = " UNION ALL ".join(
        f"SELECT row, source, {engine.hash_sql(kind.sql())} AS key{kind_of_key.format(number)}"
        f" FROM forms WHERE {kind.there_sql()}"
        for number, kind in enumerate(kinds)
    )
    engine.sql(keys, "keys")
    engine.sql(
        f"SELECT key, count(*) AS records, min(row) AS example{kind_of_size} FROM keys"
        " GROUP BY key HAVING count(*) > 1",
        "key_sizes",
    )
    engine.sql(
        f"SELECT {text} AS key, s.records FROM key_sizes AS s JOIN forms AS f ON f.row = s.example"
        f" WHERE s.records > {most}",
        f"damped_{kinds[0].name}",
    )
    engine.sql(
        "SELECT k.row, k.source, k.key FROM keys AS k JOIN key_sizes AS s ON k.key = s.key"
        f" WHERE s.records <= {most}",
        "pairing_keys",
    )
    engine.sql(
        "SELECT a.row AS l, b.row AS r FROM pairing_keys AS a JOIN pairing_keys AS b"
        f" ON a.key = b.key AND a.row < b.row{apart}",
        f"pairs_{kinds[0].name}",
    )
    for name in ("keys", "key_sizes", "pairing_keys"):
        engine.drop(name)


def _by_kind(expressions: Sequence[str]) -> str:
    """An expression that depends on the column `kind`, the number of a kind; of one kind its own."""
    if len(expressions) == 1:
        return expressions[0]
    return (
        "CASE kind"
        + "".join(f" WHEN {number} THEN {each}" for number, each in enumerate(expressions))
        + " END"
    )


def make_compared(engine: Engine) -> None:
    """Table `compared`: l, r, pattern (levels of all fields in one number, see `patterns`)."""
    pairs = int(engine.collect("SELECT count(*) AS n FROM candidates").column("n")[0].as_py())
    parts = min(_MOST_PARTS, 1 + pairs // (_COSTLY_PART_PAIRS if engine.steps_are_costly else _PART_PAIRS))
    queries = [
        patterns_sql(f"(SELECT l, r FROM candidates WHERE l % {parts} = {part})") for part in range(parts)
    ]
    engine.sql_in_parts(queries, "compared")


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
        f"SELECT d.l, d.r, d.is_match, p.pattern FROM ({patterns_sql('decided_rows')}) AS p"
        " JOIN decided_rows AS d ON d.l = p.l AND d.r = p.r",
        "decided",
    )
    for name in ("decided_ids", "decided_rows"):
        engine.drop(name)
