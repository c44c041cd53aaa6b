import pytest

from services.notes.language import detect_language, is_chinese, sentence_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Called Anna today, she would like to see the new offer", "en"),
        ("Hun vil gerne se tilbuddet, jeg ringer igen i næste uge", "da"),
        ("Hun vil gjerne se tilbudet, jeg ringer igjen neste uke", "nb"),
        ("Hon vill gärna se offerten, jag ringer igen nästa vecka", "sv"),
        ("她想看新的报价\uff0c下周再打电话", "zh"),
        ("和 Anna 在 Contoso 开会", "zh"),
        ("", "en"),
        ("12:30 +45 33", "en"),
    ],
)
def test_language_of_a_note(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_chinese_name_does_not_make_a_note_chinese() -> None:
    assert not is_chinese("Met 张伟 at the fair and talked about the new price list")


@pytest.mark.parametrize(
    ("sentence", "note", "language"),
    [
        ("明天下午打电话", "en", "zh"),
        ("Jag ringer henne nästa vecka", "en", "sv"),
        ("Please send the offer to them", "zh", "en"),
        ("Budget 40k", "da", "da"),  # no word of its own: the note's language stays
    ],
)
def test_language_of_a_sentence_in_a_mixed_note(sentence: str, note: str, language: str) -> None:
    assert sentence_language(sentence, note) == language
