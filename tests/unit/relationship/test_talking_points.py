"""Talking points: categories in five languages, whose words count, sensitive matter, the latest with its quote."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.relationship.talking_points import (
    LONGEST_QUOTE,
    SENSITIVE,
    Category,
    MailText,
    points_of,
    talking_points,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def categories(text: str, language: str = "", *, with_sensitive: bool = False) -> list[str]:
    found = talking_points([MailText("m1", NOON, text, language)], with_sensitive=with_sensitive)
    return [point.category.value for point in found]


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        ("en", "My daughter starts school on Monday.", "family"),
        ("en", "We saw a great concert last night!", "entertainment"),
        ("en", "I ran my first half-marathon.", "sports"),
        ("en", "I'm back from vacation", "vacation"),
        ("en", "We just closed our Series B round.", "funding"),
        ("en", "By the way, we are hiring a new controller.", "hiring"),
        ("en", "We launch our new platform in May.", "launch"),
        ("da", "Min datter begynder i skole på mandag.", "family"),
        ("da", "Vi var i biografen i går.", "entertainment"),
        ("da", "Så du fodboldkampen?", "sports"),
        ("da", "Jeg er på ferie til mandag.", "vacation"),
        ("da", "Vi har fået en ny investor.", "funding"),
        ("da", "Vi har fået ny direktør.", "hiring"),
        ("da", "Vi lancerer i maj.", "launch"),
        ("nb", "Kona mi starter i ny jobb.", "family"),
        ("nb", "Vi var på kino i går.", "entertainment"),
        ("nb", "Det ble en fin skitur.", "sports"),
        ("nb", "Jeg er på hytta til mandag.", "vacation"),
        ("nb", "Vi har gjort en emisjon.", "funding"),
        ("nb", "Vi ansetter flere selgere.", "hiring"),
        ("nb", "Vi lanserer i mai.", "launch"),
        ("sv", "Min dotter börjar skolan på måndag.", "family"),
        ("sv", "Vi gick på bio i går.", "entertainment"),
        ("sv", "Jag ska åka Vasaloppet i år.", "sports"),
        ("sv", "Jag är på semester till måndag.", "vacation"),
        ("sv", "Vi har gjort en nyemission.", "funding"),
        ("sv", "Vi anställer fler säljare.", "hiring"),
        ("sv", "Vi lanserar i maj.", "launch"),
        ("zh", "我女儿下周开学。", "family"),
        ("zh", "昨天看了一部电影。", "entertainment"),
        ("zh", "周末打了羽毛球。", "sports"),
        ("zh", "我下周休假。", "vacation"),
        ("zh", "我们刚完成B轮融资。", "funding"),
        ("zh", "我们正在招聘工程师。", "hiring"),
        ("zh", "新产品五月上线。", "launch"),
    ],
)
def test_categories(language: str, text: str, category: str) -> None:
    assert categories(text, language) == [category]
    assert category in categories(text)


@pytest.mark.parametrize(
    "text",
    [
        "Please send the offer by Friday.",
        "It is far too late for that series of tests.",
        "Our product family has three members.",
        "Thanks for the pricing.",
        "Se vedhæftet tilbud, vi tales ved.",
        "Vi sees på møtet i morgen.",
        "Vi hörs nästa vecka om avtalet.",
        "请把报价发给我。",
        "",
    ],
)
def test_business_as_usual_is_no_talking_point(text: str) -> None:
    assert categories(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "I have surgery next week.",
        "My son is in hospital.",
        "We met on vacation at the funeral.",
        "Min mand er sygemeldt.",
        "Mannen min er syk.",
        "Min man är sjukskriven.",
        "我儿子住院了。",
    ],
)
def test_sensitive_matter_is_off_by_default_in_every_category(text: str) -> None:
    assert categories(text) == []
    found = categories(text, with_sensitive=True)
    assert {each.value for each in SENSITIVE} & set(found)


def test_an_open_sentence_beside_a_sensitive_one_stays() -> None:
    assert categories("I have surgery next week. After that we go on a cruise.") == ["vacation"]


def test_the_latest_of_each_category_with_quote_and_date() -> None:
    mails = [
        MailText(f"m{days}", NOON - timedelta(days=days), text)
        for days, text in (
            (9, "My son plays. He loves football."),
            (3, "Hi,\r\n  my wife says hello\r\nAnd the contract?\r\n"),
            (5, "Great football yesterday"),
        )
    ]
    family, sports = talking_points(mails)
    assert (family.category, family.quote) == (Category.FAMILY, "my wife says hello")
    assert (family.activity_id, family.sent_at) == ("m3", NOON - timedelta(days=3))
    assert mails[1].text[family.start : family.end] == family.quote
    assert (sports.category, sports.quote) == (Category.SPORTS, "Great football yesterday")


def test_what_is_not_to_be_used_gives_way_to_the_next_latest() -> None:
    mails = [
        MailText("new", NOON, "Football tomorrow?"),
        MailText("old", NOON - timedelta(days=1), "Tennis was fun."),
    ]
    (point,) = talking_points(mails, not_to_use={("new", Category.SPORTS)})
    assert point.activity_id == "old"
    both = {("new", Category.SPORTS), ("old", Category.SPORTS)}
    assert talking_points(mails, not_to_use=both) == []


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n> How was your vacation?\n",
        "Yes.\n\nOn Mon, 2 Mar 2026 at 10:00, Ann Lee wrote:\nHow was your vacation?",
        "Ja.\n\nDen 2. mar. 2026 kl. 10.00 skrev Ann Lee <ann@example.com>:\nHvordan var din sommerferie?",
        "Yes.\n-----Original Message-----\nHow was your vacation?",
        "Yes.\nFrom: Ann Lee\nHow was your vacation?",
        "Yes.\n-- \nJohn, proud sponsor of local football",
        "好的。\n在 2026年3月2日,李安写道:\n休假怎么样?",
    ],
)
def test_what_others_wrote_is_not_read(text: str) -> None:
    assert categories(text) == []


def test_a_language_without_a_lexicon_is_read_with_all() -> None:
    assert categories("We saw a concert.", "fr") == ["entertainment"]
    assert categories("Jeg var på kino.", "no") == ["entertainment"]


def test_a_quote_has_an_end() -> None:
    (point,) = talking_points([MailText("m1", NOON, "football " * 500)])
    assert len(point.quote) <= LONGEST_QUOTE


@given(st.text(max_size=300), st.sampled_from(["", "en", "zh"]))
def test_any_text_gives_quotes_that_stand_in_it(text: str, language: str) -> None:
    for point in points_of(MailText("m1", NOON, f"{text} football, 足球", language)):
        assert f"{text} football, 足球"[point.start : point.end] == point.quote


@pytest.mark.parametrize(
    "piece",
    ["!", "football ", "launch ", "On ", "> ", "> a\n", "a\n> b\n", "\n", " ", "my ", "。", "a skrev "],
)
def test_long_texts_take_linear_time(piece: str) -> None:
    def work(length: int) -> float:
        text = piece * (length // len(piece)) + "x"
        started = time.process_time()
        list(points_of(MailText("m1", NOON, text)))
        return time.process_time() - started

    # Ten times the text may take ten times as long, with much room for a busy machine; quadratic time is a hundred.
    assert min(work(100_000) for _ in range(2)) < 50 * max(work(10_000), 0.01)
