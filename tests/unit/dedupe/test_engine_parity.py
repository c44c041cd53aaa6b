"""The scan inside DuckDB and the comparison of one pair in rapidfuzz are the same definition: held to each other."""

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from services.common.batch.duckdb_engine import DuckDbEngine
from services.dedupe.blocking import KEY_KINDS, keys_of, most_records
from services.dedupe.comparison import COMPARISONS, COUNTED_FORMS, commonness
from services.dedupe.evidence import ComparableRecord, levels_of
from services.dedupe.fields import FORM_NAMES, Field, Forms, forms_of
from services.dedupe.patterns import pattern_levels, patterns_sql
from services.dedupe.scan_tables import make_candidates, make_forms, make_records
from tests.unit.dedupe.pairs import record as random_record

RECORDS = 400
REGION = "NO"


@pytest.fixture(scope="module")
def records() -> list[dict[str, str]]:
    chance = random.Random(5)
    return [random_record(chance) for _ in range(RECORDS)]


@pytest.fixture(scope="module")
def engine(records: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDbEngine]:
    path = tmp_path_factory.mktemp("parity") / "records.parquet"
    with DuckDbEngine() as engine:
        rows = [{"id": f"{number:04d}", **record} for number, record in enumerate(records, start=1)]
        engine.load(pa.Table.from_pylist(rows), "given_rows")
        engine.write("SELECT * FROM given_rows", tuple(rows[0]), path)
        make_records(engine, (Path(path),), "id", {field: field.value for field in Field})
        make_forms(engine, REGION)
        yield engine


@pytest.fixture(scope="module")
def comparable(records: list[dict[str, str]]) -> list[ComparableRecord]:
    """The records, with commonness counted here."""
    forms = [forms_of(record, REGION) for record in records]
    found = []
    for of_record in forms:
        steps = {}
        for name in COUNTED_FORMS:
            values = [getattr(other, name) for other in forms if getattr(other, name) is not None]
            steps[name] = commonness(name, values.count(getattr(of_record, name)), len(values))
        found.append(ComparableRecord(of_record, steps))
    return found


def test_forms_by_batch_are_forms_by_record(engine: DuckDbEngine, comparable: list[ComparableRecord]) -> None:
    rows = engine.collect("SELECT * FROM forms ORDER BY row").to_pylist()
    assert [Forms(**{name: row[name] for name in FORM_NAMES}) for row in rows] == [
        record.forms for record in comparable
    ]


def test_commonness_is_counted_alike(engine: DuckDbEngine, comparable: list[ComparableRecord]) -> None:
    rows = engine.collect("SELECT * FROM forms ORDER BY row").to_pylist()
    for row, record in zip(rows, comparable, strict=True):
        for name in COUNTED_FORMS:
            if row[name] is not None:
                assert row[f"c_{name}"] == record.commonness(name), name


def test_levels_agree_on_all_pairs(engine: DuckDbEngine, comparable: list[ComparableRecord]) -> None:
    engine.sql("SELECT l.row AS l, r.row AS r FROM forms AS l JOIN forms AS r ON l.row <> r.row", "all_pairs")
    found = engine.collect(f"SELECT * FROM ({patterns_sql('all_pairs')}) AS p ORDER BY l, r")
    patterns = pattern_levels(found.column("pattern").to_numpy())
    met: dict[Field, set[int]] = {comparison.field: set() for comparison in COMPARISONS}
    for left, right, levels in zip(
        found.column("l").to_pylist(), found.column("r").to_pylist(), patterns.tolist(), strict=True
    ):
        assert tuple(levels) == levels_of(comparable[left - 1], comparable[right - 1])
        for comparison, level in zip(COMPARISONS, levels, strict=True):
            met[comparison.field].add(level)
    # The records are varied enough for the test to mean something.
    for comparison in COMPARISONS:
        names = {comparison.level_names[level] for level in met[comparison.field]}
        assert {"missing", "different"} <= names
        assert len(names) >= len(comparison.level_names) - 2, comparison.field


def test_levels_do_not_depend_on_direction(comparable: list[ComparableRecord]) -> None:
    for left in comparable[:120]:
        for right in comparable[:120]:
            assert levels_of(left, right) == levels_of(right, left)


def test_keys_agree(engine: DuckDbEngine, comparable: list[ComparableRecord]) -> None:
    union = " UNION ALL ".join(f"SELECT row, {kind.sql()} AS key FROM forms" for kind in KEY_KINDS)
    rows = engine.collect(f"SELECT DISTINCT row, key FROM ({union}) AS u WHERE key IS NOT NULL").to_pylist()
    by_record: dict[int, set[str]] = {number: set() for number in range(1, RECORDS + 1)}
    for row in rows:
        by_record[row["row"]].add(row["key"])
    assert by_record == {
        number: set(keys_of(record.forms)) for number, record in enumerate(comparable, start=1)
    }


def test_candidates_are_the_pairs_of_undamped_keys(
    engine: DuckDbEngine, comparable: list[ComparableRecord]
) -> None:
    make_candidates(engine, is_link=False)
    found = {(row["l"], row["r"]) for row in engine.collect("SELECT l, r FROM candidates").to_pylist()}
    limits: dict[str, int] = {}
    for kind in KEY_KINDS:
        limits[kind.name] = max(limits.get(kind.name, 0), most_records(kind, RECORDS))
    members: dict[str, list[int]] = {}
    for number, record in enumerate(comparable, start=1):
        for key in keys_of(record.forms):
            members.setdefault(key, []).append(number)
    expected = {
        (one, other)
        for key, numbers in members.items()
        if len(numbers) <= limits[key.split("|", 1)[0]]
        for one in numbers
        for other in numbers
        if one < other
    }
    assert found == expected
    damped = {row["key"]: row["records"] for row in engine.collect("SELECT * FROM damped").to_pylist()}
    assert damped == {
        key: len(numbers) for key, numbers in members.items() if len(numbers) > limits[key.split("|", 1)[0]]
    }
    assert damped
