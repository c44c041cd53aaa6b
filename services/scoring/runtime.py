"""A trained model in memory: scores one record by its tables, or a matrix of them in one run of onnxruntime."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime

from services.common.errors import Code, LeadlightError, Reason
from services.scoring.encoding import Encoder, Value
from services.scoring.ensemble import Float32Matrix, Float64Vector
from services.scoring.lookup import TableLookup
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
_WARNINGS_OFF = 3


class RecordScore(NamedTuple):
    """What a model says about one record.

    Attributes:
        probability: Calibrated, 0 to 1.
        log_odds: The same in log-odds.
        contributions: Log-odds of each of the model's attributes; with the base value they add up to the record's.
        points_per_log_odds: Times a contribution it gives the attribute's points.
    """

    probability: float
    log_odds: float
    contributions: list[float]
    points_per_log_odds: float


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
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _WARNINGS_OFF
        # Batches differ in length: a memory pattern for each length would only pile up.
        options.enable_mem_pattern = False
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
            properties = self._session.get_modelmeta().custom_metadata_map
            metadata = ModelMetadata.from_properties(properties)
            self._lookup = TableLookup(content, len(metadata.attributes))
        except Exception as error:  # onnxruntime's exceptions have no common base class
            raise LeadlightError(
                Code.DATA_LOSS, Reason.MODEL_FILE_CORRUPT, "the file is no model of this suite; train again"
            ) from error
        self.attributes = metadata.attributes
        self.base_log_odds = metadata.base_log_odds
        self.base_points = 100.0 * probability_of(self.base_log_odds)
        self.intervals = metadata.intervals
        self.encoder = Encoder(metadata.features, also_known)

    def score(self, values: Mapping[str, Value], *, age_days: float = math.nan) -> RecordScore:
        """Scores one record.

        Args:
            values: Its attributes; a missing one is blank.
            age_days: Days since it was created, NaN if not known.

        Raises:
            LeadlightError: INVALID_ARGUMENT naming each attribute with a value of the wrong type.
        """
        return self.score_row(self.encoder.encode(values, age_days=age_days))

    def score_row(self, row: Sequence[float]) -> RecordScore:
        """Scores one encoded record, [features]."""
        contributions = self._lookup.contributions(row)
        total = self.base_log_odds + sum(contributions)
        return RecordScore(
            probability_of(total),
            total,
            contributions,
            points_per_log_odds(total, self.base_log_odds),
        )

    def score_matrix(self, matrix: Float32Matrix) -> MatrixScores:
        """Scores encoded records, float32 [rows, features]."""
        contributions, log_odds = self._session.run(_OUTPUTS, {INPUT: matrix})
        total = log_odds[:, 0].astype(np.float64)
        return MatrixScores(
            probabilities_of(total), contributions, points_per_log_odds_of(total, self.base_log_odds)
        )
