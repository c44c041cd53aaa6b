"""The fast writer of reasons writes what json.dumps would."""

import json
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.scoring.encoding import TextColumn
from services.scoring.reason_json import reasons_json

ATTRIBUTES = [f"attribute {number}" for number in range(14)]


def plain(
    columns: Mapping[str, pa.Array], attributes: list[str], points: npt.NDArray[np.float64], shown: int
) -> list[str]:
    texts = []
    for row in range(len(points)):
        rounded = [round(float(each) * 10_000) for each in points[row]]
        order = sorted(range(len(attributes)), key=lambda index: (-rounded[index], index))
        positive = [index for index in order if round(rounded[index] / 100) > 0][:shown]
        negative = [index for index in reversed(order) if round(rounded[index] / 100) < 0][:shown]
        reasons = []
        for index in [*positive, *negative]:
            value = columns[attributes[index]][row].as_py() if attributes[index] in columns else None
            hundredths = round(rounded[index] / 100) / 100
            shown_points = int(hundredths) if hundredths.is_integer() else hundredths
            text = None if value is None or not str(value).strip() else str(value).strip()
            reasons.append({"attribute": attributes[index], "value": text, "points": shown_points})
        texts.append(json.dumps(reasons, separators=(",", ":"), ensure_ascii=False))
    return texts


def written(
    columns: Mapping[str, pa.Array], attributes: list[str], points: npt.NDArray[np.float64], shown: int
) -> list[str]:
    readers = {name: TextColumn(array) for name, array in columns.items()}
    texts: list[str] = reasons_json(readers, attributes, points, shown).to_pylist()
    return texts


@given(
    arrays(np.float64, st.tuples(st.integers(1, 6), st.just(14)), elements=st.floats(-100, 100)),
    st.integers(0, 20),
    st.lists(
        st.none() | st.text(max_size=4) | st.sampled_from(['a"b', "a\\b", "\n", "Größe", " x "]),
        min_size=6,
        max_size=6,
    ),
)
def test_reasons_as_json(points: npt.NDArray[np.float64], shown: int, texts: list[str | None]) -> None:
    columns = {name: pa.array(texts[: len(points)], pa.string()) for name in ATTRIBUTES[::2]}
    assert written(columns, ATTRIBUTES, points, shown) == plain(columns, ATTRIBUTES, points, shown)


@pytest.mark.parametrize(
    ("array", "value"),
    [
        (pa.array([56], pa.int64()), "56"),
        (pa.array([56.0], pa.float64()), "56"),
        (pa.array([0.1], pa.float64()), "0.1"),
        (pa.array([True]), "true"),
        (pa.array([None], pa.null()), None),
        (pa.array(["admin."]).dictionary_encode(), "admin."),
        (pa.array(["  "]), None),
    ],
)
def test_values_as_people_read_them(array: pa.Array, value: str | None) -> None:
    (text,) = written({"x": array}, ["x"], np.array([[2.5]]), 5)
    assert json.loads(text) == [{"attribute": "x", "value": value, "points": 2.5}]


def test_what_rounds_to_nothing_is_left_out() -> None:
    points = np.array([[0.004, -0.004, 0.0], [0.006, -0.006, 0.0]])
    assert written({}, ["a", "b", "c"], points, 5) == [
        "[]",
        '[{"attribute":"a","value":null,"points":0.01},{"attribute":"b","value":null,"points":-0.01}]',
    ]


def test_over_a_thousand_attributes() -> None:
    names = [str(number) for number in range(1_500)]
    points = np.linspace(-100, 100, 1_500)[np.newaxis, :]
    reasons = json.loads(written({}, names, points, 2)[0])
    assert [reason["attribute"] for reason in reasons] == ["1499", "1498", "0", "1"]


def test_no_rows() -> None:
    assert written({"a": pa.array([], pa.string())}, ["a"], np.empty((0, 1)), 5) == []
