"""Where sentences end in a note: at full stops, at line breaks, at list marks and table bars.

Sellers write "ca.", "kl. 14", "den 4. maj" and "f.eks."; none of these ends a sentence, and neither does any stop
inside an expression of time.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Ends: the Chinese full stop anywhere; Latin ones before a space or a Chinese character; lines; bars and bullets
# inside a line, and dashes before a capital. (Full-width signs are plain ones by now.)
_END = re.compile(
    r"\u3002+|[.!?;\u2026]+(?=[\s\"')\]\u3400-\u9fff]|$)|\n+|\s[|\u2022\u00b7]\s|\s(?:--|[\u2013\u2014])\s(?=[A-ZÅÄÖÆØ])"
)
_LIST_MARK = re.compile(
    r"\s*(?:[-*\u2022\u00b7\u2013\u2014>+]{1,8}\s+|\d{1,2}\)\s+|[a-h]\)\s+|\[(?P<box>[ xX✓✔])\]\s*|[☐☑✓✔✅]\s*)"
)
_LONGEST_CHARACTERS = (
    400  # a longer sentence is cut at a space, so that what looks around in one stays linear
)
_DONE_MARKS = frozenset("☑✓✔✅")
_LAST_WORD = re.compile(r"[^\s(\[\"']+$")
_ABBREVIATIONS = frozenset(
    [
        "kl",
        "ca",
        "cca",
        "nr",
        "tel",
        "tlf",
        "mob",
        "brdr",
        "brødr",
        "gebr",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "inc",
        "ltd",
        "corp",
        "co",
        "no",
        "st",
        "approx",
        "vs",
        "etc",
        "ang",
        "vedr",
        "att",
        "ref",
        "resp",
        "incl",
        "inkl",
        "ekskl",
        "exkl",
        "min",
        "max",
        "mdr",
        "mnd",
        "evt",
        "ev",
        "bl.a",
        "f.eks",
        "t.ex",
        "t.v",
        "d.v.s",
        "dvs",
        "o.s.v",
        "osv",
        "m.m",
        "m.v",
        "mv",
        "mm",
        "e.g",
        "i.e",
        "p.g.a",
        "pga",
        "pr",
        "feb",
        "jan",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "okt",
        "oct",
        "nov",
        "dec",
        "des",
        "man",
        "tir",
        "ons",
        "tor",
        "tors",
        "fre",
        "lør",
        "søn",
        "mån",
        "tis",
        "lör",
        "sön",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "a.m",
        "p.m",
        "kr",
        "fm",
        "em",
        "hr",
        "fr",
        "adm",
        "dir",
        "avd",
        "afd",
        "tlf.nr",
        "d",
        "jf",
        "iht",
        "ift",
        "eks",
    ]
)
_ORDINAL = re.compile(r"\d{1,2}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or line.

    Attributes:
        start: Offset of its first character, behind a list mark.
        end: Offset behind its last one.
        is_question: It ends with a question mark.
        is_open_box: It stands behind an empty check box.
        is_done_box: It stands behind a ticked one.
    """

    start: int
    end: int
    is_question: bool = False
    is_open_box: bool = False
    is_done_box: bool = False


def split_sentences(text: str, kept: Iterable[tuple[int, int]] = ()) -> list[Sentence]:
    """Splits a text.

    Args:
        text: Plain text.
        kept: Spans in order that no boundary may cut, such as expressions of time.
    """
    sentences = []
    start = 0
    for end, behind in _boundaries(text, kept):
        sentences += _cut(text, start, end, is_question="?" in text[end:behind])
        start = behind
    return sentences + _cut(text, start, len(text), is_question=False)


def _cut(text: str, start: int, end: int, *, is_question: bool) -> list[Sentence]:
    cut = []
    while end - start > _LONGEST_CHARACTERS:
        space = text.rfind(" ", start + 1, start + _LONGEST_CHARACTERS)
        behind = space if space > 0 else start + _LONGEST_CHARACTERS
        cut.append(_trimmed(text, start, behind, is_question))
        start = behind
    cut.append(_trimmed(text, start, end, is_question))
    return [sentence for sentence in cut if sentence is not None]


def _boundaries(text: str, kept: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    spans = iter(kept)
    span = next(spans, None)
    for found in _END.finditer(text):
        while span and span[1] <= found.start():
            span = next(spans, None)
        if span and span[0] <= found.start() and "\n" not in found.group():
            continue
        if found.group() == "." and _is_abbreviation(text, found.start()):
            continue
        yield found.span()


def _is_abbreviation(text: str, stop: int) -> bool:
    word = _LAST_WORD.search(text, max(0, stop - 12), stop)
    if word is None:
        return False
    before = word.group().lower()
    if before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha()):
        return True
    after = text[stop + 1 : stop + 3].strip()
    return bool(_ORDINAL.fullmatch(before)) and (after[:1].islower() or after[:1].isdigit())


def _trimmed(text: str, start: int, end: int, is_question: bool) -> Sentence | None:
    box = done = False
    while mark := _LIST_MARK.match(text, start, end):
        box = box or mark["box"] == " " or "☐" in mark.group()
        done = done or (mark["box"] or " ") != " " or not _DONE_MARKS.isdisjoint(mark.group())
        start = mark.end()
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Sentence(start, end, is_question, box, done) if start < end else None
