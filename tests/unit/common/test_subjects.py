"""A person in text and in JSON: where they are found, and what is left without them."""

from typing import Any

import pytest

from services.common.subjects import Subject, subject_of

ANNA = subject_of(
    emails=["Anna.Berg@Example.com "], phones=["+45 20 12 34 56"], records=[], names=["Anna  Berg", "王芳"]
)


@pytest.mark.parametrize(
    "text",
    [
        "write to anna.berg@example.com.",
        "ANNA BERG called",
        "Anna\nBerg's boss",
        "call 20123456",
        "call (+45) 2012-3456 now",
        "0045 20 12 34 56",
        "昨天王芳来电",
    ],
)
def test_is_found(text: str) -> None:
    assert ANNA.is_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "write to hanna.berg@example.com",
        "anna.berg@example.company",
        "Joanna Berg",
        "Anna Bergman",
        "2012345",
        "120123456789",
        "",
    ],
)
def test_others_are_left_alone(text: str) -> None:
    assert not ANNA.is_in(text)


def test_masking_keeps_every_position() -> None:
    text = "Met Anna Berg (anna.berg@example.com, +45 20 12 34 56) at 16:00."
    masked = ANNA.masked(text)
    assert len(masked) == len(text)
    assert masked.index("16:00") == text.index("16:00")
    assert not ANNA.is_in(masked)
    assert masked.startswith("Met •")


def test_masks_inside_json() -> None:
    value: dict[str, Any] = {"title": "Call Anna Berg", "people": [{"name": "Bo"}, "王芳"], "count": 3}
    assert ANNA.masked(value) == {"title": "Call •••••••••", "people": [{"name": "Bo"}, "••"], "count": 3}


def test_numbers_are_one_with_and_without_the_prefix() -> None:
    assert ANNA.has_phone("20 12 34 56")
    assert ANNA.has_phone("004520123456")
    assert not ANNA.has_phone("20123457")
    assert not ANNA.has_phone("3456")
    assert ANNA.is_address("ANNA.BERG@example.com")


def test_a_subject_without_texts_is_in_no_text() -> None:
    assert not Subject().is_in("anything")
    assert Subject().masked("anything") == "anything"
