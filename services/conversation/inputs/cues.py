"""Timed cues, WebVTT's and SRT's, as a call.

Teams marks the speaker with a voice tag (`<v Anna Berg>Good morning</v>`), Zoom writes "Anna Berg: Good morning";
where a cue names nobody, the speaker of the cue before it goes on.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from webvtt import WebVTT
from webvtt.errors import MalformedCaptionError, MalformedFileError
from webvtt.models import Caption

from services.conversation.call import Call, Utterance, check_call, participants_of
from services.conversation.inputs.reading import (
    UNKNOWN_SPEAKER,
    checked_text,
    line_error,
    named,
    plain,
    prefix,
)

_ARROW = "-->"
_VTT_CLOCK = r"((?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})"
_SRT_CLOCK = r"(\d{1,4}:[0-5]?\d:[0-5]?\d[,.]\d{1,3})"
_VTT_TIMES = re.compile(rf"[ \t]*{_VTT_CLOCK}[ \t]+-->[ \t]+{_VTT_CLOCK}(?=\s|$)")
_SRT_TIMES = re.compile(rf"^[ \t]*{_SRT_CLOCK}[ \t]*-->[ \t]*{_SRT_CLOCK}(?=\s|$)", re.MULTILINE)
_VOICES = re.compile(r"<v(?:\.[^\s>]*)*[ \t]+([^>]+)>", re.IGNORECASE)


def read_webvtt(
    data: str | bytes, *, call_id: str = "", sellers: Sequence[str] = (), language: str = ""
) -> Call:
    """Reads WebVTT.

    Args:
        data: The file.
        call_id: Of the call.
        sellers: Names of the speakers who sell; with none, nobody's side is known.
        language: BCP-47 as declared, or empty.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line.
    """
    text = checked_text(data)
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise line_error(1, "a WebVTT file starts with WEBVTT")
    lines = _checked_times(text, _VTT_TIMES, "HH:MM:SS.mmm --> HH:MM:SS.mmm")
    try:
        captions = WebVTT.from_string(text).captions
    except (MalformedFileError, MalformedCaptionError):
        raise line_error(1, "is not WebVTT") from None
    return _call(captions, lines, call_id, sellers, language)


def read_srt(
    data: str | bytes, *, call_id: str = "", sellers: Sequence[str] = (), language: str = ""
) -> Call:
    """Reads SRT (SubRip), with the speaker's name before what is said.

    Args:
        data: The file.
        call_id: Of the call.
        sellers: Names of the speakers who sell; with none, nobody's side is known.
        language: BCP-47 as declared, or empty.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line.
    """
    text = checked_text(data)
    lines = _checked_times(text, _SRT_TIMES, "HH:MM:SS,mmm --> HH:MM:SS,mmm")
    # The library reads both formats; SRT's times differ from WebVTT's by the comma, and its header is none.
    mended = _SRT_TIMES.sub(lambda times: f"{_stamp(times[1])} {_ARROW} {_stamp(times[2])}", text)
    captions = WebVTT.from_string(f"WEBVTT\n\n{mended}").captions
    return _call(captions, lines, call_id, sellers, language)


def _stamp(srt: str) -> str:
    clock, fraction = re.split("[,.]", srt)
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return f"{hours:02}:{minutes:02}:{seconds:02}.{fraction.ljust(3, '0')}"


def _checked_times(text: str, times: re.Pattern[str], form: str) -> list[int]:
    """The numbers of the lines with times.

    The library passes over what it cannot read; a transcript that loses its words silently is worse than an error.
    """
    numbers = []
    for number, line in enumerate(text.split("\n"), start=1):
        if _ARROW not in line or line.startswith("NOTE"):
            continue
        if not times.match(line):
            raise line_error(number, f"is no {form}")
        numbers.append(number)
    if not numbers:
        raise line_error(1, "no cue follows")
    return numbers


def _call(
    captions: Sequence[Caption], lines: Sequence[int], call_id: str, sellers: Sequence[str], language: str
) -> Call:
    if len(captions) != len(lines):
        raise line_error(lines[0], "cues are not parted by empty lines")
    prefixes = Counter(prefix(plain(line)) for caption in captions for line in caption.text.split("\n"))
    utterances: list[Utterance] = []
    speaker = UNKNOWN_SPEAKER
    for caption, line in zip(captions, lines, strict=True):
        start, end = caption.start_time.in_milliseconds(), caption.end_time.in_milliseconds()
        if end < start:
            raise line_error(line, "the cue ends before it starts")
        for name, said in _spoken(caption, prefixes):
            speaker = name or speaker
            if said:
                utterances.append(Utterance(speaker, said, start, end))
    if not utterances:
        raise line_error(lines[0], "no cue has words")
    call = Call(
        call_id,
        participants_of([each.participant_id for each in utterances], sellers),
        tuple(utterances),
        language,
    )
    check_call(call)
    return call


def _spoken(caption: Caption, prefixes: Mapping[str, int]) -> list[tuple[str | None, str]]:
    """Who says what in a cue: by voice tags, else by names before what is said on each line."""
    raw = caption.raw_text
    if _VOICES.search(raw):
        pieces = _VOICES.split(raw)
        untagged = [(None, pieces[0])] if pieces[0].strip() else []
        voiced = [*untagged, *zip(map(plain, pieces[1::2]), pieces[2::2], strict=True)]
        return [(name, plain(_without_tags(said))) for name, said in voiced]
    spoken: list[tuple[str | None, str]] = []
    for line in caption.text.split("\n"):
        name, said = named(plain(line), prefixes)
        if spoken and name is None:
            before, words = spoken[-1]
            spoken[-1] = (before, f"{words} {said}".strip())
        else:
            spoken.append((name, said))
    return spoken


def _without_tags(text: str) -> str:
    return re.sub(r"</?[a-zA-Z][^<>]{0,200}>|</?\d[\d:.]{0,20}>", "", text)
