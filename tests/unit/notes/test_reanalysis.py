"""What becomes of a note's suggestions when it is analysed again: golden vectors of the rule."""

from datetime import UTC, datetime

import pytest

from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.note import State, StoredSuggestion
from services.notes.reanalysis import reconciled, words_of

DECIDED = datetime(2026, 3, 2, tzinfo=UTC)
KINDS = {kind.value: kind for kind in SuggestionKind}

Old = tuple[int, str, str, str]  # number, kind, words, state
Found = tuple[str, str]  # kind, words
Now = tuple[int, str, str, str]


def spans(text: str, words: list[str]) -> list[tuple[int, int]]:
    """Where some words stand in a text, each behind the one before if it can."""
    found, start = [], 0
    for each in words:
        at = text.find(each, start)
        at = text.find(each) if at < 0 else at
        assert at >= 0, f"{each!r} is not in {text!r}"
        found.append((at, at + len(each)))
        start = at + 1
    return found


def suggestion(kind: str, span: tuple[int, int], title: str) -> Suggestion:
    return Suggestion(KINDS[kind], span[0], span[1], title)


def stored(text: str, olds: list[Old]) -> list[StoredSuggestion]:
    return [
        StoredSuggestion(
            "n",
            number,
            suggestion(kind, span, "old"),
            "UTC",
            State(state),
            None if state == "open" else DECIDED,
        )
        for (number, kind, words, state), span in zip(
            olds, spans(text, [words for _, _, words, _ in olds]), strict=True
        )
    ]


VECTORS: dict[str, tuple[str, list[Old], str, list[Found], list[Now]]] = {
    "nothing changes": (
        "Call Ann. Send it.",
        [(1, "phone_call", "Call Ann", "open"), (2, "task", "Send it", "accepted")],
        "Call Ann. Send it.",
        [("phone_call", "Call Ann"), ("task", "Send it")],
        [(1, "phone_call", "Call Ann", "open"), (2, "task", "Send it", "accepted")],
    ),
    "what was decided moves with its words": (
        "Call Ann. Send it.",
        [(1, "phone_call", "Call Ann", "dismissed"), (2, "task", "Send it", "accepted")],
        "Good talk today. Send it. Call Ann.",
        [("task", "Send it"), ("phone_call", "Call Ann")],
        [(2, "task", "Send it", "accepted"), (1, "phone_call", "Call Ann", "dismissed")],
    ),
    "white space and case are no change": (
        "Call Ann on Monday",
        [(1, "phone_call", "Call Ann on Monday", "dismissed")],
        "call  Ann\non monday",
        [("phone_call", "call  Ann\non monday")],
        [(1, "phone_call", "call  Ann\non monday", "dismissed")],
    ),
    "other words are another suggestion": (
        "Call Ann on Monday",
        [(1, "phone_call", "Call Ann on Monday", "dismissed")],
        "Call Ann on Tuesday",
        [("phone_call", "Call Ann on Tuesday")],
        [(2, "phone_call", "Call Ann on Tuesday", "open")],
    ),
    "an open one whose words are gone is gone": (
        "Call Ann. Send it.",
        [(1, "phone_call", "Call Ann", "open"), (2, "task", "Send it", "open")],
        "Send it.",
        [("task", "Send it")],
        [(2, "task", "Send it", "open")],
    ),
    "a decided one whose words are gone is gone": (
        "Call Ann. Send it.",
        [(1, "phone_call", "Call Ann", "accepted"), (2, "task", "Send it", "open")],
        "Send it.",
        [("task", "Send it")],
        [(2, "task", "Send it", "open")],
    ),
    "an open one that is not found again goes": (
        "Call Ann.",
        [(1, "phone_call", "Call Ann", "open")],
        "No need to Call Ann.",
        [],
        [],
    ),
    "a decided one that is not found again stays with its words": (
        "Call Ann.",
        [(1, "phone_call", "Call Ann", "dismissed")],
        "Fine. Call Ann.",
        [],
        [(1, "phone_call", "Call Ann", "dismissed")],
    ),
    "another reading of decided words is not offered": (
        "Ring Ann",
        [(1, "task", "Ring Ann", "dismissed")],
        "Ring Ann",
        [("phone_call", "Ring Ann")],
        [(1, "task", "Ring Ann", "dismissed")],
    ),
    "two kinds on the same words are two suggestions": (
        "Call Ann and meet her",
        [
            (1, "phone_call", "Call Ann and meet her", "accepted"),
            (2, "appointment", "Call Ann and meet her", "open"),
        ],
        "Call Ann and meet her",
        [("phone_call", "Call Ann and meet her"), ("appointment", "Call Ann and meet her")],
        [
            (1, "phone_call", "Call Ann and meet her", "accepted"),
            (2, "appointment", "Call Ann and meet her", "open"),
        ],
    ),
    "of the same words twice the first meets the first": (
        "Call Ann. Call Ann.",
        [(1, "phone_call", "Call Ann", "accepted"), (2, "phone_call", "Call Ann", "dismissed")],
        "Call Ann. Call Ann. Call Ann.",
        [("phone_call", "Call Ann"), ("phone_call", "Call Ann"), ("phone_call", "Call Ann")],
        [
            (1, "phone_call", "Call Ann", "accepted"),
            (2, "phone_call", "Call Ann", "dismissed"),
            (3, "phone_call", "Call Ann", "open"),
        ],
    ),
    "numbers are never given twice": (
        "Call Ann.",
        [(4, "phone_call", "Call Ann", "open")],
        "Meet Bo. Mail Cy.",
        [("appointment", "Meet Bo"), ("email", "Mail Cy")],
        [(5, "appointment", "Meet Bo", "open"), (6, "email", "Mail Cy", "open")],
    ),
    "Chinese": (
        "周四给她打电话。",
        [(1, "phone_call", "周四给她打电话", "accepted")],
        "会议很好。周四给她打电话。",
        [("phone_call", "周四给她打电话")],
        [(1, "phone_call", "周四给她打电话", "accepted")],
    ),
    "signs of patterns in words are words": (
        "Call (a+)+ [b]",
        [(1, "phone_call", "Call (a+)+ [b]", "dismissed")],
        "So: Call (a+)+ [b]",
        [],
        [(1, "phone_call", "Call (a+)+ [b]", "dismissed")],
    ),
    "an emptied note": ("Call Ann", [(1, "phone_call", "Call Ann", "accepted")], "", [], []),
}


@pytest.mark.parametrize(("before", "olds", "text", "found", "now"), VECTORS.values(), ids=VECTORS)
def test_vector(before: str, olds: list[Old], text: str, found: list[Found], now: list[Now]) -> None:
    places = spans(text, [words for _, words in found])
    findings = [suggestion(kind, span, "new") for (kind, _), span in zip(found, places, strict=True)]
    last = max(number for number, *_ in olds)
    after, last_number = reconciled(
        stored(before, olds), before, findings, text, note_id="n", time_zone="UTC", last_number=last
    )
    assert [
        (
            each.number,
            each.suggestion.kind.value,
            text[each.suggestion.span_start : each.suggestion.span_end],
            each.state.value,
        )
        for each in after
    ] == now
    assert last_number == max([last, *(number for number, *_ in now)])
    for each in after:
        # Who decided did so on what it was; who did not is offered what it is.
        assert each.suggestion.title == ("old" if each.is_decided else "new")
        assert (each.decided_at == DECIDED) == each.is_decided


def test_words_that_stay_are_taken_where_they_stood() -> None:
    text = "Call Ann. " * 3
    old = stored("Hello. Call Ann.", [(1, "phone_call", "Call Ann", "dismissed")])
    after, _ = reconciled(old, "Hello. Call Ann.", [], text, note_id="n", time_zone="UTC", last_number=1)
    assert [each.suggestion.span_start for each in after] == [10]


def test_a_note_of_one_word_a_hundred_thousand_characters_long() -> None:
    before = "Call Ann " + "a " * 50_000
    old = stored(before, [(1, "phone_call", "Call Ann", "dismissed")])
    after, _ = reconciled(old, before, [], before[9:], note_id="n", time_zone="UTC", last_number=1)
    assert after == []


@pytest.mark.parametrize(
    ("text", "words"), [("", ""), (" a\tB\n", "a b"), ("Straße", "strasse"), ("打\u3000电话", "打 电话")]
)
def test_words(text: str, words: str) -> None:
    assert words_of(text) == words
