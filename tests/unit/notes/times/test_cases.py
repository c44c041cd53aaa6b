"""Hundreds of expressions per language, written from its grammar."""

import pytest

from tests.unit.notes.times.described import described, read_cases

LANGUAGES = ("en", "da", "nb", "sv", "zh")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [(language, *case) for language in LANGUAGES for case in read_cases(language)],
)
def test_expression_means(language: str, text: str, expected: str) -> None:
    assert described(text, language) == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_hundreds_of_cases(language: str) -> None:
    assert len(list(read_cases(language))) >= 200
