"""A kind that is dismissed most of the time is offered less: the rule, and where it begins."""

import pytest

from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.offers import Offer, offered

CALL, TASK = SuggestionKind.PHONE_CALL, SuggestionKind.TASK


def offer(accepted: int, dismissed: int, confidence: float) -> Offer:
    """So many decisions about suggestions that were all so sure."""
    return Offer(CALL, accepted, dismissed, (accepted + dismissed) * confidence)


def even(expected: float, rate: float) -> float:
    """The probability of the product of two odds."""
    odds = expected / (1 - expected) * rate / (1 - rate)
    return odds / (1 + odds)


@pytest.mark.parametrize(
    ("accepted", "dismissed", "confidence", "rate", "minimum"),
    [
        (0, 0, 0.0, 1 / 2, 0.0),
        (0, 19, 0.8, 20 / 21, 0.0),  # too few decisions
        (10, 10, 0.8, 1 / 2, 0.0),  # half is not most
        (9, 11, 0.8, 12 / 22, even(0.8, 12 / 22)),  # just above the mean confidence
        (5, 15, 0.8, 16 / 22, even(0.8, 16 / 22)),
        (0, 20, 0.8, 21 / 22, even(0.8, 21 / 22)),
        (5, 15, 0.6, 16 / 22, 0.8),
        (160, 40, 0.9, 41 / 202, 0.0),
        (0, 200, 0.97, 201 / 202, 0.999),  # never above that
        (0, 10**9, 1.0, (10**9 + 1) / (10**9 + 2), 0.999),
        (0, 30, 0.0, 31 / 32, 0.0),
    ],
)
def test_the_least_confidence_of_a_kind(
    accepted: int, dismissed: int, confidence: float, rate: float, minimum: float
) -> None:
    held = offer(accepted, dismissed, confidence)
    assert held.dismissal_rate == pytest.approx(rate)
    assert held.minimum_confidence == pytest.approx(minimum)


@pytest.mark.parametrize("confidence", [0.55, 0.8, 0.97])
def test_what_is_as_sure_as_the_rest_goes_once_most_is_dismissed(confidence: float) -> None:
    assert offer(10, 10, confidence).minimum_confidence == 0
    assert offer(9, 12, confidence).minimum_confidence > confidence


def test_more_dismissals_never_offer_more() -> None:
    minima = [offer(15, dismissed, 0.7).minimum_confidence for dismissed in range(200)]
    assert minima == sorted(minima)


def test_only_the_kind_and_only_what_is_below_are_withheld() -> None:
    found = [
        Suggestion(CALL, 0, 1, "sure", confidence=0.9),
        Suggestion(CALL, 2, 3, "just", confidence=0.8),
        Suggestion(CALL, 4, 5, "unsure", confidence=0.79),
        Suggestion(TASK, 6, 7, "other", confidence=0.1),
    ]
    kept = offered(found, {CALL: 0.8, TASK: 0.0})
    assert [each.title for each in kept.suggestions] == ["sure", "just", "other"]
    assert kept.withheld == 1
    assert offered(found, {}).withheld == 0
