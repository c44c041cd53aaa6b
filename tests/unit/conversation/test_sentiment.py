from typing import Any

import pytest

from services.conversation.sentiment.sentiment import Tone, judge


@pytest.mark.parametrize(
    ("language", "text", "tone"),
    [
        ("en", "This is great, we love it!", Tone.POSITIVE),
        ("en", "Honestly, we are very disappointed and it keeps crashing.", Tone.NEGATIVE),
        ("en", "The meeting is on Tuesday at ten.", Tone.NEUTRAL),
        ("en", "That is not good at all.", Tone.NEGATIVE),
        ("da", "Det er en rigtig god løsning.", Tone.POSITIVE),
        ("da", "Vi er skuffede, det er en dårlig service.", Tone.NEGATIVE),
        ("da", "Det er ikke godt.", Tone.NEGATIVE),
        ("da", "Mødet er på tirsdag.", Tone.NEUTRAL),
        ("nb", "Dette er kjempebra, vi er veldig fornøyde.", Tone.POSITIVE),
        ("nb", "Systemet er tregt og ustabilt.", Tone.NEGATIVE),
        ("nb-NO", "Møtet er på tirsdag.", Tone.NEUTRAL),
        ("sv", "Det här är jättebra, vi är glada.", Tone.POSITIVE),
        ("sv", "Vi är besvikna, det är dåligt.", Tone.NEGATIVE),
        ("sv", "Mötet är på tisdag.", Tone.NEUTRAL),
        ("zh", "质量很好\uff0c非常满意\uff01", Tone.POSITIVE),
        ("zh", "太失望了\uff0c质量很差。", Tone.NEGATIVE),
        ("zh", "会议在星期二。", Tone.NEUTRAL),
    ],
)  # fmt: skip
def test_tone_in_five_languages(language: Any, text: Any, tone: Any) -> None:
    assert judge(text, language).tone is tone


@pytest.mark.parametrize("language", ["en", "da", "nb", "sv", "zh", "fr", ""])
@pytest.mark.parametrize("text", ["", "   ", "12 34", "?!", "\u0000", "word " * 20_000, "x" * 100_000])
def test_any_text_has_a_score_from_minus_one_to_one(language: Any, text: Any) -> None:
    assert -1 <= judge(text, language).score <= 1


def test_a_long_complaint_stays_one() -> None:
    assert judge("This is terrible and we hate it. " * 500, "en").tone is Tone.NEGATIVE


def test_but_weighs_what_follows_it() -> None:
    assert judge("Produktet er fint, men supporten er elendig.", "nb").tone is Tone.NEGATIVE
