"""From the note as it was saved to the plain text that is read, and back to the note's own offsets.

Tags, Markdown signs, control characters, marks of direction and characters of no width go; full-width forms and
no-break spaces become their plain twins; letters written with a separate accent become one. Everything takes time
linear in the length. Tags are scanned here and not by `html.parser` (nor by Beautiful Soup, which rests on it):
on 90,000 characters of "<a <a <a" that takes 80 s. markdown-it takes quadratic time on some inputs too, so it gets
a paragraph of bounded length at a time.
"""

import html
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MOST_MARKDOWN = 2_000  # characters of one paragraph; a longer one is read as it stands
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "body",
        "html",
        "head",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "big",
        "center",
        "cite",
        "code",
        "del",
        "em",
        "font",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "meta",
        "link",
        "o:p",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "var",
        "wbr",
        "button",
        "col",
        "colgroup",
    ]
)
_HIDDEN = frozenset(("script", "style"))  # their content is no text of the note
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:]{0,11})(?:[\s/][^<>]*)?>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_MARKDOWN_SIGN = re.compile(r"\*\S|__|`|\]\(|~~|^ {0,3}(?:#|>)|\\[*_#\[`]", re.MULTILINE)
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n")
# Lists stay: "4. mai" at the start of a line is a date and not the fourth point of a list.
_MARKDOWN = MarkdownIt("zero").enable(
    ["heading", "blockquote", "fence", "emphasis", "strikethrough", "link", "image", "backticks", "escape"]
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys((0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x0B, 0x0C), 0x20)
_LINES = {0x0D: 0x0A, 0x85: 0x0A, 0x2028: 0x0A, 0x2029: 0x0A}
_TWINS = _FULL_WIDTH | _SPACES | _LINES
_PLAIN = re.compile(r"[\n\t -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u3001-\u9fff\U0001f000-\U0001faff]*")
_ACCENTED = re.compile(r"[^\W\d_][\u0300-\u036f]{1,8}")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A note's plain text and where each character of it stands in the note.

    Attributes:
        text: What is read.
        starts: For each character the offset in the note at which its source starts; None when text and note agree.
        ends: And the offset behind its source.
    """

    text: str
    starts: "array[int] | None" = None
    ends: "array[int] | None" = None

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the note that [start, end) of the text came from; start < end."""
        if self.starts is None or self.ends is None:
            return start, end
        return self.starts[start], self.ends[end - 1]


class _Pieces:
    """Gathers a text from pieces of another one, with the offsets of each character."""

    def __init__(self, source: PlainText) -> None:
        self._source = source
        self._texts: list[str] = []
        self._starts = array("l")
        self._ends = array("l")

    def keep(self, start: int, end: int) -> None:
        """Takes [start, end) of the source as it stands."""
        if start >= end:
            return
        self._texts.append(self._source.text[start:end])
        if self._source.starts is None or self._source.ends is None:
            self._starts.extend(range(start, end))
            self._ends.extend(range(start + 1, end + 1))
        else:
            self._starts.extend(self._source.starts[start:end])
            self._ends.extend(self._source.ends[start:end])

    def put(self, text: str, start: int, end: int) -> None:
        """Takes `text` in the place of [start, end) of the source."""
        first, last = self._source.original_span(start, end)
        self._texts.append(text)
        self._starts.extend([first] * len(text))
        self._ends.extend([last] * len(text))

    def done(self) -> PlainText:
        return PlainText("".join(self._texts), self._starts, self._ends)


def plain_text(note: str) -> PlainText:
    """Reads a note as it was saved: HTML, Markdown or plain, any characters, any length."""
    steps: tuple[Callable[[PlainText], PlainText], ...] = (_without_html, _without_markdown, _normalised)
    plain = PlainText(note)
    for step in steps:
        plain = step(plain)
    return plain


def _without_html(source: PlainText) -> PlainText:
    text = source.text
    if "<" not in text and "&" not in text:
        return source
    pieces = _Pieces(source)
    done = 0
    for start, end, twin in _markup(text):
        pieces.keep(done, start)
        if twin:
            pieces.put(twin, start, end)
        done = end
    if not done:
        return source
    pieces.keep(done, len(text))
    return pieces.done()


def _markup(text: str) -> Iterator[tuple[int, int, str]]:
    """Each tag, comment and entity as (start, end, what is read in its place), in order."""
    at = 0
    comments_close = hidden_close = True  # whether a search for their end may still find one
    while (at := _next_sign(text, at)) >= 0:
        if text[at] == "&":
            if entity := _ENTITY.match(text, at):
                yield at, entity.end(), html.unescape(entity.group())
                at = entity.end()
                continue
        elif comments_close and text.startswith("<!--", at):
            if (end := text.find("-->", at)) >= 0:
                yield at, end + 3, ""
                at = end + 3
                continue
            comments_close = False
        elif tag := _TAG.match(text, at):
            name = tag.group(1).lower()
            end = tag.end()
            if name in _HIDDEN and hidden_close:
                close = text.find(f"</{name}", end)
                hidden_close = close >= 0
                end = max(close, end)
            if name in _BLOCKS or name in _INLINE or name in _HIDDEN:
                yield at, end, "\n" if name in _BLOCKS else ""
                at = end
                continue
        at += 1


_SIGN = re.compile(r"[<&]")


def _next_sign(text: str, start: int) -> int:
    found = _SIGN.search(text, start)
    return found.start() if found else -1


def _without_markdown(source: PlainText) -> PlainText:
    text = source.text
    if not _MARKDOWN_SIGN.search(text):
        return source
    pieces = _Pieces(source)
    start = 0
    for end in [found.start() for found in _PARAGRAPH_BREAK.finditer(text)] + [len(text)]:
        if end - start <= _MOST_MARKDOWN and _MARKDOWN_SIGN.search(text, start, end):
            _keep_markdown(pieces, text, start, end)
        else:
            pieces.keep(start, end)
        start = end
    return pieces.done()


def _keep_markdown(pieces: _Pieces, text: str, start: int, end: int) -> None:
    """Keeps the words of one paragraph: markdown-it says which they are, a search in order where they stand."""
    at = start
    for piece in _words_of(_MARKDOWN.parse(text[start:end])):
        found = text.find(piece, at, end)
        if found < 0:
            continue
        # The line breaks in between are kept, what else is in between was Markdown's.
        for offset in range(at, found):
            if text[offset] == "\n":
                pieces.keep(offset, offset + 1)
        pieces.keep(found, found + len(piece))
        at = found + len(piece)
    for offset in range(at, end):
        if text[offset] == "\n":
            pieces.keep(offset, offset + 1)


def _words_of(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.children:
            yield from _words_of(token.children)
        elif token.type in {"text", "text_special", "code_inline", "fence"}:
            yield from (line for line in token.content.split("\n") if line)


def _normalised(source: PlainText) -> PlainText:
    text = source.text
    plain = _PLAIN.match(text)
    if plain and plain.end() == len(text):
        return source
    pieces = _Pieces(source)
    start = 0
    for offset, character in enumerate(text):
        code = ord(character)
        twin = _TWINS.get(code)
        if twin is None and not _is_dropped(character):
            continue
        pieces.keep(start, offset)
        if twin is not None:
            pieces.put(chr(twin), offset, offset + 1)
        start = offset + 1
    pieces.keep(start, len(text))
    return _composed(pieces.done())


def _is_dropped(character: str) -> bool:
    """Control characters, marks of direction, characters of no width, lone surrogates and the replacement sign."""
    return character not in "\n\t" and (
        unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} or character == "\ufffd"
    )


def _composed(source: PlainText) -> PlainText:
    if not any("\u0300" <= character <= "\u036f" for character in source.text):
        return source
    pieces = _Pieces(source)
    start = 0
    for found in _ACCENTED.finditer(source.text):
        pieces.keep(start, found.start())
        pieces.put(unicodedata.normalize("NFC", found.group()), found.start(), found.end())
        start = found.end()
    pieces.keep(start, len(source.text))
    return pieces.done()
