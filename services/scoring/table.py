"""A table of closed records: what training takes in, and the same attributes as numbers and value indices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from services.scoring import engineered
from services.scoring.encoding import FLOAT32_MAX, category_text
from services.scoring.stages import Stays

BLANK = -1
SAMPLED_TEXTS = 1_000


class ColumnKind(StrEnum):
    """What an attribute's values are."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"


@dataclass(frozen=True)
class TrainingTable:
    """Closed records, one row each.

    Attributes:
        columns: Arrow arrays by attribute: numbers, booleans, text, timestamps or dates; null is blank.
        outcome: bool [rows], True for qualified or won.
        created_at: float64 [rows], seconds since 1970 UTC, or None.
        closed_at: float64 [rows], seconds since 1970 UTC; None makes the row order the time order.
        stays: How long each was in which stage of the business process; None where nothing is known of stages.
    """

    columns: Mapping[str, pa.Array]
    outcome: npt.NDArray[np.bool_]
    created_at: npt.NDArray[np.float64] | None = None
    closed_at: npt.NDArray[np.float64] | None = None
    stays: Stays | None = None

    def __len__(self) -> int:
        return len(self.outcome)

    def take(self, rows: npt.NDArray[np.intp]) -> "TrainingTable":
        """The given rows, in the given order."""
        index = pa.array(rows)
        return replace(
            self,
            columns={name: column.take(index) for name, column in self.columns.items()},
            outcome=self.outcome[rows],
            created_at=None if self.created_at is None else self.created_at[rows],
            closed_at=None if self.closed_at is None else self.closed_at[rows],
            stays=None if self.stays is None else self.stays.take(rows),
        )


@dataclass(frozen=True)
class Column:
    """One attribute, read once for all fits.

    Attributes:
        name: The column.
        attribute: The attribute it is shown under.
        kind: What its values are; an engineered column is a number.
        numbers: float64 [rows] for a number, NaN for blank and beyond float32; empty otherwise.
        codes: int32 [rows] for text and booleans: index into `vocabulary`, -1 for blank; empty otherwise.
        vocabulary: The distinct texts, as `encoding.category_text` writes them.
        filled_in: bool [rows], where a blank to be ignored was filled in for training; None: blanks count.
    """

    name: str
    attribute: str
    kind: ColumnKind
    numbers: npt.NDArray[np.float64]
    codes: npt.NDArray[np.int32]
    vocabulary: tuple[str, ...] = ()
    filled_in: npt.NDArray[np.bool_] | None = None

    @property
    def is_category(self) -> bool:
        """Whether its values are names rather than amounts."""
        return self.kind is ColumnKind.TEXT or self.kind is ColumnKind.BOOLEAN

    @property
    def blank(self) -> npt.NDArray[np.bool_]:
        """Where the attribute is blank."""
        return self.codes == BLANK if self.is_category else np.isnan(self.numbers)


def kind_of(array: pa.Array) -> ColumnKind:
    """What an Arrow array's values are; anything that is no number, boolean or time is text."""
    of = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if pa.types.is_boolean(of):
        return ColumnKind.BOOLEAN
    if pa.types.is_integer(of) or pa.types.is_floating(of) or pa.types.is_decimal(of):
        return ColumnKind.NUMBER
    if pa.types.is_temporal(of):
        return ColumnKind.TIME
    return ColumnKind.TEXT


def read_columns(columns: Mapping[str, pa.Array]) -> dict[str, Column]:
    """Every attribute as numbers or value indices; times have neither."""
    return {name: _read_column(name, array) for name, array in columns.items()}


def engineered_columns(column: Column) -> list[Column]:
    """The columns the rules of engineered.py derive from a text attribute: validity, domain, presence."""
    return derived_columns(column, engineered.contact_kind(column.name, column.vocabulary[:SAMPLED_TEXTS]))


def derived_columns(column: Column, contact: engineered.Contact | None) -> list[Column]:
    """The columns of an attribute whose kind of contact is known; of any other, its presence alone."""
    derived = []
    for name in engineered.columns_for(column.name, contact):
        rule = engineered.rule_of(name, column.name)
        if rule is None:
            continue
        # A blank's code of -1 picks the last entry.
        by_code = np.array([*map(rule, column.vocabulary), rule("")])
        empty = np.empty(0, dtype=np.int32)
        derived.append(Column(name, column.name, ColumnKind.NUMBER, by_code[column.codes], empty))
    return derived


def _read_column(name: str, array: pa.Array) -> Column:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = kind_of(array)
    numbers = np.empty(0)
    codes = np.empty(0, dtype=np.int32)
    vocabulary: tuple[str, ...] = ()
    if kind is ColumnKind.NUMBER:
        # Unsafe: an integer beyond 2**53 loses its last digits, which no model looks at.
        raw = array.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        numbers = np.where(np.abs(raw) <= FLOAT32_MAX, raw, np.nan)
    elif kind is ColumnKind.BOOLEAN:
        codes = array.cast(pa.int32()).fill_null(BLANK).to_numpy(zero_copy_only=False)
        vocabulary = (category_text(False), category_text(True))
    elif kind is ColumnKind.TEXT:
        codes, vocabulary = _read_text(array)
    return Column(name, name, kind, numbers, codes, vocabulary)


def _read_text(array: pa.Array) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Value indices and vocabulary; surrounding space does not count, and nothing but space is blank."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        return np.full(len(array), BLANK, dtype=np.int32), ()
    raw = array.cast(pa.string()).dictionary_encode()
    stripped = [category_text(text) for text in raw.dictionary.to_pylist()]
    vocabulary = tuple(dict.fromkeys(text for text in stripped if text))
    position = {text: code for code, text in enumerate(vocabulary)} | {"": BLANK}
    code_of = np.array([*(position[text] for text in stripped), BLANK], dtype=np.int32)
    indices = raw.indices.fill_null(len(stripped)).to_numpy(zero_copy_only=False)
    return code_of[indices], vocabulary
