"""Won deals as columns, so that one deal is compared with all of them at once.

Similarity is Gower's: per field 1 - |a - b| / range for numbers, 1 or 0 for all else, averaged with the weights over
the fields that both deals have; 0 where those have less than half of the weight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from services.relationship.similar_deals import Deal, Field, SimilarityModel, Value, known

LEAST_SIMILARITY = 0.5
MOST_SIMILAR = 20
FEWEST_SIMILAR = 5
MOST_NEWEST = 100
_KNOWN_SHARE = 0.5
_UNKNOWN = -1

_Floats: TypeAlias = NDArray[np.float64]


class Basis(StrEnum):
    """What a deal is compared with."""

    SIMILAR = "similar"
    NEWEST_WON = "newest_won"


@dataclass(frozen=True, slots=True)
class Match:
    """A won deal.

    Attributes:
        deal: The deal.
        similarity: 0 to 1.
    """

    deal: Deal
    similarity: float


@dataclass(frozen=True, slots=True)
class SimilarDeals:
    """The won deals to compare with.

    Attributes:
        basis: Similar ones, or the newest where fewer than five are similar.
        matches: The most similar first, or the newest first.
    """

    basis: Basis
    matches: tuple[Match, ...]


class WonIndex:
    """Won deals to compare others with.

    Args:
        model: From `learn_fields`.
        won: All won deals.

    Attributes:
        model: The same.
    """

    def __init__(self, model: SimilarityModel, won: Sequence[Deal]) -> None:
        self.model = model
        self._newest = sorted(won, key=lambda deal: (-deal.closed_day, deal.deal_id))
        self._ids = np.array([deal.deal_id for deal in self._newest], dtype=object)
        self._columns = [_Column(field, self._newest) for field in model.fields]

    def similar_to(self, deal: Deal) -> SimilarDeals:
        """Up to 20 won deals with a similarity of 0.5 or more; with fewer than 5 of them the newest 100 won.

        Args:
            deal: It is not compared with itself.
        """
        others = np.flatnonzero(self._ids != deal.deal_id)
        similarities = self._similarities(deal)[others]
        near = np.flatnonzero(similarities >= LEAST_SIMILARITY)
        if len(near) < FEWEST_SIMILAR:
            basis, chosen = Basis.NEWEST_WON, np.arange(min(MOST_NEWEST, len(others)))
        else:
            # Stable: of equals the newest first.
            nearest = np.argsort(-similarities[near], kind="stable")[:MOST_SIMILAR]
            basis, chosen = Basis.SIMILAR, near[nearest]
        matches = (Match(self._newest[others[place]], float(similarities[place])) for place in chosen)
        return SimilarDeals(basis, tuple(matches))

    def _similarities(self, deal: Deal) -> _Floats:
        """With each won deal, the newest first."""
        weight, alike = np.zeros(len(self._newest)), np.zeros(len(self._newest))
        for column in self._columns:
            value = known(deal.attributes.get(column.field.name))
            if value is not None:
                weight += column.field.weight * column.is_known
                alike += column.field.weight * column.likeness(value)
        return np.divide(alike, weight, out=np.zeros_like(alike), where=weight >= _KNOWN_SHARE)


class _Column:
    """What won deals have in one field."""

    def __init__(self, field: Field, deals: Sequence[Deal]) -> None:
        values = [known(deal.attributes.get(field.name)) for deal in deals]
        self.field = field
        self.is_known = np.array([value is not None for value in values], dtype=bool)
        self._codes: dict[tuple[type, Value], int] = {}
        self._code = np.array(
            [
                _UNKNOWN if value is None else self._codes.setdefault((type(value), value), len(self._codes))
                for value in values
            ],
            dtype=np.int64,
        )
        numbers = [float(value) if isinstance(value, int | float) else np.nan for value in values]
        self._number = np.array(numbers, dtype=np.float64)

    def likeness(self, value: str | float | bool) -> _Floats:
        """How alike a value is to that of each deal, 0 to 1; 0 where a deal has none."""
        span = self.field.span
        if span is None or not isinstance(value, int | float):
            is_same: NDArray[np.bool_] = self._code == self._codes.get((type(value), value), len(self._codes))
            return is_same.astype(np.float64)
        # A deal without a number there is like no number.
        distance: _Floats = np.where(np.isnan(self._number), np.inf, np.abs(self._number - value))
        # A field with one number alone: another is as far from it as can be.
        return np.maximum(0.0, 1 - distance / span) if span > 0 else (distance == 0).astype(np.float64)
