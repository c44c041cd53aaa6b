"""A trained model in memory: scores one record by its tables, or a matrix of them in one run of onnxruntime."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.common.errors import Code, LeadlightError, Reason
from services.common.inference import open_session
from services.scoring.encoding import Encoder, Value, WrongTypeError
from services.scoring.engineered import RECORD_AGE
from services.scoring.ensemble import Float32Matrix, Float64Vector
from services.scoring.lookup import Part, TableLookup, contributions
from services.scoring.metadata import ModelMetadata
from services.scoring.points import (
    points_per_log_odds,
    points_per_log_odds_of,
    probabilities_of,
    probability_of,
)

INPUT = "features"
CONTRIBUTIONS = "contributions"
LOG_ODDS = "log_odds"
_OUTPUTS = (CONTRIBUTIONS, LOG_ODDS)
# Of each attribute, what so many values come to is kept; longer texts seldom come again.
_MOST_KEPT = 1_000
_LONGEST_KEPT = 100


class RecordScore(NamedTuple):
    """What a model says about one record.

    Attributes:
        probability: Calibrated, 0 to 1.
        log_odds: The same in log-odds.
        contributions: Log-odds of each of the model's attributes; with the base value they add up to the record's.
        points_per_log_odds: Times a contribution it gives the attribute's points.
        blank: The attributes that were not sent or are blank, in the model's order.
    """

    probability: float
    log_odds: float
    contributions: list[float]
    points_per_log_odds: float
    blank: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixScores:
    """What a model says about many records; the fields of `RecordScore` for each row.

    Attributes:
        probability: float64 [rows].
        contributions: float32 [rows, attributes].
        points_per_log_odds: float64 [rows].
    """

    probability: Float64Vector
    contributions: npt.NDArray[np.float32]
    points_per_log_odds: Float64Vector


class LoadedModel:
    """One model version, ready to score; safe to use from several threads.

    Attributes:
        attributes: The attributes that get a contribution, in order.
        base_log_odds: The base value in log-odds.
        base_points: The same in points: what a record scores before anything is known of it.
        encoder: Fills the input from records.
        intervals: The interval of a score by its log-odds; None if the file has none.
    """

    def __init__(self, content: bytes, *, also_known: Iterable[str] = (), threads: int = 1) -> None:
        """Loads an ONNX file that `compile.compile_model` wrote; files.py has checked its digest.

        Args:
            content: The file.
            also_known: Attributes that training has seen and left out, not to be reported as unknown.
            threads: Threads inside one run; 1 where several workers or threads share the machine.

        Raises:
            LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) if it is no such file.
        """
        try:
            self._session = open_session(content, threads=threads)
            properties = self._session.get_modelmeta().custom_metadata_map
            metadata = ModelMetadata.from_properties(properties)
            owners = [metadata.attributes.index(spec.attribute) for spec in metadata.features]
            self._lookup = TableLookup(content, owners, len(metadata.attributes))
        except Exception as error:  # onnxruntime's exceptions have no common base class
            raise LeadlightError(
                Code.DATA_LOSS, Reason.MODEL_FILE_CORRUPT, "the file is no model of this suite; train again"
            ) from error
        self.attributes = metadata.attributes
        self.base_log_odds = metadata.base_log_odds
        self.base_points = 100.0 * probability_of(self.base_log_odds)
        self.intervals = metadata.intervals
        self.encoder = Encoder(metadata.features, also_known)
        self._parts: list[tuple[int, str, dict[Value, Part]]] = [
            (index, attribute, {})
            for index, attribute in enumerate(self.attributes)
            if attribute in self.encoder.attributes
        ]
        self._age_at = self.attributes.index(RECORD_AGE) if self.encoder.reads_age else None

    def score(
        self, values: Mapping[str, Value], *, age_days: float = math.nan, field: str = "attributes"
    ) -> RecordScore:
        """Scores one record.

        Args:
            values: Its attributes; a missing one is blank.
            age_days: Days since it was created, NaN if not known.
            field: Path of the attributes in the request, for errors.

        Raises:
            LeadlightError: INVALID_ARGUMENT naming each attribute with a value of the wrong type.
        """
        parts = []
        blank: list[str] = []
        try:
            for index, attribute, known in self._parts:
                value = values.get(attribute)
                part = known.get(value)
                # True is 1 to a dictionary, not to a column.
                if part is None or value is True or value is False:
                    part = self._part(index, attribute, value, known)
                parts.append(part)
                if part.is_blank:
                    blank.append(attribute)
        except WrongTypeError:
            raise self.encoder.refusal(values, field) from None
        if self._age_at is not None:
            parts.insert(self._age_at, self._lookup.part(self._age_at, self.encoder.encode_age(age_days)))
        by_attribute = contributions(parts)
        total = self.base_log_odds + sum(by_attribute)
        return RecordScore(
            probability_of(total),
            total,
            by_attribute,
            points_per_log_odds(total, self.base_log_odds),
            tuple(blank),
        )

    def _part(self, index: int, attribute: str, value: Value, known: dict[Value, Part]) -> Part:
        """What a value comes to, kept for the next record that has it."""
        is_blank = value is None or (isinstance(value, str) and not value.strip())
        part = self._lookup.part(index, self.encoder.encode_one(attribute, value), is_blank=is_blank)
        if not isinstance(value, bool) and (not isinstance(value, str) or len(value) <= _LONGEST_KEPT):
            if len(known) >= _MOST_KEPT:
                known.clear()
            known[value] = part
        return part

    def score_matrix(self, matrix: Float32Matrix) -> MatrixScores:
        """Scores encoded records, float32 [rows, features]."""
        contributions, log_odds = self._session.run(_OUTPUTS, {INPUT: matrix})
        total = log_odds[:, 0].astype(np.float64)
        return MatrixScores(
            probabilities_of(total), contributions, points_per_log_odds_of(total, self.base_log_odds)
        )
