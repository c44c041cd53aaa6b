"""The languages of sentences: their tags, their numbers, and wordings that say the same in each."""

from pathlib import Path
from string import Formatter

import pytest

from services.common.errors import LeadlightError
from services.common.languages import LANGUAGES, Phrases, counted, decimal, language, read_phrases

SERVICES = Path(__file__).parents[3] / "services"
FILES = [SERVICES / name / "phrases.json" for name in ("qualification", "relationship", "scoring")]


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize(
    ("tag", "found"),
    [("", "en"), ("da-DK", "da"), ("no", "nb"), ("nb-NO", "nb"), ("zh-Hans", "zh"), ("SV", "sv")],
)
def test_a_tag_becomes_a_language(tag: str, found: str) -> None:
    assert language(tag, "language") == found


def test_another_language_is_refused() -> None:
    with pytest.raises(LeadlightError) as refused:
        language("fr", "lead.language")
    assert [each.field for each in refused.value.violations] == ["lead.language"]


@pytest.mark.parametrize(("number", "said"), [(0, "0 days"), (1, "1 day"), (2, "2 days"), (21, "21 days")])
def test_a_sentence_that_depends_on_a_number(number: int, said: str) -> None:
    assert counted({"days_one": "{number} day", "days_other": "{number} days"}, "days", number) == said


def test_a_language_without_a_form_for_one() -> None:
    assert counted({"days_other": "{number}天内{what}"}, "days", 1, what="赢单") == "1天内赢单"


@pytest.mark.parametrize(
    ("tag", "written"), [("en", "1.5"), ("da", "1,5"), ("nb", "1,5"), ("sv", "1,5"), ("zh", "1.5")]
)
def test_the_decimal_mark(tag: str, written: str) -> None:
    assert decimal("1.5", tag) == written


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_every_language_says_what_english_says_with_the_same_values(file: Path) -> None:
    wordings = read_phrases(file)
    assert set(wordings) == set(LANGUAGES)
    english = wordings["en"]
    for tag, words in wordings.items():
        missing = set(english) ^ set(words)
        assert all(tag == "zh" and has_other_form(name, words) for name in missing), (tag, missing)
        for name, template in words.items():
            assert template.strip(" ") or name.endswith("comma"), (tag, name)
            assert places(template) == places(english[name]), (tag, name)


def has_other_form(name: str, words: Phrases) -> bool:
    return name.endswith("_one") and name.removesuffix("one") + "other" in words
