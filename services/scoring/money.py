"""What a deal is worth, and what it is worth at its odds."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

NANOS = 1_000_000_000
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, not negative; the fields of `google.type.Money`.

    Attributes:
        currency: Three letters of ISO 4217.
        units: Whole units.
        nanos: Billionths of a unit, 0 to 999,999,999.
    """

    currency: str
    units: int
    nanos: int = 0

    @property
    def value(self) -> Decimal:
        """The amount as one number."""
        return Decimal(self.units) + Decimal(self.nanos) / NANOS


def expected_value(amount: Money, probability: float) -> Money:
    """Probability x amount, rounded half even to two decimals."""
    value = (amount.value * Decimal(repr(probability))).quantize(_CENT, ROUND_HALF_EVEN)
    units = int(value)
    return Money(amount.currency, units, int((value - units) * NANOS))
