"""A record becomes the same row whether it comes alone or in a table; what does not fit is named."""

import math

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import Code, LeadlightError
from services.scoring.encoding import Encoder, Value, category_text, parse_number
from services.scoring.ensemble import FeatureSpec

NAN = float("nan")
JOBS = {"student": 0.0, "blue-collar": 2.0, "admin.": 3.0}
NUMBER = FeatureSpec("age", "age", "numeric")
CATEGORY = FeatureSpec("job", "job", "category", JOBS, unseen_code=1.0, blank_code=-1.0)
NUMERALS = FeatureSpec("region", "region", "category", {"1": 0.0, "2": 1.0, "other": 2.0}, 3.0, NAN)
BOOLEANS = FeatureSpec("member", "member", "category", {"FALSE": 0.0, "TRUE": 1.0}, 2.0, NAN)
EMAIL = FeatureSpec("email:business_domain", "email", "numeric")
PRESENT = FeatureSpec("age:present", "age", "numeric")
ENCODER = Encoder([NUMBER, CATEGORY, NUMERALS, BOOLEANS, EMAIL, PRESENT])


def encoded(spec: FeatureSpec, value: Value) -> float:
    return Encoder([spec]).encode({spec.attribute: value})[0]


def encoded_column(spec: FeatureSpec, array: pa.Array) -> list[float]:
    encoder = Encoder([spec])
    batch = pa.RecordBatch.from_arrays([array], [spec.attribute])
    column: list[float] = encoder.encode_columns(encoder.columns(batch), batch.num_rows)[:, 0].tolist()
    return column


@pytest.mark.parametrize(
    ("spec", "value", "number"),
    [
        (NUMBER, 42, 42.0),
        (NUMBER, 42.5, 42.5),
        (NUMBER, " 1e3 ", 1000.0),
        (NUMBER, "+.5", 0.5),
        (NUMBER, None, NAN),
        (NUMBER, "", NAN),
        (NUMBER, " \t", NAN),
        (CATEGORY, "admin.", 3.0),
        (CATEGORY, " admin. ", 3.0),
        (CATEGORY, "pilot", 1.0),
        (CATEGORY, "Admin.", 1.0),
        (CATEGORY, None, -1.0),
        (CATEGORY, "  ", -1.0),
        (NUMERALS, "2", 1.0),
        (NUMERALS, 2, 1.0),
        (NUMERALS, 2.0, 1.0),
        (NUMERALS, 7, 3.0),
        (NUMERALS, None, NAN),
        (BOOLEANS, True, 1.0),
        (BOOLEANS, False, 0.0),
        (BOOLEANS, "TRUE", 1.0),
        (EMAIL, "jo@acme.com", 1.0),
        (EMAIL, "jo@gmail.com", 0.0),
        (EMAIL, None, NAN),
        (PRESENT, None, 0.0),
        (PRESENT, 0, 1.0),
    ],
)
def test_a_value_becomes_this_number(spec: FeatureSpec, value: Value, number: float) -> None:
    assert encoded(spec, value) == pytest.approx(number, nan_ok=True)


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (NUMBER, "forty"),
        (NUMBER, "1,5"),
        (NUMBER, "1_000"),
        (NUMBER, "nan"),
        (NUMBER, "Infinity"),
        (NUMBER, "1e39"),
        (NUMBER, True),
        (NUMBER, NAN),
        (NUMBER, math.inf),
        (NUMBER, 1e39),
        (NUMBER, 10**400),
        (NUMBER, [1]),
        (CATEGORY, 3),
        (CATEGORY, True),
        (CATEGORY, NAN),
        (CATEGORY, {"a": 1}),
        (NUMERALS, False),
        (NUMERALS, -math.inf),
        (BOOLEANS, 1),
        (EMAIL, ["jo@acme.com"]),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(spec: FeatureSpec, value: Value) -> None:
    with pytest.raises(LeadlightError) as refused:
        Encoder([spec]).encode({spec.attribute: value})
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == [f"attributes.{spec.attribute}"]


def test_every_wrong_value_is_named_once_with_its_path_and_without_the_value() -> None:
    with pytest.raises(LeadlightError) as refused:
        ENCODER.encode({"age": "secret", "job": 7}, field="records[3].attributes")
    fields = [violation.field for violation in refused.value.violations]
    assert fields == ["records[3].attributes.age", "records[3].attributes.job"]
    assert "secret" not in str(refused.value)


def test_unknown_attributes_are_listed_and_ignored() -> None:
    encoder = Encoder([NUMBER], also_known=["duration"])
    values: dict[str, Value] = {"age": 40, "shoe_size": 43, "duration": 10, "colour": "red"}
    assert encoder.unknown(values) == ("colour", "shoe_size")
    assert encoder.encode(values) == [40.0]


def test_the_age_of_the_record_is_given_not_read() -> None:
    encoder = Encoder([NUMBER, FeatureSpec("record_age:days", "record_age", "numeric")])
    assert encoder.attributes == ("age",)
    assert encoder.encode({"age": 1, "record_age": 99}, age_days=12.5) == [1.0, 12.5]
    batch = pa.RecordBatch.from_pydict({"age": [1, 2]})
    aged = encoder.encode_columns(encoder.columns(batch), 2, age_days=np.array([0.0, 30.0]))
    assert aged.tolist() == [[1.0, 0.0], [2.0, 30.0]]


def float32(numbers: list[float]) -> npt.NDArray[np.float32]:
    return np.array(numbers, dtype=np.float32)


values = st.one_of(
    st.none(),
    st.sampled_from(
        ["", " ", "12", " 12 ", "-0.1", "1e-7", "+3", "007", "admin.", "student ", "TRUE", "x@acme.com"]
    ),
    st.floats(allow_nan=False, allow_infinity=False, width=32).map(repr),
    st.text(max_size=5),
)


@given(st.lists(values, min_size=1, max_size=8), st.sampled_from(ENCODER.features))
def test_text_gives_the_same_bits_alone_and_in_a_table(texts: list[str | None], spec: FeatureSpec) -> None:
    try:
        alone = [encoded(spec, text) for text in texts]
    except LeadlightError:
        with pytest.raises(LeadlightError):
            encoded_column(spec, pa.array(texts, pa.string()))
        return
    for array in (pa.array(texts, pa.string()), pa.array(texts, pa.string()).dictionary_encode()):
        assert np.array_equal(float32(encoded_column(spec, array)), float32(alone), equal_nan=True)


@given(
    st.lists(st.one_of(st.none(), st.floats(-3.4e38, 3.4e38)), min_size=1, max_size=8),
    st.sampled_from([NUMBER, NUMERALS, PRESENT]),
)
def test_numbers_give_the_same_bits_alone_and_in_a_table(
    numbers: list[float | None], spec: FeatureSpec
) -> None:
    alone = [encoded(spec, number) for number in numbers]
    assert np.array_equal(
        float32(encoded_column(spec, pa.array(numbers, pa.float64()))), float32(alone), equal_nan=True
    )


@pytest.mark.parametrize(
    ("spec", "array", "numbers"),
    [
        (NUMBER, pa.array([1, None, 3], pa.int32()), [1.0, NAN, 3.0]),
        (NUMBER, pa.array([0.5, NAN], pa.float64()), [0.5, NAN]),
        (NUMBER, pa.array([2**53 + 1], pa.int64()), [float(2**53)]),
        (NUMBER, pa.array([None, None], pa.null()), [NAN, NAN]),
        (NUMBER, pa.array(["1", "", None, " 2"], pa.large_string()), [1.0, NAN, NAN, 2.0]),
        (CATEGORY, pa.array([None, None], pa.null()), [-1.0, -1.0]),
        (CATEGORY, pa.array(["admin.", None]).dictionary_encode(), [3.0, -1.0]),
        (NUMERALS, pa.array([1, 2, 9], pa.int64()), [0.0, 1.0, 3.0]),
        (NUMERALS, pa.array([2.0, NAN], pa.float64()), [1.0, NAN]),
        (BOOLEANS, pa.array([True, None, False]), [1.0, NAN, 0.0]),
        (PRESENT, pa.array([5, None], pa.int64()), [1.0, 0.0]),
    ],
)
def test_a_column_becomes_these_numbers(spec: FeatureSpec, array: pa.Array, numbers: list[float]) -> None:
    assert encoded_column(spec, array) == pytest.approx(numbers, nan_ok=True)


@pytest.mark.parametrize(
    ("spec", "array"),
    [
        (NUMBER, pa.array([True])),
        (NUMBER, pa.array([math.inf])),
        (NUMBER, pa.array(["1", "inf"])),
        (NUMBER, pa.array([0], pa.timestamp("s"))),
        (NUMBER, pa.array([[1.0]])),
        (CATEGORY, pa.array([1, 2])),
        (CATEGORY, pa.array([True])),
        (CATEGORY, pa.array([[1.0]])),
        (EMAIL, pa.array([0], pa.timestamp("s"))),
    ],
)
def test_a_column_of_the_wrong_type_is_refused_by_name(spec: FeatureSpec, array: pa.Array) -> None:
    with pytest.raises(LeadlightError) as refused:
        encoded_column(spec, array)
    assert [violation.field for violation in refused.value.violations] == [spec.attribute]


def test_an_attribute_the_table_lacks_is_blank() -> None:
    batch = pa.RecordBatch.from_pydict({"job": ["student", "pilot"]})
    encoder = Encoder([NUMBER, CATEGORY])
    matrix = encoder.encode_columns(encoder.columns(batch), 2)
    assert matrix == pytest.approx(np.array([[NAN, 0.0], [NAN, 1.0]]), nan_ok=True)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (" a ", "a"),
        (True, "true"),
        (False, "false"),
        (3.0, "3"),
        (0.1, "0.1"),
        (-7, "-7"),
        ("3.0", "3.0"),
    ],
)
def test_a_category_is_known_under_this_text(value: Value, text: str) -> None:
    assert category_text(value) == text


@pytest.mark.parametrize("text", ["", ".", "e5", "1e", "0x10", "1 000", "\u0661", "--1"])
def test_these_texts_spell_no_number(text: str) -> None:
    assert parse_number(text) is None
