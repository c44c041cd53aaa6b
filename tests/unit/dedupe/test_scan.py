"""The scan from files to pairs and clusters."""

import csv
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from services.common.batch.duckdb_engine import DuckDbEngine
from services.common.errors import LeadlightError
from services.dedupe.comparison import COMPARISONS
from services.dedupe.decisions import Decided
from services.dedupe.default_weights import default_weights
from services.dedupe.evidence import ComparableRecord, levels_of, probability_of
from services.dedupe.fields import Field, forms_of
from services.dedupe.patterns import pattern_levels
from services.dedupe.scan import ScanRequest, found_clusters, scan, write_kept, write_pairs
from tests.unit.dedupe.pairs import record as random_record

HEADER = ["key", "given", "family", "mail", "tel", "firm"]
COLUMNS = {
    Field.FIRST_NAME: "given",
    Field.LAST_NAME: "family",
    Field.EMAIL: "mail",
    Field.PHONE: "tel",
    Field.COMPANY: "firm",
}
ROWS = [
    ["a1", "Regina", "Murphy", "regina@contoso.com", "(555) 010-4477", "Contoso"],
    ["a2", "Regina", "Merphy", "Regina@CONTOSO.com", "", "Contoso.inc"],
    ["a3", "R", "Murphy", "", "+1 555 010 4477", "Contoso Inc"],
    ["b1", "Kenny", "Smith", "info@fabrikam.com", "555 010 1000", "Fabrikam"],
    ["b2", "John", "Doe", "info@fabrikam.com", "555 010 1000", "Fabrikam"],
    ["c1", "伟", "张", "", "", "华为技术有限公司"],
    ["c2", "偉", "張", "", "", "華為技術"],
    ["d1", "", " ", "", "-", ""],
]


@pytest.fixture
def engine() -> Iterator[DuckDbEngine]:
    with DuckDbEngine() as engine:
        yield engine


def written(path: Path, rows: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def request(path: Path, other: Path | None = None) -> ScanRequest:
    return ScanRequest(path, "key", COLUMNS, other=other, region="US", weights=default_weights())


def ids(engine: DuckDbEngine) -> set[tuple[str, str]]:
    found = engine.collect("SELECT * FROM pairs").to_pylist()
    return {(row["left_id"], row["right_id"]) for row in found}


def test_a_file_is_scanned(engine: DuckDbEngine, tmp_path: Path) -> None:
    report = scan(engine, request(written(tmp_path / "crm.csv", ROWS)))
    assert ids(engine) == {("a1", "a2"), ("a1", "a3"), ("c1", "c2")}
    assert (report.records, report.not_comparable, report.pairs) == (8, 1, 3)
    assert report.compared >= 4
    assert {named for named, _ in found_clusters(engine)} == {("a1", "a2", "a3"), ("c1", "c2")}


def test_every_pair_carries_the_levels_that_its_probability_comes_of(
    engine: DuckDbEngine, tmp_path: Path
) -> None:
    report = scan(engine, request(written(tmp_path / "crm.csv", ROWS)))
    write_kept(engine, tmp_path / "kept.parquet")
    kept = parquet.read_table(tmp_path / "kept.parquet").to_pylist()
    assert {(row["left"], row["right"]) for row in kept} == ids(engine)
    for row in kept:
        (levels,) = pattern_levels(np.array([row["pattern"]]))
        weight = report.weights.parts(levels.tolist()).match_weight
        assert row["probability"] == pytest.approx(probability_of(weight))
        if (row["left"], row["right"]) == ("a1", "a2"):
            by_field = {
                comparison.field: comparison.level_names[level]
                for comparison, level in zip(COMPARISONS, levels, strict=True)
            }
            assert by_field[Field.EMAIL] == "same, first name only"


def test_pairs_that_people_rejected_are_not_kept(engine: DuckDbEngine, tmp_path: Path) -> None:
    asked = replace(
        request(written(tmp_path / "crm.csv", ROWS)),
        decided=[Decided("a2", "a1", False), Decided("c1", "c2", True), Decided("a1", "gone", False)],
    )
    scan(engine, asked)
    assert ids(engine) == {("a1", "a3"), ("c1", "c2")}


def test_decisions_shape_the_estimated_weights(tmp_path: Path) -> None:
    chance = random.Random(5)
    rows = [list(made.values())[:5] for made in (random_record(chance) for _ in range(300))]
    path = written(tmp_path / "crm.csv", [[f"r{number}", *row] for number, row in enumerate(rows)])
    found = []
    for decided in ((), [Decided(f"r{number}", f"r{number + 1}", True) for number in range(0, 298, 2)]):
        with DuckDbEngine() as engine:
            asked = ScanRequest(path, "key", COLUMNS, decided=decided)
            found.append(scan(engine, asked).weights.tables[0])
    assert not np.allclose(found[0], found[1])


def test_a_scan_tells_how_far_it_is(engine: DuckDbEngine, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    scan(engine, request(written(tmp_path / "crm.csv", ROWS)), lambda *stage: told.append(stage))
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert len({stage for _, stage in told}) == len(told) > 3


def test_two_files_are_linked(engine: DuckDbEngine, tmp_path: Path) -> None:
    first = written(tmp_path / "crm.csv", [ROWS[0], ROWS[5]])
    second = written(tmp_path / "fair.csv", [ROWS[1], ROWS[2], ROWS[6]])
    scan(engine, request(first, second))
    assert ids(engine) == {("a1", "a2"), ("a1", "a3"), ("c1", "c2")}


def test_the_same_id_in_two_files_are_two_records(engine: DuckDbEngine, tmp_path: Path) -> None:
    scan(engine, request(written(tmp_path / "one.csv", [ROWS[0]]), written(tmp_path / "two.csv", [ROWS[0]])))
    assert ids(engine) == {("a1", "a1")}


def test_direction_of_arrival_does_not_matter(tmp_path: Path) -> None:
    found = []
    for rows in (ROWS, ROWS[::-1]):
        with DuckDbEngine() as engine:
            scan(engine, request(written(tmp_path / "crm.csv", rows)))
            pairs = engine.collect("SELECT * FROM pairs ORDER BY 1, 2").to_pylist()
            found.append([(row["left_id"], row["right_id"], row["probability"]) for row in pairs])
    assert found[0] == found[1]


def test_the_scan_and_one_pair_agree(engine: DuckDbEngine, tmp_path: Path) -> None:
    scan(engine, request(written(tmp_path / "crm.csv", ROWS)))
    by_id = {row[0]: dict(zip([field.value for field in COLUMNS], row[1:], strict=True)) for row in ROWS}
    weights = default_weights()
    for row in engine.collect("SELECT * FROM pairs").to_pylist():
        left, right = (ComparableRecord(forms_of(by_id[row[side]], "US")) for side in ("left_id", "right_id"))
        assert weights.parts(levels_of(left, right)).match_weight == pytest.approx(
            weights.parts(levels_of(right, left)).match_weight
        )


def test_a_crowded_key_is_damped_and_reported(engine: DuckDbEngine, tmp_path: Path) -> None:
    rows = [
        [f"x{number}", f"N{number:03d}", f"L{number:03d}", "", "555 010 1000", ""] for number in range(50)
    ]
    report = scan(engine, request(written(tmp_path / "crm.csv", rows)))
    assert [(damped.key, damped.records) for damped in report.damped if damped.key.startswith("ph|")] == [
        ("ph|+15550101000", 50)
    ]
    assert report.hidden_pairs >= 50 * 49 // 2
    assert report.damped_keys == len(report.damped)


def test_an_empty_file_has_no_pairs(engine: DuckDbEngine, tmp_path: Path) -> None:
    path = written(tmp_path / "crm.csv", [])
    report = scan(engine, ScanRequest(path, "key", COLUMNS))
    assert (report.records, report.compared, report.pairs) == (0, 0, 0)
    assert found_clusters(engine) == []


def test_pairs_are_written_likeliest_first(engine: DuckDbEngine, tmp_path: Path) -> None:
    scan(engine, request(written(tmp_path / "crm.csv", ROWS)))
    write_pairs(engine, tmp_path / "pairs.csv")
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["left", "right", "probability"]
    assert {(row["left"], row["right"]) for row in rows} == ids(engine)
    probabilities = [float(row["probability"]) for row in rows]
    assert probabilities == sorted(probabilities, reverse=True)


def test_a_column_that_is_not_there_is_named(engine: DuckDbEngine, tmp_path: Path) -> None:
    with pytest.raises(LeadlightError, match="no column phone"):
        scan(engine, ScanRequest(written(tmp_path / "crm.csv", ROWS), "key", {Field.PHONE: "phone"}))
