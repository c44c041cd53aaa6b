"""A kind that is dismissed most of the time is offered less: the rule, and where it begins."""

import pytest

from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.offers import Offer, offered

CALL, TASK = SuggestionKind.PHONE_CALL, SuggestionKind.TASK


@pytest.mark.parametrize(
    ("accepted", "dismissed", "rate", "minimum"),
    [
        (0, 0, 1 / 2, 0.0),
        (0, 19, 20 / 21, 0.0),  # too few decisions
        (0, 20, 21 / 22, 0.95),  # never above that
        (10, 10, 1 / 2, 0.0),  # half is not most
        (9, 11, 12 / 22, 12 / 22),
        (40, 160, 161 / 202, 161 / 202),
        (160, 40, 41 / 202, 0.0),
        (0, 10**9, (10**9 + 1) / (10**9 + 2), 0.95),
    ],
)
def test_the_least_confidence_of_a_kind(accepted: int, dismissed: int, rate: float, minimum: float) -> None:
    offer = Offer(CALL, accepted, dismissed)
    assert offer.dismissal_rate == pytest.approx(rate)
    assert offer.minimum_confidence == pytest.approx(minimum)


def test_more_dismissals_never_offer_more() -> None:
    minima = [Offer(CALL, 15, dismissed).minimum_confidence for dismissed in range(200)]
    assert minima == sorted(minima)


def test_only_the_kind_and_only_what_is_below_are_withheld() -> None:
    found = [
        Suggestion(CALL, 0, 1, "sure", confidence=0.9),
        Suggestion(CALL, 2, 3, "just", confidence=0.8),
        Suggestion(CALL, 4, 5, "unsure", confidence=0.79),
        Suggestion(TASK, 6, 7, "other", confidence=0.1),
    ]
    offer = offered(found, {CALL: 0.8, TASK: 0.0})
    assert [each.title for each in offer.suggestions] == ["sure", "just", "other"]
    assert offer.withheld == 1
    assert offered(found, {}).withheld == 0
