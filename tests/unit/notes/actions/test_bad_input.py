"""Any text gets an answer, in time linear in its length."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from services.notes.actions.suggest import MOST_SUGGESTIONS, suggest_actions
from services.notes.text import plain_text
from services.notes.times.conventions import TimeContext

CONTEXT = TimeContext(datetime.fromisoformat("2026-03-11T09:30"), ZoneInfo("Europe/Copenhagen"))
LONG = 16_000
TIMES_LONGER = 8
MOST_TIMES_SLOWER = 24  # quadratic time would be 64


@pytest.mark.parametrize(
    "note",
    [
        "",
        " \n\t",
        "\x00\x01",
        "🎉🎉 👍🏽",
        "{{7*7}} ${jndi} %n <%= x %>",
        "\u202e\u200f\u2066",
        "\ud800",
        "&#x110000;",
        "?" * 50,
    ],
)
def test_strange_notes_give_nothing(note: str) -> None:
    assert suggest_actions(note, None, CONTEXT) == ()


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "<a ",
            "<!--",
            "<script>",
            "&",
            "[",
            "* a *b",
            "(",
            "call ",
            "not call ",
            "a@",
            "1 2-",
            "1",
            "kl. ",
        ),
        *(
            "打电话给张三",
            "会议",
            "Ab ",
            "- ",
            "and call ",
            "e\u0301",
            "\u200b",
            "**a ",
            "Call Bob tomorrow. ",
        ),
    ],
)
def test_time_is_linear_in_the_length(unit: str) -> None:
    note = (unit * LONG)[:LONG]
    suggest_actions(note[:500], None, CONTEXT)
    short, long = _seconds(note[: LONG // TIMES_LONGER]), _seconds(note)
    assert long < MOST_TIMES_SLOWER * max(short, 0.01)


def _seconds(note: str) -> float:
    """Processor time of the fastest of three readings: other programs slow single ones."""
    found = []
    for _ in range(3):
        started = time.process_time()
        suggest_actions(note, None, CONTEXT)
        found.append(time.process_time() - started)
    return min(found)


def test_a_note_gives_so_many_suggestions_and_no_more() -> None:
    note = "\n".join(f"Call Bob about order {number}." for number in range(MOST_SUGGESTIONS + 20))
    assert len(suggest_actions(note, "en", CONTEXT)) == MOST_SUGGESTIONS


def test_a_long_note_keeps_its_spans() -> None:
    note = "Nothing to report.\n" * 4_000 + "<b>Call Anna</b> on Friday"
    (found,) = suggest_actions(note, "en", CONTEXT)
    assert note[found.span_start : found.span_end] == "Call Anna</b> on Friday"
    assert len(plain_text(note).text) == len(note) - len("<b></b>")
