"""The formats of transcripts, and one function that reads any of them."""

from collections.abc import Sequence
from enum import StrEnum

from services.conversation.call import Call
from services.conversation.inputs.cues import read_srt, read_webvtt
from services.conversation.inputs.own_json import read_json
from services.conversation.inputs.timed_words import read_timed_words


class Format(StrEnum):
    """A format, by the name that the command line knows it by."""

    JSON = "json"
    VTT = "vtt"
    SRT = "srt"
    WORDS = "words"


def read_call(
    data: str | bytes,
    form: Format,
    *,
    call_id: str = "",
    sellers: Sequence[str] = (),
    language: str = "",
) -> Call:
    """Reads a transcript.

    Args:
        data: The file.
        form: Its format.
        call_id: Of the call; JSON carries its own.
        sellers: Names of those who sell; JSON carries its own.
        language: BCP-47 as declared, or empty; JSON carries its own.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line or the field.
    """
    if form is Format.VTT:
        return read_webvtt(data, call_id=call_id, sellers=sellers, language=language)
    if form is Format.SRT:
        return read_srt(data, call_id=call_id, sellers=sellers, language=language)
    return read_timed_words(data) if form is Format.WORDS else read_json(data)
