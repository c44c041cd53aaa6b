"""Sentences that are worth a place in the summary, each with its reason and time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.conversation.call import Call, Side
from services.conversation.mentions import Mention, MentionKind
from services.conversation.phrases import count_of
from services.conversation.sentences import sentences_of
from services.conversation.sentiment.sentiment import Sentiment, Tone
from services.conversation.spoken import count_words

MOST = 8
_SHORTEST, _LONGEST = 5, 45  # words of a sentence that can stand alone
_STRONG = 0.6  # sentiment that is worth a word


class Reason(StrEnum):
    """Why a sentence is worth reading."""

    PROMISE = "promise"
    PRICE = "price"
    TRACKED = "tracked"
    FEELING = "feeling"
    QUESTION = "question"
    NEED = "need"


_WORTH = {
    Reason.PROMISE: 4.0,
    Reason.PRICE: 3.0,
    Reason.TRACKED: 2.5,
    Reason.FEELING: 2.0,
    Reason.NEED: 1.5,
    Reason.QUESTION: 1.0,
}
_MOST_OF_A_KIND = 3  # so that a call about prices still shows its promises


@dataclass(frozen=True, slots=True)
class Highlight:
    """One sentence.

    Attributes:
        utterance: Place in the call.
        start: Offset of its first character.
        end: Offset behind its last.
        text: As it was said.
        start_ms: Where its utterance starts, if known.
        reason: What counted most.
    """

    utterance: int
    start: int
    end: int
    text: str
    start_ms: int | None
    reason: Reason


def highlights_of(
    call: Call,
    mentions: Iterable[Mention],
    hits: Iterable[tuple[int, int]],
    tones: Sequence[Sentiment | None],
) -> list[Highlight]:
    """The best sentences, in the order in which they were said.

    Args:
        call: Of any length.
        mentions: Of the call.
        hits: Utterance and offset of what trackers found.
        tones: Per utterance; None where none was judged.
    """
    prices = {(each.utterance, each.start) for each in mentions if each.kind is MentionKind.PRICE}
    tracked = set(hits)
    sides = call.sides
    found: list[tuple[float, Highlight]] = []
    for place, utterance in enumerate(call.utterances):
        for sentence in sentences_of(utterance.text):
            if not _SHORTEST <= count_words(sentence.text, call.language) <= _LONGEST:
                continue
            span = range(sentence.start, sentence.end)
            tone = tones[place]
            reasons = {
                Reason.PROMISE: count_of("promise", sentence.text, call.language) > 0,
                Reason.PRICE: any((place, at) in prices for at in span) if prices else False,
                Reason.TRACKED: any((place, at) in tracked for at in span) if tracked else False,
                Reason.FEELING: tone is not None
                and tone.tone is not Tone.NEUTRAL
                and abs(tone.score) >= _STRONG,
                Reason.NEED: count_of("needs", sentence.text, call.language) > 0,
                Reason.QUESTION: sentence.is_question and sides[utterance.participant_id] is not Side.SELLER,
            }
            given = [reason for reason, holds in reasons.items() if holds]
            if given:
                worth = sum(_WORTH[reason] for reason in given)
                best = max(given, key=_WORTH.__getitem__)
                found.append(
                    (
                        worth,
                        Highlight(
                            place, sentence.start, sentence.end, sentence.text, utterance.start_ms, best
                        ),
                    )
                )
    return _best(found)


def _best(found: Sequence[tuple[float, Highlight]]) -> list[Highlight]:
    kept: list[Highlight] = []
    taken: dict[Reason, int] = {}
    seen: set[str] = set()
    for _, highlight in sorted(found, key=lambda pair: -pair[0]):
        words = highlight.text.casefold()
        if taken.get(highlight.reason, 0) < _MOST_OF_A_KIND and words not in seen:
            kept.append(highlight)
            seen.add(words)
            taken[highlight.reason] = taken.get(highlight.reason, 0) + 1
        if len(kept) == MOST:
            break
    return sorted(kept, key=lambda each: (each.utterance, each.start))
