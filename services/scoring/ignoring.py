"""Blanks that say nothing, where a model's owner wants it so: training must not learn from them, scoring skips them.

For training, each blank is filled in with the attribute's value in a record drawn at random among those where it
is filled: the attribute keeps its distribution and loses whatever its being blank told. For scoring, a blank is
NaN, and the terms of its columns, purified (purify.py), are 0 there, pairs included: the attribute adds exactly
nothing. The fitted trees say something for NaN all the same; trees that take it off again are added.
"""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from services.scoring.ensemble import LEAF, AdditiveEnsemble, Float64Vector, Tree
from services.scoring.purify import Axis, purify
from services.scoring.table import Column

_PRESENCE = ":present"


def filled_in(columns: Sequence[Column], blank: npt.NDArray[np.bool_], seed: int) -> tuple[Column, ...]:
    """The columns of one attribute with its blanks filled in; that of its presence goes.

    Args:
        columns: The attribute's own column, or what was derived from it.
        blank: bool [rows], where the attribute is blank; somewhere it is not.
        seed: Of the draws.
    """
    attribute = columns[0].attribute if columns else ""
    rng = np.random.default_rng([seed, zlib.crc32(attribute.encode())])
    source = np.arange(len(blank))
    source[blank] = rng.choice(np.flatnonzero(~blank), int(blank.sum()))
    return tuple(
        replace(
            column,
            numbers=column.numbers[source] if len(column.numbers) else column.numbers,
            codes=column.codes[source] if len(column.codes) else column.codes,
            filled_in=blank,
        )
        for column in columns
        if not column.name.endswith(_PRESENCE)
    )


def without_blanks(ensemble: AdditiveEnsemble) -> AdditiveEnsemble:
    """The ensemble in which a blank to be ignored adds nothing.

    Args:
        ensemble: Its background rows have the blanks to be ignored filled in.
    """
    ignored = np.array([spec.ignore_blank for spec in ensemble.features], dtype=bool)
    if not ignored.any():
        return ensemble
    counted = replace(
        ensemble, features=tuple(replace(spec, ignore_blank=False) for spec in ensemble.features)
    )
    purified = purify(counted)
    trees = list(ensemble.trees)
    trees += [
        _where_blank(main.axes[0].feature, None, -main.table[-1:])
        for main in purified.mains
        if ignored[main.axes[0].feature]
    ]
    for pair in purified.pairs:
        first, second = pair.axes
        table = -pair.table
        if ignored[first.feature]:
            trees.append(_where_blank(first.feature, second, table[-1]))
            # Where both are blank, nothing is left to be taken off.
            table[-1] = 0.0
        if ignored[second.feature]:
            trees.append(_where_blank(second.feature, first, table[:, -1]))
    return replace(ensemble, trees=tuple(trees), fill=np.where(ignored, purified.centre, ensemble.fill))


def _where_blank(column: int, other: Axis | None, effects: Float64Vector) -> Tree:
    """A tree that adds, where `column` is NaN, the effect of the cell that `other` falls in; elsewhere nothing."""
    nodes = _Nodes()
    root = nodes.branch(column, np.inf)
    nodes.left[root] = nodes.leaf(0.0)
    nodes.right[root] = nodes.leaf(float(effects[0])) if other is None else nodes.steps(other, effects)
    return nodes.tree()


class _Nodes:
    """The nodes of a tree under construction; NaN goes right everywhere."""

    def __init__(self) -> None:
        self.feature: list[int] = []
        self.threshold: list[float] = []
        self.value: list[float] = []
        self.left: list[int] = []
        self.right: list[int] = []

    def branch(self, feature: int, threshold: float) -> int:
        """Adds a node whose children are still to be set."""
        return self._add(feature, threshold, 0.0)

    def leaf(self, value: float) -> int:
        """Adds a leaf."""
        return self._add(LEAF, 0.0, value)

    def steps(self, axis: Axis, effects: Float64Vector) -> int:
        """Adds a subtree with an effect per cell of the axis, the last one for NaN."""
        root = self.branch(axis.feature, np.inf)
        self.left[root] = self._between(axis, effects, 0, axis.cells - 2)
        self.right[root] = self.leaf(float(effects[-1]))
        return root

    def _between(self, axis: Axis, effects: Float64Vector, first: int, last: int) -> int:
        if first == last:
            return self.leaf(float(effects[first]))
        middle = (first + last) // 2
        node = self.branch(axis.feature, float(axis.edges[middle]))
        self.left[node] = self._between(axis, effects, first, middle)
        self.right[node] = self._between(axis, effects, middle + 1, last)
        return node

    def _add(self, feature: int, threshold: float, value: float) -> int:
        self.feature.append(feature)
        self.threshold.append(threshold)
        self.value.append(value)
        self.left.append(0)
        self.right.append(0)
        return len(self.feature) - 1

    def tree(self) -> Tree:
        """The finished tree."""
        return Tree(
            feature=np.array(self.feature, dtype=np.int32),
            threshold=np.array(self.threshold, dtype=np.float32),
            missing_left=np.zeros(len(self.feature), dtype=bool),
            left=np.array(self.left, dtype=np.int32),
            right=np.array(self.right, dtype=np.int32),
            value=np.array(self.value, dtype=np.float64),
        )
