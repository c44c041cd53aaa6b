"""Fellegi-Sunter weights over several populations of pairs: probability of a match, and each field's part in it.

A pair's levels are met with probability prod_f m_f(level) among matches, and sum_k share_k prod_f u_kf(level) among
the others, who are strangers, colleagues, a household and so on. Within a population fields are independent; between
them the mixture carries what depends on what. With one other population this is Fellegi and Sunter (1969).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from services.dedupe.comparison import COMPARISONS, MISSING

Tables = npt.NDArray[np.float64]
Levels = npt.NDArray[np.int64]
MOST_LEVELS = max(len(comparison.level_names) for comparison in COMPARISONS)
# Raised when a ladder of levels changes: weights of another version don't fit.
WEIGHTS_VERSION = 1


@dataclass(frozen=True)
class Parts:
    """A pair's log-odds in bits, taken apart; they sum to it.

    Attributes:
        prior: What holds before any field is looked at.
        fields: Each field's own weight, log2(m / u) with u among strangers; 0 where one side is silent.
        dependence: What is taken back since others than strangers share such values in bundles (or what is added
            where even strangers among the candidates would share more).
    """

    prior: float
    fields: tuple[float, ...]
    dependence: float

    @property
    def match_weight(self) -> float:
        """Log-odds of a match in bits."""
        return self.prior + sum(self.fields) + self.dependence


@dataclass(frozen=True, eq=False)
class Weights:
    """How often levels are met, by population.

    Attributes:
        populations: Names of those that do not match, strangers first.
        shares: float [1 + populations], the matches' first; sums to 1 over candidate pairs.
        tables: float [1 + populations, fields, levels]; sums to 1 over the levels but "missing", which is 0.
    """

    populations: tuple[str, ...]
    shares: Tables
    tables: Tables

    def log_likelihoods(self, levels: Levels) -> Tables:
        """Natural log of share times likelihood.

        Args:
            levels: int [pairs, fields], in the order of `COMPARISONS`.

        Returns:
            float [pairs, 1 + populations].
        """
        with np.errstate(divide="ignore"):
            logs = np.log(self.tables)
            total = np.broadcast_to(np.log(self.shares), (len(levels), len(self.shares))).copy()
        # A silent field says nothing.
        logs[:, :, MISSING] = 0.0
        for field in range(levels.shape[1]):
            total += logs[:, field, :].T[levels[:, field]]
        return total

    def match_log_odds(self, levels: Levels) -> Tables:
        """Natural log-odds of a match, float [pairs]."""
        logs = self.log_likelihoods(levels)
        odds: Tables = logs[:, 0] - np.logaddexp.reduce(logs[:, 1:], axis=1)
        return odds

    def probabilities(self, levels: Levels) -> Tables:
        """Probability of a match, float [pairs]."""
        found: Tables = 1.0 / (1.0 + np.exp(-np.clip(self.match_log_odds(levels), -500.0, 500.0)))
        return found

    def parts(self, levels: Sequence[int]) -> Parts:
        """One pair's log-odds taken apart."""
        row = np.asarray([levels], dtype=np.int64)
        weight = float(self.match_log_odds(row)[0] / np.log(2.0))
        prior = float(np.log2(self.shares[0] / self.shares[1:].sum()))
        fields = tuple(
            0.0
            if level == MISSING
            else float(np.log2(self.tables[0, field, level] / self.tables[1, field, level]))
            for field, level in enumerate(levels)
        )
        return Parts(prior, fields, weight - prior - sum(fields))

    def to_json(self) -> str:
        """Text that `from_json` reads back to the last bit."""
        by_field = [
            {
                "field": comparison.field.value,
                "levels": list(comparison.level_names[1:]),
                "frequencies": self.tables[:, row, 1 : len(comparison.level_names)].tolist(),
            }
            for row, comparison in enumerate(COMPARISONS)
        ]
        return json.dumps(
            {
                "version": WEIGHTS_VERSION,
                "populations": list(self.populations),
                "shares": self.shares.tolist(),
                "fields": by_field,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Weights as they were stored.

        Raises:
            ValueError: They are of another version or other ladders of levels.
        """
        stored = json.loads(text)
        levels = [field["levels"] for field in stored.get("fields", ())]
        expected = [list(comparison.level_names[1:]) for comparison in COMPARISONS]
        if stored.get("version") != WEIGHTS_VERSION or levels != expected:
            raise ValueError("these weights are of another version: estimate them anew")
        tables = np.zeros((len(stored["shares"]), len(COMPARISONS), MOST_LEVELS))
        for row, field in enumerate(stored["fields"]):
            tables[:, row, 1 : len(field["levels"]) + 1] = field["frequencies"]
        return cls(tuple(stored["populations"]), np.asarray(stored["shares"]), tables)
