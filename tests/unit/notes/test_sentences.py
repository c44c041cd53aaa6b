import pytest

from services.notes.sentences import split_sentences


def parts(text: str) -> list[str]:
    return [text[each.start : each.end] for each in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Called Anna. send offer! Why? ok", ["Called Anna", "send offer", "Why", "ok"]),
        ("Møde kl. 14.30 den 4. maj. Ring til Bo", ["Møde kl. 14.30 den 4. maj", "Ring til Bo"]),
        ("ring bl.a. til hr. Holm ang. prisen", ["ring bl.a. til hr. Holm ang. prisen"]),
        (
            "- call Anna\n* send offer\n1) ask Bo\n[ ] book room",
            ["call Anna", "send offer", "ask Bo", "book room"],
        ),
        ("john@contoso.com wrote v2.5 today", ["john@contoso.com wrote v2.5 today"]),
        ("聊得不错。下周三开会!明天打电话", ["聊得不错", "下周三开会", "明天打电话"]),
        ("", []),
        (" \n ... \n", []),
    ],
)
def test_where_sentences_end(text: str, sentences: list[str]) -> None:
    assert parts(text) == sentences


def test_no_boundary_cuts_what_is_kept() -> None:
    text = "Meet on 4. May at 10. Then call"
    assert [text[each.start : each.end] for each in split_sentences(text, [(8, 20)])] == [
        "Meet on 4. May at 10",
        "Then call",
    ]


def test_questions_and_boxes_are_told() -> None:
    sentences = split_sentences("Can we meet?\n[ ] call Bo\n[x] mail Bo\n✓ ask Bo")
    assert [each.is_question for each in sentences] == [True, False, False, False]
    assert [each.is_open_box for each in sentences] == [False, True, False, False]
    assert [each.is_done_box for each in sentences] == [False, False, True, True]


def test_a_sentence_without_an_end_is_cut_at_a_space() -> None:
    assert max(len(part) for part in parts("word " * 1_000)) <= 400
    assert max(len(part) for part in parts("字" * 1_000)) <= 400
