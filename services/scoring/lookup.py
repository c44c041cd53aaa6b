"""One record by the tables of a model's file: what its ONNX graph computes, without a run of onnxruntime.

A run for one row costs more around the arithmetic than in it, and it lets go of Python's lock: under load another
thread takes the lock, and the processor's caches, before the run is back. So the work is cut in two: what one value
of one attribute comes to (`part`), which the caller keeps for the next record with that value, and the sum over the
record's parts (`contributions`), which is left for each call. Many rows go through onnxruntime.

Everything is read from the graph that compile.py wrote, whose text says what the nodes do; the file stays the only
place where a model is. The sums are made in float64 from float32 values, so they differ from the graph's own in the
last digits of float32.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
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
    """A term of one column: its values by cell."""

    column: int
    values: list[float]


class _Pair(NamedTuple):
    """A term of two columns: a table of its values by the cells of both.

    Two attributes share it: the table holds the half that each of them gets. Where both columns are of one
    attribute, that one gets both halves.
    """

    column: int
    other_column: int
    values: list[list[float]]
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

    def at(self, value: float) -> float:
        """Log-odds at a value of the column."""
        if value != value:  # noqa: PLR0124 - NaN is not itself
            value = self.fill
        return self.slope * (min(max(value, self.low), self.high) - self.centre)


class Part(NamedTuple):
    """What one value of one attribute comes to in a model, whatever the other attributes are.

    Attributes:
        own: Log-odds of the terms that the attribute has for itself.
        cells: Which cell each of its columns is in, for the pairs that begin with another column.
        rows: For each pair that begins with one of its columns, the pair's values at its cell.
        other_columns: For each of these, the number of the other column.
        other_attributes: For each of these, the other attribute.
        is_blank: The value is none.
    """

    own: float
    cells: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]
    other_columns: tuple[int, ...]
    other_attributes: tuple[int, ...]
    is_blank: bool


class _Axis(NamedTuple):
    """A column as one of its attribute's.

    Attributes:
        place: Which of the attribute's columns.
        edges: As `_Column.edges`.
        own: By cell, the terms that depend on this column alone, added up.
        rows: By cell, `Part.rows`.
        other_columns: `Part.other_columns`.
        other_attributes: `Part.other_attributes`.
    """

    place: int
    edges: list[float]
    own: list[float]
    rows: list[tuple[tuple[float, ...], ...]]
    other_columns: tuple[int, ...]
    other_attributes: tuple[int, ...]


class TableLookup:
    """The contributions of one record at a time; safe to use from several threads.

    Args:
        content: A model's ONNX file.
        owners: For each column of the model's input, which attribute it belongs to.
        attributes: How many attributes get a contribution.
    """

    def __init__(self, content: bytes, owners: Sequence[int], attributes: int) -> None:
        graph = onnx.load_from_string(content).graph
        constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
        columns = next((_columns(node) for node in graph.node if node.op_type == _TREES), [])
        # Attribute by attribute: then the cells of all parts, one after the other, are those of all columns.
        columns.sort(key=lambda column: owners[column.position])
        places = [owners[:position].count(owner) for position, owner in enumerate(owners)]
        self._constants = [0.0] * attributes
        self._axes: list[list[_Axis]] = [[] for _ in range(attributes)]
        self._lines: list[list[tuple[int, _Line]]] = [[] for _ in range(attributes)]
        mains: list[_Main] = []
        pairs: list[_Pair] = []
        if columns:
            owner_of = [owners[column.position] for column in columns]
            mains, pairs = _terms(
                columns, owner_of, constants["tables"], constants["shares"], self._constants
            )
        for number, column in enumerate(columns):
            of_column = [pair for pair in pairs if pair.column == number]
            cells = range(len(column.cells))
            own = [sum(main.values[cell] for main in mains if main.column == number) for cell in cells]
            axis = _Axis(
                places[column.position],
                column.edges,
                own,
                [tuple(tuple(pair.values[cell]) for pair in of_column) for cell in cells],
                tuple(pair.other_column for pair in of_column),
                tuple(pair.other_attribute for pair in of_column),
            )
            self._axes[owners[column.position]].append(axis)
        for line in _lines(constants):
            self._lines[line.attribute].append((places[line.position], line))

    def part(self, attribute: int, numbers: Sequence[float], *, is_blank: bool = False) -> Part:
        """What the value of one attribute comes to.

        Args:
            attribute: Which one.
            numbers: Its columns of the model's input, in order: float32 values as `encoding.Encoder` makes them.
            is_blank: The value is none.
        """
        log_odds = self._constants[attribute]
        cells = []
        rows: tuple[tuple[float, ...], ...] = ()
        columns: tuple[int, ...] = ()
        attributes: tuple[int, ...] = ()
        for axis in self._axes[attribute]:
            value = numbers[axis.place]
            # NaN is not itself.
            cell = bisect_left(axis.edges, value) if value == value else len(axis.edges)  # noqa: PLR0124
            cells.append(cell)
            log_odds += axis.own[cell]
            rows += axis.rows[cell]
            columns += axis.other_columns
            attributes += axis.other_attributes
        for place, line in self._lines[attribute]:
            log_odds += line.at(numbers[place])
        return Part(log_odds, tuple(cells), rows, columns, attributes, is_blank)


def contributions(parts: Iterable[Part]) -> list[float]:
    """Log-odds by attribute.

    Args:
        parts: One for each attribute, in order.
    """
    sums: list[float] = []
    cells: list[int] = []
    begin_pairs: list[tuple[int, Part]] = []
    for part in parts:
        own, own_cells, rows, _, _, _ = part
        if rows:
            begin_pairs.append((len(sums), part))
        sums.append(own)
        cells += own_cells
    for attribute, (_, _, rows, columns, attributes, _) in begin_pairs:
        halves = 0.0
        for row, column, other in zip(rows, columns, attributes, strict=True):
            half = row[cells[column]]
            halves += half
            sums[other] += half
        sums[attribute] += halves
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
    columns: Sequence[_Column],
    owners: Sequence[int],
    tables: npt.NDArray[np.float32],
    shares: npt.NDArray[np.float32],
    constants: list[float],
) -> tuple[list[_Main], list[_Pair]]:
    """The terms that depend on one column and those of two; what depends on none is added to `constants`.

    Args:
        columns: All of them.
        owners: The attribute of each.
        tables: As in the file.
        shares: As in the file, [terms, attributes].
        constants: Log-odds by attribute.
    """
    mains = []
    pairs = []
    for term, share in enumerate(shares.astype(np.float64)):
        # Index 0 is not written into the trees: a term whose index is always 0 depends on no column.
        used = [number for number, column in enumerate(columns) if any(term in cell for cell in column.cells)]
        adds = [np.array([cell.get(term, 0) for cell in columns[number].cells]) for number in used]
        attributes = np.flatnonzero(share).tolist()
        if not used:
            for attribute in attributes:
                constants[attribute] += share[attribute] * float(tables[0])
            continue
        owner = owners[used[0]]
        if len(attributes) == 1 and len(used) == 1:
            mains.append(_Main(used[0], (share[owner] * tables[adds[0]]).tolist()))
            continue
        others = [attribute for attribute in attributes if attribute != owner]
        half = share[owner] if others else 0.5 * share[owner]
        if len(used) == 1:  # the other column has one cell only: any column's cell does
            other_column, others_adds = 0, np.zeros(len(columns[0].cells), dtype=np.intp)
        else:
            other_column, others_adds = used[1], adds[1]
        values = half * tables[adds[0][:, np.newaxis] + others_adds]
        pairs.append(_Pair(used[0], other_column, values.tolist(), others[0] if others else owner))
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
