"""Writes a trained model as one ONNX file that gives probability and contributions in one run.

The graph looks values up instead of walking the ensemble's trees: their number costs no time.

1. `TreeEnsembleRegressor` with one balanced tree per column: where each term finds its value (one target per
   term: the start of its table and the cells of its columns add up).
2. `GatherElements` from all tables laid end to end: the value of each term.
3. `MatMul` with who gets which share of each term: a column's attribute gets its main effect whole, the two
   attributes of a pair half each, an attribute with both columns of a pair gets it whole.
4. The linear part, where there is one: clipped values, centred, times slopes, added to the attributes.
5. Sum over attributes plus the base value: log-odds; its sigmoid: the probability.

Input `features`, float32 [rows, features], as `encoding.Encoder` makes it. Outputs, float32: `contributions`
[rows, attributes] in log-odds, `log_odds` [rows, 1], `probability` [rows, 1]. The metadata (metadata.py) hold
what is needed to fill the input, so the file is enough to score elsewhere. Same model, same bytes.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from services.scoring.ensemble import AdditiveEnsemble, FeatureSpec
from services.scoring.intervals import IntervalTable
from services.scoring.metadata import ModelMetadata, attributes_of
from services.scoring.purify import Axis, Purified, StepTerm, purify

INPUT = "features"
OUTPUTS = ("contributions", "log_odds", "probability")

# Versions an onnxruntime of 2023 and later reads; nothing newer is used.
_OPSET = 17
_ML_OPSET = 3
_IR_VERSION = 8
# Table indices travel as float32, which counts exactly up to here.
_MOST_CELLS = 2**24


def compile_model(ensemble: AdditiveEnsemble, intervals: IntervalTable | None = None) -> bytes:
    """The ONNX file of an ensemble.

    Args:
        ensemble: The model.
        intervals: The interval of each score, to travel in the metadata.

    Raises:
        ValueError: No background rows, a path with more than two columns, or more than 16 million cells.
    """
    purified = purify(ensemble)
    attributes = attributes_of(ensemble.features)
    # The base value as the graph has it, in float32, so that base plus contributions is the log-odds.
    base = float(np.float32(purified.base))
    graph = _Graph(ensemble.features, attributes)
    terms = (*purified.mains, *purified.pairs)
    parts = []
    if terms:
        parts.append(_lookup(graph, terms))
    if np.any(purified.weight):
        parts.append(_linear(graph, purified))
    if not parts:
        parts.append(_nothing(graph))
    contributions = parts[0] if len(parts) == 1 else graph.add("Add", *parts)
    graph.add("Identity", contributions, output="contributions")
    ones = graph.constant("ones", np.ones((len(attributes), 1)))
    total = graph.add("MatMul", contributions, ones)
    graph.add("Add", total, graph.constant("base", np.array([base])), output="log_odds")
    graph.add("Sigmoid", "log_odds", output="probability")
    metadata = ModelMetadata(ensemble.features, attributes, base, intervals)
    return graph.serialize(metadata.to_properties())


class _Graph:
    """The ONNX graph under construction: nodes and constants in the order they were added."""

    def __init__(self, features: Sequence[FeatureSpec], attributes: Sequence[str]) -> None:
        self.columns = len(features)
        self.attribute_of_column = [attributes.index(spec.attribute) for spec in features]
        self.attributes = len(attributes)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def constant(self, name: str, values: npt.NDArray[Any], dtype: type[np.generic] = np.float32) -> str:
        """Adds a constant, float32 unless told, and returns its name."""
        self._constants.append(numpy_helper.from_array(values.astype(dtype), name))
        return name

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """Adds a node with one output and returns the output's name."""
        name = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(
            helper.make_node(operator, list(inputs), [name], name=f"make_{name}", **attributes)
        )
        return name

    def serialize(self, metadata: dict[str, str]) -> bytes:
        """The checked file."""
        rows = "rows"
        widths = dict(zip(OUTPUTS, (self.attributes, 1, 1), strict=True))
        graph = helper.make_graph(
            self._nodes,
            "leadlight",
            [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, [rows, self.columns])],
            [helper.make_tensor_value_info(k, TensorProto.FLOAT, [rows, n]) for k, n in widths.items()],
            initializer=self._constants,
        )
        model = helper.make_model(
            graph,
            producer_name="leadlight",
            ir_version=_IR_VERSION,
            opset_imports=[helper.make_opsetid("", _OPSET), helper.make_opsetid("ai.onnx.ml", _ML_OPSET)],
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _nothing(graph: _Graph) -> str:
    """Zero for every attribute, whatever the input holds: a model that knows its base value only."""
    first = graph.add("Gather", INPUT, graph.constant("first_column", np.array([0]), np.int64), axis=1)
    zero = graph.add("Cast", graph.add("Not", graph.add("Equal", first, first)), to=TensorProto.FLOAT)
    return graph.add("MatMul", zero, graph.constant("nothing", np.zeros((1, graph.attributes))))


def _lookup(graph: _Graph, terms: Sequence[StepTerm]) -> str:
    """Nodes 1 to 3 of the module's text; returns the name of the attributes' sums."""
    sizes = [term.table.size for term in terms]
    if sum(sizes) > _MOST_CELLS:
        msg = f"the model needs {sum(sizes)} table cells, more than {_MOST_CELLS}; train it with fewer bins"
        raise ValueError(msg)
    index = graph.add(
        "TreeEnsembleRegressor",
        INPUT,
        **_cell_trees(terms),  # type: ignore[arg-type]
        n_targets=len(terms),
        domain="ai.onnx.ml",
    )
    table = graph.constant("tables", np.concatenate([term.table.ravel() for term in terms]))
    # GatherElements over flat indices takes half the time of Gather, which copies single values as blocks.
    flat = graph.add("Reshape", index, graph.constant("flat", np.array([-1]), np.int64))
    found = graph.add("GatherElements", table, graph.add("Cast", flat, to=TensorProto.INT32), axis=0)
    by_row = graph.constant("by_row", np.array([-1, len(terms)]), np.int64)
    values = graph.add("Reshape", found, by_row)
    share = np.zeros((len(terms), graph.attributes))
    for row, term in enumerate(terms):
        for axis in term.axes:
            share[row, graph.attribute_of_column[axis.feature]] += 1 / len(term.axes)
    return graph.add("MatMul", values, graph.constant("shares", share))


@dataclass(frozen=True)
class _Use:
    """One term's use of a column: its target, its axis, and what a cell adds: start + stride x cell."""

    target: int
    axis: Axis
    start: int
    stride: int


def _cell_trees(terms: Sequence[StepTerm]) -> dict[str, list[Any]]:
    """Attributes of the ensemble whose targets are each term's index into its own table."""
    uses: dict[int, list[_Use]] = {}
    start = 0
    for target, term in enumerate(terms):
        # The table's start comes in with its first column. The operator's base_values would not do:
        # onnxruntime leaves them out for a target to which no leaf adds.
        stride = term.table.size
        for axis in term.axes:
            stride //= axis.cells
            offset = start if axis is term.axes[0] else 0
            uses.setdefault(axis.feature, []).append(_Use(target, axis, offset, stride))
        start += term.table.size
    writer = _TreeWriter()
    for column in sorted(uses):
        writer.write(column, uses[column])
    return writer.attributes


class _TreeWriter:
    """Writes balanced trees in the form TreeEnsembleRegressor wants."""

    def __init__(self) -> None:
        node_keys = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
        keys = [f"nodes_{key}" for key in node_keys] + ["nodes_missing_value_tracks_true"]
        keys += [f"target_{key}" for key in ("treeids", "nodeids", "ids", "weights")]
        self.attributes: dict[str, list[Any]] = {key: [] for key in keys}
        self._trees = 0

    def write(self, column: int, uses: Sequence[_Use]) -> None:
        """Adds the tree of one column."""
        # The last edge, infinity, is passed by NaN alone, which follows the false branch everywhere.
        edges = np.append(np.unique(np.concatenate([use.axis.edges for use in uses])), np.float32(np.inf))
        inside = np.append(edges, np.float32(np.nan))
        targets = [use.target for use in uses]
        indices = np.stack([use.start + use.stride * use.axis.cell_of(inside) for use in uses])
        nodes = itertools.count()

        def subtree(first: int, last: int) -> int:
            """Adds the nodes that tell cells first to last apart; returns the subtree's root."""
            node = next(nodes)
            if first == last:
                self._add_node(node, column, 0.0, "LEAF")
                self._add_weights(node, targets, indices[:, first])
                return node
            middle = (first + last) // 2
            at = self._add_node(node, column, float(edges[middle]), "BRANCH_LEQ")
            self.attributes["nodes_truenodeids"][at] = subtree(first, middle)
            self.attributes["nodes_falsenodeids"][at] = subtree(middle + 1, last)
            return node

        subtree(0, len(edges))
        self._trees += 1

    def _add_node(self, node: int, column: int, edge: float, mode: str) -> int:
        row = (self._trees, node, column, edge, mode, 0, 0, 0)
        keys = list(self.attributes)[: len(row)]
        for key, value in zip(keys, row, strict=True):
            self.attributes[key].append(value)
        return len(self.attributes["nodes_treeids"]) - 1

    def _add_weights(self, node: int, targets: Sequence[int], indices: npt.NDArray[np.int64]) -> None:
        # Index 0 adds nothing; a leaf keeps one weight all the same, the operator wants it.
        entries = [(target, float(index)) for target, index in zip(targets, indices, strict=True) if index]
        for target, index in entries or [(targets[0], 0.0)]:
            self.attributes["target_treeids"].append(self._trees)
            self.attributes["target_nodeids"].append(node)
            self.attributes["target_ids"].append(target)
            self.attributes["target_weights"].append(index)


def _linear(graph: _Graph, purified: Purified) -> str:
    """Node 4 of the module's text; returns the name of the attributes' linear contributions."""
    used = np.flatnonzero(purified.weight)
    columns = INPUT
    if len(used) < graph.columns:
        columns = graph.add("Gather", INPUT, graph.constant("linear_columns", used, np.int64), axis=1)
    missing = graph.add("IsNaN", columns)
    filled = graph.add("Where", missing, graph.constant("linear_fill", purified.fill[used]), columns)
    low = graph.constant("linear_low", np.maximum(purified.low[used], np.finfo(np.float32).min))
    high = graph.constant("linear_high", np.minimum(purified.high[used], np.finfo(np.float32).max))
    clipped = graph.add("Min", graph.add("Max", filled, low), high)
    centred = graph.add("Sub", clipped, graph.constant("linear_centre", purified.centre[used]))
    slopes = np.zeros((len(used), graph.attributes))
    for row, column in enumerate(used):
        slopes[row, graph.attribute_of_column[column]] = purified.weight[column]
    return graph.add("MatMul", centred, graph.constant("linear_slopes", slopes))
