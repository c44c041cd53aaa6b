import pytest

from services.notes.text import plain_text


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("Call Anna", "Call Anna"),
        ("", ""),
        ("<p>Call <b>Anna</b></p><p>Send offer</p>", "\nCall Anna\n\nSend offer\n"),
        ("a<br/>b", "a\nb"),
        ("R&amp;D &lt;3 &#233;", "R&D <3 é"),
        ("AT&T &unknown; 1 < 2 > 0", "AT&T &unknown; 1 < 2 > 0"),
        ("mail <john@contoso.com>", "mail <john@contoso.com>"),
        ("<!-- hidden -->seen", "seen"),
        ("<style>p {}</style>seen", "</style>seen".removeprefix("</style>")),
        ("<script>call()</script>seen", "seen"),
        ("**Call** _Anna_ `now`", "Call Anna now"),
        ("# Next steps\n> call [Anna](http://x.y)", "Next steps\ncall Anna"),
        ("4. maj kl. 16", "4. maj kl. 16"),
        ("- call Anna\n- send offer", "- call Anna\n- send offer"),
        ("a\u200bb\u202ec\x07d\ufeffe", "abcde"),
        ("\uff15 月 \uff14 日下午\uff14\uff1a\uff10\uff10\uff01", "5 月 4 日下午4:00!"),
        ("10\u00a0am\r\nok", "10 am\n\nok"),
        ("mo\u0308te", "möte"),
        ("{{customer}} ${x} %s", "{{customer}} ${x} %s"),
    ],
)
def test_what_is_read(note: str, text: str) -> None:
    assert plain_text(note).text == text


@pytest.mark.parametrize(
    "note",
    [
        "<p>Please <b>call</b> &quot;Anna&quot; &amp; co</p>",
        "**Please** \u200bcall [Anna](http://a.b/c) **now**\n\n# Then _mail_ her",
        "\uff30lease\u00a0\u202dcall\u202c mo\u0308te Anna",
        "plain call",
    ],
)
def test_spans_point_into_the_note(note: str) -> None:
    plain = plain_text(note)
    start = plain.text.index("call")
    first, last = plain.original_span(start, start + 4)
    assert note[first:last] == "call"


def test_the_twin_of_an_entity_spans_all_of_it() -> None:
    plain = plain_text("R&amp;D")
    assert plain.original_span(0, 3) == (0, 7)
    assert plain.original_span(1, 2) == (1, 6)
