"""A person in text and in JSON: where they are found, and what is left without them."""

import json
import re
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.common.codes import Code
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


class Mood(StrEnum):
    ANNA = "anna berg"


@dataclass(frozen=True)
class Said:
    words: str
    mood: Mood = Mood.ANNA
    language: Code = "Anna Berg"
    fields: tuple[Code, ...] = ("Anna Berg",)
    what: Literal["Anna Berg"] = "Anna Berg"
    inner: "tuple[Said, ...]" = ()


def test_what_programs_read_is_nobodys_name() -> None:
    said = Said("Call Anna Berg", inner=(Said("anna berg"),))
    assert ANNA.masked(said) == Said("Call •••••••••", inner=(Said("•••••••••"),))
    stored = TypeAdapter(Said).dump_python(said, mode="json")
    masked = ANNA.masked_as(TypeAdapter(Said), stored)
    assert TypeAdapter(Said).validate_python(masked) == ANNA.masked(said)
    assert ANNA.is_in_as(TypeAdapter(Said), stored)
    assert not ANNA.is_in_as(TypeAdapter(Said), masked)


def test_numbers_are_one_with_and_without_the_prefix() -> None:
    assert ANNA.has_phone("20 12 34 56")
    assert ANNA.has_phone("004520123456")
    assert not ANNA.has_phone("20123457")
    assert not ANNA.has_phone("3456")
    assert ANNA.is_address("ANNA.BERG@example.com")


def test_a_subject_without_texts_is_in_no_text() -> None:
    assert not Subject().is_in("anything")
    assert Subject().masked("anything") == "anything"


# `masked` looks at every letter: what the others leave out at first sight is what it would leave as it is.

_PIECES = (
    *(
        "Anna",
        "ANNA",
        "Berg",
        "berg",
        "\u212airsten",
        "kirsten",
        "ki\u017fs",
        "kiss",
        "\u0130rem",
        "\u0131rem",
    ),
    *(
        "straße",
        "STRASSE",
        "Σίσυφος",
        "ΣΊΣΥΦΟΣ",
        "王芳",
        "王",
        "anna.berg@example.com",
        "ANNA.BERG@EXAMPLE.COM",
    ),
    *("@", ".", "x", "\u0307", "20 12 34 56", "20", "12", "+45", "0045", "123456", "(", ")", "-", "/", " "),
    *("\n", "\u00a0", '"', "\\", "\x01", "•"),
)
_TEXTS = st.lists(st.sampled_from(_PIECES), max_size=8).map("".join)
_SUBJECTS = st.builds(
    subject_of,
    emails=st.lists(st.sampled_from(["anna.berg@example.com", "x@\u0130rem"]), max_size=1),
    phones=st.lists(st.sampled_from(["+45 20 12 34 56", "123456", "20"]), max_size=1),
    records=st.just([]),
    names=st.lists(_TEXTS.filter(lambda name: "•" not in name), max_size=2),
)


@given(_SUBJECTS, st.lists(_TEXTS, max_size=3))
def test_whoever_is_found_letter_by_letter_is_found(subject: Subject, texts: list[str]) -> None:
    value = {"a": texts[:1], "b": {"c": texts[1:]}, "d": 5}
    named = subject.masked(value) != value
    assert subject.is_in(value) == named
    if named:
        assert subject.may_be_in_json(json.dumps(value, ensure_ascii=False))


def test_letters_that_are_one_to_a_pattern_are_one_at_first_sight() -> None:
    letters = "".join(
        letter
        for letter in map(chr, range(sys.maxunicode + 1))
        if letter != letter.lower() or letter != letter.upper()
    )
    for letter in letters:
        for same in re.findall(letter, letters, re.IGNORECASE):
            if same != letter:
                assert Subject(names=frozenset([f"q{letter}"])).is_in(f"Q{same}"), (letter, same)


def test_who_is_not_named_is_seen_from_the_stored_text() -> None:
    assert not ANNA.may_be_in_json('{"contact":"Bo Berg","phone":"2012345","mail":"bo@example.com"}')
    assert not Subject().may_be_in_json('{"contact":"C:\\\\Anna"}')
