"""Word-timed JSON, as speech recognisers give it: a list of words, each with its speaker and, mostly, its times."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.common.errors import FieldViolation, invalid_argument, invalid_arguments
from services.conversation.call import (
    MOST_VIOLATIONS,
    Call,
    Utterance,
    Word,
    check_call,
    milliseconds,
    participants_of,
)
from services.conversation.inputs.own_json import parsed
from services.conversation.inputs.reading import UNKNOWN_SPEAKER

_PAUSE_MS = 2_000  # silence that parts two utterances of one speaker


class _TimedWord(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    text: str
    speaker: str = UNKNOWN_SPEAKER
    start_s: float | None = None
    end_s: float | None = None


class _TimedWords(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str = ""
    language: str = ""
    consent: bool = False
    sellers: list[str] = Field(default_factory=list)
    words: list[_TimedWord]


def read_timed_words(data: str | bytes) -> Call:
    """Reads word-timed JSON.

    `{"id", "language", "consent", "sellers": [speaker], "words": [{"text", "speaker", "start_s", "end_s"}]}`.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the line of broken JSON, or the fields.
    """
    try:
        read = _TimedWords.model_validate(parsed(data))
    except ValidationError as error:
        raise invalid_arguments(
            [
                FieldViolation(".".join(map(str, each["loc"])), each["msg"])
                for each in error.errors(include_input=False, include_url=False)[:MOST_VIOLATIONS]
            ]
        ) from None
    if not read.words:
        raise invalid_argument("words", "must not be empty")
    spoken = [
        (
            each.speaker,
            Word(
                each.text,
                milliseconds(each.start_s, f"words[{at}].start_s"),
                milliseconds(each.end_s, f"words[{at}].end_s"),
            ),
        )
        for at, each in enumerate(read.words)
    ]
    call = Call(
        read.id,
        participants_of([speaker for speaker, _ in spoken], read.sellers),
        tuple(utterances_of(spoken)),
        read.language,
        has_consent=read.consent,
    )
    check_call(call)
    return call


def utterances_of(spoken: Sequence[tuple[str, Word]]) -> list[Utterance]:
    """Utterances from words in order: a new one at a change of speaker and after two seconds of silence.

    An utterance starts with its first word that has a time and ends with its last.
    """
    utterances: list[Utterance] = []
    speaker: str | None = None
    words: list[Word] = []
    heard_ms: int | None = None
    for name, word in spoken:
        is_late = heard_ms is not None and word.start_ms is not None and word.start_ms - heard_ms >= _PAUSE_MS
        if words and (name != speaker or is_late):
            utterances.append(_utterance(speaker or UNKNOWN_SPEAKER, words))
            words, heard_ms = [], None
        speaker = name
        words.append(word)
        heard_ms = word.end_ms if word.end_ms is not None else heard_ms
    if words:
        utterances.append(_utterance(speaker or UNKNOWN_SPEAKER, words))
    return utterances


def _utterance(speaker: str, words: Sequence[Word]) -> Utterance:
    starts = [word.start_ms for word in words if word.start_ms is not None]
    ends = [word.end_ms for word in words if word.end_ms is not None]
    return Utterance(
        speaker,
        " ".join(word.text for word in words),
        min(starts, default=None),
        max(ends, default=None),
        tuple(words),
    )
