"""Whatever is pasted into a note is answered, in time linear in its length."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notes.times.conventions import TimeContext
from services.notes.times.language import words_of
from services.notes.times.languages import CODES
from services.notes.times.resolve import prepare, resolve_times
from tests.unit.notes.times.described import CONTEXT

NOTE = (
    "Spoke with Anna about the renewal: demo next Tuesday at 3 pm, price list by Friday, 12 people, budget 40,000. "
    "Møde den 4. maj kl. 16, igen om 14 dage. 下周三下午三点和客户开会。 "
)
PATHOLOGICAL = (
    "1 " * 50_000,
    "1" * 100_000,
    "1-" * 50_000,
    "1.1." * 25_000,
    "monday " * 14_000,
    "next " * 20_000,
    "the first of the last of " * 4_000,
    "every other " * 8_000,
    "9-11 to 12-13 and " * 5_000,
    "twenty-" * 14_000,
    "a\u0301" * 50_000,
    "三" * 100_000,
    "下下下周" * 25_000,
    "两点三十" * 25_000,
    "." * 100_000,
    "between " * 12_000,
    "in in a a half half and and " * 3_500,
    "halv " * 20_000,
    "Sat and May. " * 8_000,
)
WORDS = words_of(
    "next last this monday may 4 9 9-11 3:30 pm at on the of first in two weeks ago every other by until from to - , "
    "halv fire kvart over i om for siden uge den senest hver anden "
    "下周 三 点 半 月 底 前 后 每 第 个 五 号 "
    "2026 31 0 99 years second quarter end beginning noon 5/4 5.4. 30.2. 99999999 1900"
)


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(
    "text", ["", " ", "\x00\x01\x02", "\u202eyadnom\u202c", "<b>Monday</b>", "{{ now }} %s {0}", "🙂" * 50]
)
def test_odd_texts_are_answered(text: str, language: str) -> None:
    for mention in resolve_times(text, language, CONTEXT):
        assert 0 <= mention.span_start < mention.span_end <= len(text)


@given(words=st.lists(st.sampled_from(WORDS), max_size=25), language=st.sampled_from(CODES))
@settings(max_examples=300, deadline=None)
def test_words_of_time_in_any_order_are_answered(words: list[str], language: str) -> None:
    text = " ".join(words)
    end = 0
    for mention in resolve_times(text, language, CONTEXT):
        assert end <= mention.span_start < mention.span_end <= len(text)
        end = mention.span_end
        assert 1 <= len(mention.readings) <= 4
        assert sum(reading.probability for reading in mention.readings) == pytest.approx(1)


@given(text=st.text(max_size=200), language=st.sampled_from(CODES))
@settings(max_examples=200, deadline=None)
def test_any_text_is_answered(text: str, language: str) -> None:
    for mention in resolve_times(text, language, CONTEXT):
        assert 0 <= mention.span_start < mention.span_end <= len(text)


@pytest.mark.parametrize("reference", ["0001-01-01T00:00", "9999-12-31T23:59", "1582-10-15T00:00"])
@pytest.mark.parametrize("language", CODES)
def test_references_at_the_ends_of_the_calendar_are_answered(reference: str, language: str) -> None:
    context = TimeContext(datetime.fromisoformat(reference), ZoneInfo("Europe/Oslo"))
    for text in (
        "next week",
        "om 14 dage",
        "for to år siden",
        "om två veckor",
        "三天后",
        "last Monday",
        NOTE,
    ):
        resolve_times(text, language, context)


def seconds(text: str, language: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        resolve_times(text, language, CONTEXT)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("language", CODES)
def test_time_grows_with_the_length_and_no_faster(language: str) -> None:
    prepare(language)
    pieces = {length: (NOTE * (length // len(NOTE) + 1))[:length] for length in (300, 30_000, 100_000)}
    per_character = {length: seconds(text, language) / length for length, text in pieces.items()}
    assert per_character[30_000] < 3 * per_character[300]
    assert per_character[100_000] < 3 * per_character[300]


@pytest.mark.parametrize("language", ["en", "da", "zh"])
@pytest.mark.parametrize("text", PATHOLOGICAL, ids=lambda text: str(text)[:12])
def test_pathological_texts_stay_linear(text: str, language: str) -> None:
    prepare(language)
    small, large = seconds(text[:1_000], language), seconds(text[:20_000], language)
    assert large < 60 * max(small, 0.001)
