"""One record by the tables of a model's file: what its ONNX graph computes, without a run of onnxruntime.

A run for one row costs more around the arithmetic than in it, and it lets go of Python's lock: under load another
thread takes the lock, and the processor's caches, before the run is back. Twenty bisections and some fifty table
lookups in the interpreter take a third of the time then (docs/performance.md). Many rows go through onnxruntime.

Everything is read from the graph that compile.py wrote, whose text says what the nodes do; the file stays the only
place where a model is. The sums are made in float64 from float32 values, so they differ from the graph's own in the
last digits of float32.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

_TREES = "TreeEnsembleRegressor"


@dataclass(frozen=True, slots=True)
class _Column:
    """A column that terms look up.

    Attributes:
        position: Which column of the input.
        edges: Rising; cell i holds what is above edge i - 1 and not above edge i. The last one is infinity.
        cells: For each cell, and one more for NaN, what it adds to the index of each term that uses the column.
    """

    position: int
    edges: list[float]
    cells: list[dict[int, int]]


class _Main(NamedTuple):
    """A term of one column: its values by cell, already shared out to the attribute."""

    column: int
    values: list[float]
    attribute: int


class _Pair(NamedTuple):
    """A term of two columns: a table of its values by the cells of both.

    The values are shared out already, to two attributes. Where both columns are of one attribute, that one is
    named twice, and gets half of the value each time.
    """

    column: int
    other_column: int
    values: list[list[float]]
    attribute: int
    other_attribute: int


class _Line(NamedTuple):
    """The linear part of one column."""

    position: int
    fill: float
    low: float
    high: float
    centre: float
    attribute: int
    slope: float


class TableLookup:
    """The contributions of one record at a time; safe to use from several threads.

    Args:
        content: A model's ONNX file.
        attributes: How many attributes get a contribution.
    """

    def __init__(self, content: bytes, attributes: int) -> None:
        graph = onnx.load_from_string(content).graph
        constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        self._nothing = [0.0] * attributes
        columns = next((_columns(node) for node in graph.node if node.op_type == _TREES), [])
        self._edges = [(column.position, column.edges, len(column.edges)) for column in columns]
        self._mains: list[_Main] = []
        self._pairs: list[_Pair] = []
        if columns:
            self._mains, self._pairs = _terms(columns, constants["tables"], constants["shares"])
        self._lines = _lines(constants)

    def contributions(self, row: Sequence[float]) -> list[float]:
        """Log-odds by attribute.

        Args:
            row: The model's input for one record: float32 values, as `encoding.Encoder` makes them.
        """
        sums = self._nothing.copy()
        cells = [
            bisect_left(edges, value) if (value := row[position]) == value else last  # NaN is not itself
            for position, edges, last in self._edges
        ]
        for column, values, attribute in self._mains:
            sums[attribute] += values[cells[column]]
        for column, other_column, table, attribute, other_attribute in self._pairs:
            value = table[cells[column]][cells[other_column]]
            sums[attribute] += value
            sums[other_attribute] += value
        for position, fill, low, high, centre, attribute, slope in self._lines:
            value = row[position]
            if value != value:  # noqa: PLR0124 - NaN is not itself
                value = fill
            sums[attribute] += slope * (min(max(value, low), high) - centre)
        return sums


def _columns(node: onnx.NodeProto) -> list[_Column]:
    """The balanced trees of a graph as lists: one tree per column, `value <= edge` to the left, NaN to the right."""
    trees: dict[str, Any] = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
    at = {
        key: place
        for place, key in enumerate(zip(trees["nodes_treeids"], trees["nodes_nodeids"], strict=True))
    }
    adds: dict[tuple[int, int], dict[int, int]] = {}
    weights = (trees[f"target_{key}"] for key in ("treeids", "nodeids", "ids", "weights"))
    for tree, number, term, weight in zip(*weights, strict=True):
        adds.setdefault((tree, number), {})[term] = int(weight)

    def walk(tree: int, number: int, column: _Column) -> None:
        place = at[tree, number]
        if trees["nodes_modes"][place] == b"LEAF":
            column.cells.append(adds[tree, number])
            return
        walk(tree, trees["nodes_truenodeids"][place], column)
        column.edges.append(trees["nodes_values"][place])
        walk(tree, trees["nodes_falsenodeids"][place], column)

    columns = []
    for tree in dict.fromkeys(trees["nodes_treeids"]):
        column = _Column(trees["nodes_featureids"][at[tree, 0]], [], [])
        walk(tree, 0, column)
        columns.append(column)
    return columns


def _terms(
    columns: Sequence[_Column], tables: npt.NDArray[np.float32], shares: npt.NDArray[np.float32]
) -> tuple[list[_Main], list[_Pair]]:
    """The terms: those that depend on one column, and those of two."""
    mains = []
    pairs = []
    for term, share in enumerate(shares.astype(np.float64)):
        # Index 0 is not written into the trees: a term whose index is always 0 takes any column.
        used = [
            number for number, column in enumerate(columns) if any(term in cell for cell in column.cells)
        ] or [0]
        adds = [np.array([cell.get(term, 0) for cell in columns[number].cells]) for number in used]
        attributes = np.flatnonzero(share).tolist()
        if len(used) == 1:
            mains += [
                _Main(used[0], (share[attribute] * tables[adds[0]]).tolist(), attribute)
                for attribute in attributes
            ]
            continue
        own = share[attributes[0]] if len(attributes) > 1 else 0.5 * share[attributes[0]]
        values = own * tables[adds[0][:, np.newaxis] + adds[1]]
        pairs.append(_Pair(used[0], used[1], values.tolist(), attributes[0], attributes[-1]))
    return mains, pairs


def _lines(constants: dict[str, npt.NDArray[Any]]) -> list[_Line]:
    """The linear part, column by column; each column belongs to one attribute."""
    if "linear_slopes" not in constants:
        return []
    slopes = constants["linear_slopes"]
    positions = constants.get("linear_columns", np.arange(len(slopes)))
    lines = []
    for number, position in enumerate(positions.tolist()):
        attribute = int(np.argmax(np.abs(slopes[number])))
        fill, low, high, centre = (
            float(constants[f"linear_{name}"][number]) for name in ("fill", "low", "high", "centre")
        )
        lines.append(_Line(position, fill, low, high, centre, attribute, float(slopes[number, attribute])))
    return lines
