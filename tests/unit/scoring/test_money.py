"""Expected value: probability x amount."""

import pytest

from services.scoring.money import Money, expected_value


@pytest.mark.parametrize(
    ("amount", "probability", "expected"),
    [
        (Money("EUR", 10_000), 0.25, Money("EUR", 2_500)),
        (Money("EUR", 99, 990_000_000), 0.5, Money("EUR", 50)),
        (Money("DKK", 1, 0), 0.125, Money("DKK", 0, 120_000_000)),
        (
            Money("SEK", 9_000_000_000_000_000, 10_000_000),
            1.0,
            Money("SEK", 9_000_000_000_000_000, 10_000_000),
        ),
        (Money("NOK", 100), 0.0, Money("NOK", 0)),
    ],
)
def test_a_deal_is_worth_its_amount_times_its_odds(
    amount: Money, probability: float, expected: Money
) -> None:
    assert expected_value(amount, probability) == expected
