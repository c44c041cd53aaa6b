"""Functions on two texts that DuckDB has and Spark lacks, as Arrow functions under DuckDB's names.

They work on UTF-8 bytes, as DuckDB's do; NULL on either side gives NULL.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler


def jaro_winkler_similarity(left: pa.Array, right: pa.Array) -> pa.Array:
    """Jaro-Winkler similarity with prefix weight 0.1, 0 to 1."""
    return _pairwise(left, right, JaroWinkler.similarity, np.float64)


def damerau_levenshtein(left: pa.Array, right: pa.Array) -> pa.Array:
    """Damerau-Levenshtein distance: insertions, deletions, replacements and swaps of neighbours."""
    return _pairwise(left, right, DamerauLevenshtein.distance, np.int64)


FUNCTIONS = (
    ("jaro_winkler_similarity", jaro_winkler_similarity, "double"),
    ("damerau_levenshtein", damerau_levenshtein, "bigint"),
)
"""Name in SQL, function, Spark's type of what it returns."""


def _pairwise(left: pa.Array, right: pa.Array, scorer: Any, kind: Any) -> pa.Array:
    there = pc.and_(pc.is_valid(left), pc.is_valid(right))
    ones = left.filter(there).cast(pa.binary()).to_pylist()
    others = right.filter(there).cast(pa.binary()).to_pylist()
    found = process.cpdist(ones, others, scorer=scorer, dtype=kind) if ones else np.empty(0, kind)
    scores = pa.array(found)
    return pc.replace_with_mask(pa.nulls(len(left), scores.type), there, scores)
