"""A table's scores are its records' scores."""

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from services.common.errors import LeadlightError
from services.common.records import RecordKind
from services.scoring.batch import SCORE_SCHEMA, BatchOptions, score_batch
from services.scoring.grades import DEFAULT_RANGES, GradeRanges
from services.scoring.points import score_of
from services.scoring.reasons import ReasonTexts, top_reasons

if TYPE_CHECKING:
    from tests.unit.scoring.conftest import Fitted


@pytest.fixture
def as_text(fitted: "Fitted") -> pa.RecordBatch:
    """The records as a CSV file has them: everything is text."""
    return pa.RecordBatch.from_arrays(
        [column.cast(pa.string()) for column in fitted.records.columns], fitted.records.schema.names
    )


def test_a_table_gets_what_its_records_get_one_by_one(fitted: "Fitted") -> None:
    records = fitted.records.slice(0, 100)
    scored = score_batch(records, fitted.model, BatchOptions())
    assert scored.schema == SCORE_SCHEMA
    texts = ReasonTexts([], RecordKind.LEAD)
    for row, values in zip(scored.to_pylist(), records.to_pylist(), strict=True):
        one = fitted.model.score(values)
        assert row["probability"] == pytest.approx(one.probability, abs=1e-6)
        assert row["score"] == score_of(row["probability"])
        assert row["grade"] == DEFAULT_RANGES.grade(row["score"])
        reasons = json.loads(row["reasons"])
        expected = top_reasons(
            fitted.model.attributes, one.contributions, one.points_per_log_odds, values, texts
        )
        strong = [reason for reason in expected if abs(reason.points) > 0.0051]
        assert [reason["attribute"] for reason in reasons][: len(strong)] == [
            each.said.attribute for each in strong
        ]
        for reason, own in zip(reasons, strong, strict=False):
            assert reason["points"] == pytest.approx(own.points, abs=0.0051)
            assert (reason["value"] or "") == own.said.value


def test_text_gives_the_same_scores_as_numbers(fitted: "Fitted", as_text: pa.RecordBatch) -> None:
    typed = score_batch(fitted.records, fitted.model, BatchOptions())
    text = score_batch(as_text, fitted.model, BatchOptions())
    assert text.column("probability").equals(typed.column("probability"))


def test_dictionaries_give_the_same_scores_as_text(fitted: "Fitted", as_text: pa.RecordBatch) -> None:
    encoded = pa.RecordBatch.from_arrays(
        [column.dictionary_encode() for column in as_text.columns], as_text.schema.names
    )
    assert score_batch(encoded, fitted.model, BatchOptions()).equals(
        score_batch(as_text, fitted.model, BatchOptions())
    )


def test_a_slice_of_a_table_gets_its_own_rows(fitted: "Fitted") -> None:
    whole = score_batch(fitted.records, fitted.model, BatchOptions())
    part = score_batch(fitted.records.slice(100, 40), fitted.model, BatchOptions())
    assert part.column("reasons").equals(whole.slice(100, 40).column("reasons"))


def test_own_grades_and_number_of_reasons(fitted: "Fitted") -> None:
    options = BatchOptions(ranges=GradeRanges(3, 2, 1), shown_per_sign=1)
    scored = score_batch(fitted.records, fitted.model, options)
    assert {row["grade"] for row in scored.to_pylist() if row["score"] >= 3} == {"A"}
    assert max(len(json.loads(text)) for text in scored.column("reasons").to_pylist()) == 2
    without = score_batch(fitted.records, fitted.model, BatchOptions(shown_per_sign=0))
    assert set(without.column("reasons").to_pylist()) == {"[]"}


def test_unknown_columns_are_ignored_and_missing_ones_blank(fitted: "Fitted") -> None:
    stranger = pa.RecordBatch.from_pydict({"shoe_size": [[1], [2]], "age": [40, 50]})
    scored = score_batch(stranger, fitted.model, BatchOptions())
    expected = [fitted.model.score({"age": age}).probability for age in (40, 50)]
    assert scored.column("probability").to_pylist() == pytest.approx(expected, abs=1e-6)


def test_an_empty_table_gives_an_empty_table(fitted: "Fitted") -> None:
    assert score_batch(fitted.records.slice(0, 0), fitted.model, BatchOptions()).num_rows == 0


def test_every_column_of_the_wrong_type_is_named(fitted: "Fitted") -> None:
    wrong = pa.RecordBatch.from_pydict({"age": ["young"], "job": [3], "budget": ["1"]})
    with pytest.raises(LeadlightError) as refused:
        score_batch(wrong, fitted.model, BatchOptions())
    assert {violation.field for violation in refused.value.violations} == {"age", "job"}
