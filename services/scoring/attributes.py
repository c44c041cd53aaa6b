"""Which attributes a model may use, and in words why the others are left out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from services.scoring.coding import RARE_RECORDS
from services.scoring.table import Column, ColumnKind, engineered_columns

# Blank in more than this share of the records, an attribute is too empty to learn from.
MOST_BLANK = 0.99
LEAST_FILLED = 20
# Values that stand alone (not rare) have to cover this share of the filled records ...
LEAST_COVERED = 0.5
# ... and may not be more than this many: beyond it, each has too little to say and the model grows large.
MOST_VALUES = 250
# Of texts that are dates, this share reads as one.
DATE_SHARE = 0.95
DATE_SAMPLE = 1_000
IDENTIFIER_SHARE = 0.98
_DATE = re.compile(r"(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ]\d{1,2}:\d{2}.*)?\Z")
_IDENTIFIER_NAME = re.compile(
    r"(?:^|[\W_]|(?<=[a-z]))(?:id|ID|Id|guid|GUID|uuid|UUID|key|Key|number|Number|no|No)\Z"
)


class AttributeUse(StrEnum):
    """Used, or why not."""

    USED = "used"
    CONSTANT = "constant"
    TOO_MANY_VALUES = "too_many_values"
    TOO_EMPTY = "too_empty"
    LEAKS_OUTCOME = "leaks_outcome"
    DRIFTS = "drifts"
    DATE = "date"
    EXCLUDED = "excluded"
    NOT_HELPFUL = "not_helpful"


@dataclass(frozen=True)
class Choice:
    """What is made of one attribute before any model is fitted.

    Attributes:
        use: USED or the reason against it.
        sentence: The reason with its numbers.
        columns: The columns that stand for it, engineered ones included; empty if it is left out.
    """

    use: AttributeUse
    sentence: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True)
class Least:
    """How many records are enough to learn from.

    Attributes:
        filled: Records in which an attribute has to be filled.
        common: Records in which a value has to occur to stand alone.
    """

    filled: int = LEAST_FILLED
    common: int = RARE_RECORDS


DEFAULT_LEAST = Least()


@dataclass(frozen=True)
class AttributeRules:
    """What the owner of a model decides about its attributes.

    Attributes:
        exclude: Attributes not to use.
        hand_picked: The only attributes to use, None for automatic choice. They are used even if they leak
            or drift, with a warning; what cannot be used at all (constant, identifiers, dates) is still left out.
        engineered: Whether validity of addresses, numbers and names and presence are derived.
        ignore_blank: Attributes whose blanks say nothing: a blank then adds nothing to a score.
    """

    exclude: frozenset[str] = frozenset()
    hand_picked: frozenset[str] | None = None
    engineered: bool = True
    ignore_blank: frozenset[str] = frozenset()

    def excludes(self, attribute: str) -> bool:
        """Whether the owner ruled the attribute out."""
        return attribute in self.exclude or (
            self.hand_picked is not None and attribute not in self.hand_picked
        )


def choose_attributes(
    columns: Mapping[str, Column],
    rows: npt.NDArray[np.intp],
    rules: AttributeRules,
    least: Least = DEFAULT_LEAST,
) -> dict[str, Choice]:
    """Judges each attribute by its values in the training rows; outcomes play no part.

    Args:
        columns: Every attribute as read.
        rows: Training rows, oldest first.
        rules: What the owner decided.
        least: How many records are enough.
    """
    return {name: _choose(column, rows, rules, least) for name, column in columns.items()}


def _choose(column: Column, rows: npt.NDArray[np.intp], rules: AttributeRules, least: Least) -> Choice:
    if rules.excludes(column.attribute):
        return Choice(AttributeUse.EXCLUDED, "excluded by the owner of the model")
    if column.kind is ColumnKind.TIME or _reads_as_dates(column, rows):
        return Choice(AttributeUse.DATE, "a date; dates are never used as they are")
    blank = column.blank[rows]
    filled = int((~blank).sum())
    if filled < least.filled or filled < (1 - MOST_BLANK) * len(rows):
        return Choice(AttributeUse.TOO_EMPTY, f"filled in only {filled:,} of {len(rows):,} records")
    if column.is_category:
        return _choose_category(column, rows, rules, least)
    return _choose_number(column, rows)


def _choose_number(column: Column, rows: npt.NDArray[np.intp]) -> Choice:
    numbers = column.numbers[rows]
    filled = numbers[~np.isnan(numbers)]
    distinct = len(np.unique(filled))
    if distinct == 1 and len(filled) == len(rows):
        return Choice(AttributeUse.CONSTANT, f"the same value in all {len(rows):,} records")
    if _is_numeric_identifier(column.name, filled, distinct):
        return Choice(
            AttributeUse.TOO_MANY_VALUES, f"an identifier: {distinct:,} values in {len(filled):,} records"
        )
    return Choice(AttributeUse.USED, "", (column,))


def _is_numeric_identifier(name: str, filled: npt.NDArray[np.float64], distinct: int) -> bool:
    """Whole numbers, nearly one per record, that are counted up or named as identifiers are.

    An amount can be whole and distinct too: values alone do not condemn a number.
    """
    if distinct < IDENTIFIER_SHARE * len(filled) or not np.array_equal(filled, np.round(filled)):
        return False
    steps = np.diff(filled)
    counted = bool((steps > 0).all() or (steps < 0).all())
    dense = float(filled.max() - filled.min()) < 2 * distinct
    return counted or dense or bool(_IDENTIFIER_NAME.search(name) or _IDENTIFIER_NAME.search(name.lower()))


def _choose_category(
    column: Column, rows: npt.NDArray[np.intp], rules: AttributeRules, least: Least
) -> Choice:
    size = len(column.vocabulary) + 1
    count = np.bincount(column.codes[rows] % size, minlength=size)
    blank, count = int(count[-1]), count[:-1]
    filled, distinct = int(count.sum()), int((count > 0).sum())
    derived = tuple(engineered_columns(column)) if rules.engineered else ()
    derived = tuple(extra for extra in derived if _varies(extra.numbers[rows]))
    is_contact = any(not extra.name.endswith(":present") for extra in derived)
    if distinct == 1 and not blank:
        return Choice(AttributeUse.CONSTANT, f"the same value in all {filled:,} records")
    common = count >= least.common
    covered = int(count[common].sum()) / filled
    if not is_contact and covered >= LEAST_COVERED and int(common.sum()) <= MOST_VALUES:
        return Choice(AttributeUse.USED, "", (column,))
    counted = f"{distinct:,} values in {filled:,} records"
    if derived:
        names = ", ".join(extra.name.removeprefix(f"{column.name}:").replace("_", " ") for extra in derived)
        return Choice(AttributeUse.USED, f"{counted}: used through {names}, not by the value itself", derived)
    return Choice(AttributeUse.TOO_MANY_VALUES, f"too many to learn from: {counted}")


def _varies(numbers: npt.NDArray[np.float64]) -> bool:
    """Whether the filled numbers are not all the same."""
    return len(np.unique(numbers[~np.isnan(numbers)])) > 1


def _reads_as_dates(column: Column, rows: npt.NDArray[np.intp]) -> bool:
    """Whether a text column holds dates, judged by some of the training rows' texts."""
    if column.kind is not ColumnKind.TEXT:
        return False
    codes = np.unique(column.codes[rows])
    sample = [column.vocabulary[code] for code in codes[codes >= 0][:DATE_SAMPLE]]
    matches = sum(bool(_DATE.match(text)) for text in sample)
    return bool(sample) and matches >= DATE_SHARE * len(sample)
