"""The types of columns that a file of text does not say: one for each column, which all of its values are."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from services.common.batch.job import TIME

NULLS = tuple(csv.ConvertOptions().null_values)
"""What programs write for a value that is not there, as Arrow knows it: NA, NaN, null and the like."""

_CODE = r"\A0[0-9]+\z"
_WHOLE = r"\A[+-]?[0-9]{1,18}\z"
_EXPONENT = r"([eE][+-]?[0-9]+)?\z"
_REAL = rf"\A[+-]?([0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}"
_COMMA = rf"\A[+-]?[0-9]+(,[0-9]+)?{_EXPONENT}"
_TRUTH = r"(?i)\A(true|false)\z"
_TIME = (
    r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)?)?\z"
)


@dataclass(frozen=True)
class SettledColumn:
    """How to read a column of text.

    Attributes:
        kind: Its type.
        has_decimal_comma: Its numbers have a comma where others have a point.
    """

    kind: pa.DataType
    has_decimal_comma: bool = False


def settled_columns(
    batches: Iterable[pa.RecordBatch], names: Iterable[str], *, may_have_commas: bool
) -> dict[str, SettledColumn]:
    """Looks through a whole file.

    Args:
        batches: Of text; None is blank, as is what stands in `NULLS`.
        names: Columns to look at.
        may_have_commas: Whether numbers such as 3,5 are numbers: where commas part no columns.
    """
    left = {name: dict(_candidates(may_have_commas=may_have_commas)) for name in names}
    codes: set[str] = set()
    filled: set[str] = set()
    for batch in batches:
        for name, patterns in left.items():
            texts = filled_texts(batch.column(name)).drop_null()
            if not len(texts):
                continue
            filled.add(name)
            if pc.any(pc.match_substring_regex(texts, _CODE)).as_py():
                codes.add(name)
            for column, pattern in list(patterns.items()):
                if not pc.all(pc.match_substring_regex(texts, pattern)).as_py():
                    del patterns[column]
    # Digits that begin with a zero, such as postal codes, are names: as numbers they would lose it.
    text = SettledColumn(pa.string())
    return {
        name: next(iter(patterns), text) if name in filled - codes else text
        for name, patterns in left.items()
    }


def settled(texts: pa.Array, column: SettledColumn) -> pa.Array:
    """A column's texts, blank ones as NULL and numbers with a point."""
    texts = filled_texts(texts)
    return pc.replace_substring(texts, ",", ".") if column.has_decimal_comma else texts


def filled_texts(texts: pa.Array) -> pa.Array:
    """Texts with NULL for those that stand for nothing."""
    return pc.if_else(pc.is_in(texts, value_set=pa.array(NULLS)), pa.scalar(None, texts.type), texts)


def _candidates(*, may_have_commas: bool) -> list[tuple[SettledColumn, str]]:
    """What a column may be, the narrowest first."""
    found = [
        (SettledColumn(pa.int64()), _WHOLE),
        (SettledColumn(pa.float64()), _REAL),
        (SettledColumn(pa.bool_()), _TRUTH),
        (SettledColumn(TIME), _TIME),
    ]
    return (
        [*found, (SettledColumn(pa.float64(), has_decimal_comma=True), _COMMA)] if may_have_commas else found
    )
