"""From a record's attributes to a model's input row, one record at a time or a whole Arrow batch.

Both ways go through the same reader of each column, so they give the same bits. What fits a column:

| given | numeric column | category column |
|---|---|---|
| blank: null, empty or white space | NaN | the column's code for blanks |
| number | itself | the category that reads as this number, if any category of the column is a number |
| true, false | wrong type | the category that reads as true or false, if any does |
| text | the number it spells (1, -2.5, 1e3) | the category, white space around it removed |
| NaN, infinity | refused | refused |
"""

import math
import re
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from services.common.errors import FieldViolation, LeadlightError, invalid_arguments
from services.scoring import engineered
from services.scoring.ensemble import FeatureSpec, Float32Matrix

Value = str | float | int | bool | None
"""One attribute of a record, as callers give it."""

NAN = float("nan")
FLOAT32_MAX = float(np.finfo(np.float32).max)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_BOOLEANS = {"true": True, "false": False}


class WrongTypeError(ValueError):
    """A value that a column cannot take; the text says what it would take, never the value."""


def category_text(value: Value) -> str:
    """The text under which training and scoring know a category: "" for blank, 3 for 3.0, "true" for True."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def parse_number(text: str) -> float | None:
    """The finite number a text spells, None if it spells none."""
    if not _NUMBER.match(text):
        return None
    number = float(text)
    return number if abs(number) <= FLOAT32_MAX else None


class ColumnReader(Protocol):
    """Turns a value into the number of one column."""

    def read(self, value: object) -> float:
        """The column's number for a value; NaN where missing.

        Raises:
            WrongTypeError: The column cannot take the value.
        """


class NumericReader:
    """A number as it is."""

    def read(self, value: object) -> float:
        """See `ColumnReader.read`."""
        if type(value) is float and abs(value) <= FLOAT32_MAX:
            return value
        if value is None:
            return NAN
        if isinstance(value, str):
            text = value.strip()
            number = parse_number(text) if text else NAN
            if number is None:
                raise WrongTypeError("expected a number, got a text that spells none")
            return number
        return _finite(value, "expected a number")


class CategoryReader:
    """The code of a category."""

    def __init__(self, spec: FeatureSpec) -> None:
        self.codes = dict(spec.categories)
        self._blank = spec.blank_code
        self._unseen = spec.unseen_code
        self._numerals = {
            number: code
            for text, code in spec.categories.items()
            if (number := parse_number(text)) is not None
        }
        self._booleans = {
            _BOOLEANS[text.lower()]: code
            for text, code in spec.categories.items()
            if text.lower() in _BOOLEANS
        }

    def read(self, value: object) -> float:
        """See `ColumnReader.read`."""
        if value is None:
            return self._blank
        if isinstance(value, str):
            text = value.strip()
            return self.codes.get(text, self._unseen) if text else self._blank
        if isinstance(value, bool):
            if self.codes and not self._booleans:
                raise WrongTypeError("expected a text, got true or false")
            return self._booleans.get(value, self._unseen)
        number = _finite(value, "expected a text")
        if self.codes and not self._numerals:
            raise WrongTypeError("expected a text, got a number")
        return self._numerals.get(number, self._unseen)


class DerivedReader:
    """An engineered column: a rule applied to the value's text."""

    def __init__(self, rule: Callable[[str], float]) -> None:
        self._rule = rule

    def read(self, value: object) -> float:
        """See `ColumnReader.read`."""
        if isinstance(value, str | bool | float | int) or value is None:
            return self._rule(category_text(value))
        raise WrongTypeError(f"expected a text, got {_kind(value)}")


def _finite(value: object, expected: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongTypeError(f"{expected}, got {_kind(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not abs(number) <= FLOAT32_MAX:
        raise WrongTypeError("NaN, infinities and numbers beyond 3.4e38 are not accepted; leave it blank")
    return number


def _kind(value: object) -> str:
    return "true or false" if isinstance(value, bool) else f"a {type(value).__name__}"


def _reader_of(spec: FeatureSpec) -> ColumnReader:
    rule = engineered.rule_of(spec.name, spec.attribute)
    if rule is not None:
        return DerivedReader(rule)
    return CategoryReader(spec) if spec.kind == "category" else NumericReader()


class TextColumn:
    """An Arrow column seen as distinct values and each row's index among them, found at most once.

    Attributes:
        array: The column.
    """

    def __init__(self, array: pa.Array) -> None:
        self.array = array
        self._distinct: tuple[pa.Array, npt.NDArray[np.int32]] | None = None

    @property
    def distinct(self) -> tuple[pa.Array, npt.NDArray[np.int32]]:
        """Distinct values, and int32 [rows]: each row's index among them, one past the end for null."""
        if self._distinct is None:
            array = self.array
            encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
            indices = encoded.indices
            if indices.null_count:
                indices = indices.fill_null(len(encoded.dictionary))
            self._distinct = encoded.dictionary, indices.to_numpy(zero_copy_only=False).astype(np.int32)
        return self._distinct


class Encoder:
    """Fills the input row of one model.

    Attributes:
        features: The model's columns.
        attributes: The attributes they are read from, in order of first use; without the record's own.
        reads_age: One of the columns is the age of the record.
    """

    def __init__(self, features: Sequence[FeatureSpec], also_known: Iterable[str] = ()) -> None:
        """Prepares one reader per column.

        Args:
            features: The model's columns.
            also_known: Attributes that training has seen and left out; they are not reported as unknown.
        """
        self.features = tuple(features)
        raw = [spec for spec in self.features if spec.name != engineered.AGE_DAYS]
        self.attributes = tuple(dict.fromkeys(spec.attribute for spec in raw))
        self._known = frozenset(self.attributes).union(also_known)
        self._age_at = next((i for i, spec in enumerate(features) if spec.name == engineered.AGE_DAYS), None)
        self.reads_age = self._age_at is not None
        # (position, attribute, reader's method, text -> code or None): the last answers most values of a
        # category without a call.
        self._plan: list[tuple[str, Callable[[object], float], dict[str, float] | None]] = []
        for spec in self.features:
            if spec.name == engineered.AGE_DAYS:
                self._plan.append(("", NumericReader().read, None))
                continue
            reader = _reader_of(spec)
            codes = reader.codes if isinstance(reader, CategoryReader) else None
            self._plan.append((spec.attribute, reader.read, codes))
        self._readers: dict[str, list[Callable[[object], float]]] = {name: [] for name in self.attributes}
        for attribute, read, _ in self._plan:
            if attribute:
                self._readers[attribute].append(read)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """The attributes training has never seen, sorted: they are ignored, and the reply lists them."""
        return tuple(sorted(set(names) - self._known))

    def encode(
        self, values: Mapping[str, Value], *, age_days: float = NAN, field: str = "attributes"
    ) -> list[float]:
        """One record as a row. Without numpy: for one row it costs more to go there than the row.

        Args:
            values: The record's attributes; a missing one is blank.
            age_days: Days since the record was created, NaN if not known.
            field: Path of the attributes in the request, for errors.

        Returns:
            [features], each a float32 value.

        Raises:
            LeadlightError: INVALID_ARGUMENT naming each attribute with a value of the wrong type.
        """
        try:
            row = [
                # A lookup by text first: its miss (another type, unseen, blank) goes to the reader.
                code
                if codes is not None
                and type(value := values.get(attribute)) is str
                and (code := codes.get(value)) is not None
                else read(values.get(attribute))
                for attribute, read, codes in self._plan
            ]
        except WrongTypeError:
            raise self.refusal(values, field) from None
        if self._age_at is not None:
            row[self._age_at] = age_days
        return array("f", row).tolist()

    def encode_lenient(self, values: Mapping[str, Value], *, age_days: float = NAN) -> list[float]:
        """`encode` with blank for every value of the wrong type: for records stored before the model was trained."""
        try:
            return self.encode(values, age_days=age_days)
        except LeadlightError:
            return self.encode(self.acceptable(values), age_days=age_days)

    def acceptable(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The attributes without those whose value a column cannot take."""
        refused = set()
        for attribute, read, _ in self._plan:
            try:
                read(values.get(attribute))
            except WrongTypeError:
                refused.add(attribute)
        return {name: value for name, value in values.items() if name not in refused}

    def encode_one(self, attribute: str, value: Value) -> list[float]:
        """The columns of one attribute, in the order of the row, each a float32 value.

        Raises:
            WrongTypeError: A column cannot take the value.
        """
        return array("f", [read(value) for read in self._readers[attribute]]).tolist()

    def encode_age(self, age_days: float) -> list[float]:
        """The one column of the record's age, as `encode_one`."""
        return array("f", [age_days]).tolist()

    def refusal(self, values: Mapping[str, Value], field: str) -> LeadlightError:
        """The INVALID_ARGUMENT that names each attribute with a value of the wrong type."""
        violations = []
        for attribute, read, _ in self._plan:
            try:
                read(values.get(attribute))
            except WrongTypeError as error:
                violations.append(FieldViolation(f"{field}.{attribute}", str(error)))
        return invalid_arguments(list(dict.fromkeys(violations)))

    def columns(self, batch: pa.RecordBatch) -> dict[str, TextColumn]:
        """The batch's columns that the model reads; an attribute the batch lacks is blank in every row."""
        names = set(batch.schema.names)
        return {
            name: TextColumn(batch.column(name) if name in names else pa.nulls(batch.num_rows, pa.string()))
            for name in self.attributes
        }

    def encode_columns(
        self,
        columns: Mapping[str, TextColumn],
        rows: int,
        *,
        age_days: npt.NDArray[np.float64] | None = None,
    ) -> Float32Matrix:
        """A batch as a matrix.

        NaN in a floating-point column counts as blank here: Arrow, Parquet and pandas use both.

        Args:
            columns: What `columns` returned for the batch.
            rows: Rows of the batch.
            age_days: Days since each record was created [rows]; None if not known.

        Returns:
            float32 [rows, features], the same bits as `encode` row by row.

        Raises:
            LeadlightError: INVALID_ARGUMENT naming each column with a value of the wrong type.
        """
        matrix = np.empty((rows, len(self.features)), dtype=np.float32)
        violations = []
        for position, (spec, (_, read, _)) in enumerate(zip(self.features, self._plan, strict=True)):
            if position == self._age_at:
                matrix[:, position] = NAN if age_days is None else age_days
                continue
            numeric = spec.kind == "numeric" and spec.name == spec.attribute
            try:
                matrix[:, position] = _encode_column(columns[spec.attribute], read, numeric=numeric)
            except WrongTypeError as error:
                violations.append(FieldViolation(spec.attribute, str(error)))
        if violations:
            raise invalid_arguments(list(dict.fromkeys(violations)))
        return matrix


def _encode_column(
    column: TextColumn, read: Callable[[object], float], *, numeric: bool
) -> npt.NDArray[np.float32]:
    """One Arrow column as float32 [rows]."""
    if numeric and _is_number(column.array.type):
        return _finite_float32(column.array)
    if pa.types.is_nested(column.array.type):
        raise WrongTypeError("expected texts, numbers or booleans, got lists or objects")
    values, indices = column.distinct
    codes = _parsed(values) if numeric and _is_text(values.type) else None
    if codes is None:
        is_float = pa.types.is_floating(values.type)
        codes = np.array(
            [read(None if is_float and value != value else value) for value in values.to_pylist()]  # noqa: PLR0124
        )
    blank = read(None)
    return np.append(codes, blank).astype(np.float32)[indices]


def _parsed(texts: pa.Array) -> npt.NDArray[np.float64] | None:
    """Texts that are all plain finite numbers, parsed by Arrow; None if any is something else.

    Arrow parses a subset of what `parse_number` takes, to the same nearest double, plus NaN and infinities.
    """
    try:
        numbers = pc.cast(texts, pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return numbers if bool(np.all(np.abs(numbers) <= FLOAT32_MAX)) else None


def _finite_float32(array: pa.Array) -> npt.NDArray[np.float32]:
    numbers: npt.NDArray[np.float64] = pc.cast(array, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    if bool(np.any(np.abs(numbers) > FLOAT32_MAX)):
        raise WrongTypeError("infinities and numbers beyond 3.4e38 are not accepted; leave it blank")
    return numbers.astype(np.float32)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
