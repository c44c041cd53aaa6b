"""The measures of a call, to the millisecond, as the spec's table defines them; docs/conversation.md has the table.

A measure that the data cannot give is None, never 0: times are missing, a speaker's side is unknown, or
nobody of that side spoke.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.common.codes import Code
from services.conversation.call import Call, Side, Utterance
from services.conversation.spoken import base_language, count_fillers, count_words
from services.conversation.turns import Turn, is_timed, turns_of

_MS_PER_MINUTE = 60_000
_MS_PER_HOUR = 3_600_000
_QUESTION = re.compile(r"[?\uff1f][?!\uff1f\uff01\s]*")
_SENTENCE_SIGN = re.compile(r"[.?!\u3002\uff1f\uff01]")
_LEAST_UNMARKED = 50  # words without one sign that ends a sentence: a recogniser that writes none


@dataclass(frozen=True, slots=True)
class Speech:
    """What one participant's or one side's speech adds up to.

    Attributes:
        speech_ms: Own speech, overlap of one speaker with themselves counted once.
        words: Words said; characters in a Chinese call.
        words_per_minute: Of own speech; of characters in a Chinese call.
        questions: Asked.
        fillers: Filler words.
        longest_turn_ms: Longest turn.
    """

    speech_ms: int | None
    words: int
    words_per_minute: float | None
    questions: int | None
    fillers: int
    longest_turn_ms: int | None


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of one call.

    Attributes:
        duration_ms: Length of the call.
        turns: Number of turns.
        talk_percent: The seller side's speech over all speech, 0 to 100.
        listen_percent: 100 less that.
        switches: Changes between seller and customer side.
        switches_per_hour: By the call's length.
        pause_before_speaking_ms: Mean of the positive gaps from a customer's end to the seller's start.
        longest_customer_monologue_ms: Longest turn of a customer.
        longest_seller_monologue_ms: Longest turn of a seller.
        interruptions: Turns that a seller starts before the customer ended; backchannels are none.
        speed_unit: What speed counts: words, or characters for Chinese.
        seller: The seller side's speech, None if a side is unknown or no seller speaks.
        others: The customers' likewise.
        participants: Speech by participant who spoke.
    """

    duration_ms: int | None
    turns: int
    talk_percent: float | None
    listen_percent: float | None
    switches: int | None
    switches_per_hour: float | None
    pause_before_speaking_ms: float | None
    longest_customer_monologue_ms: int | None
    longest_seller_monologue_ms: int | None
    interruptions: int | None
    speed_unit: Code
    seller: Speech | None
    others: Speech | None
    participants: Mapping[str, Speech]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over calls.

    Attributes:
        value: Mean of the per-call values.
        calls: How many calls have the value.
    """

    value: float
    calls: int


def measure(call: Call, turns: Sequence[Turn] | None = None) -> Measures:
    """Measures a call; `turns` are `turns_of(call)` where the caller has them."""
    turns = turns_of(call) if turns is None else turns
    participants = _by_participant(call, turns)
    sides = call.sides
    has_sides = bool(participants) and all(sides[each] is not None for each in participants)
    seller = _side_speech(call, participants, Side.SELLER) if has_sides else None
    others = _side_speech(call, participants, Side.CUSTOMER) if has_sides else None
    duration_ms = call.length_ms
    has_turn_times = has_sides and is_timed(call)
    talk = _talk_percent(seller, others) if has_turn_times else None
    switches = _switches(turns) if has_sides else None
    return Measures(
        duration_ms=duration_ms,
        turns=len(turns),
        talk_percent=talk,
        listen_percent=None if talk is None else 100 - talk,
        switches=switches,
        switches_per_hour=switches * _MS_PER_HOUR / duration_ms
        if switches is not None and duration_ms
        else None,
        pause_before_speaking_ms=_mean_pause_ms(turns) if has_turn_times else None,
        longest_customer_monologue_ms=others.longest_turn_ms if others else None,
        longest_seller_monologue_ms=seller.longest_turn_ms if seller else None,
        interruptions=_interruptions(turns) if has_turn_times and seller and others else None,
        speed_unit="characters" if base_language(call.language) == "zh" else "words",
        seller=seller,
        others=others,
        participants=participants,
    )


def mean_over_calls(values: Iterable[float | None]) -> Mean | None:
    """The mean of per-call values, with the number of calls that have one; None if none has."""
    known = [value for value in values if value is not None]
    return Mean(sum(known) / len(known), len(known)) if known else None


def speech_ms(utterances: Iterable[Utterance]) -> int | None:
    """How long one participant spoke, moments of overlap with themselves counted once; None if a time is missing."""
    spans = []
    for each in utterances:
        if each.start_ms is None or each.end_ms is None:
            return None
        spans.append((each.start_ms, each.end_ms))
    total = reached = 0
    for start, end in sorted(spans):
        total += max(0, end - max(start, reached))
        reached = max(reached, end)
    return total


def _by_participant(call: Call, turns: Sequence[Turn]) -> dict[str, Speech]:
    said: dict[str, list[Utterance]] = {}
    for each in call.utterances:
        said.setdefault(each.participant_id, []).append(each)
    longest: dict[str, int | None] = {}
    for turn in turns:
        longest[turn.participant_id] = _longer(longest.get(turn.participant_id), turn)
    has_signs = _has_sentence_signs(call)
    return {
        participant_id: _speech(
            utterances, call.language, longest.get(participant_id) if is_timed(call) else None, has_signs
        )
        for participant_id, utterances in said.items()
    }


def _longer(longest_ms: int | None, turn: Turn) -> int | None:
    if turn.start_ms is None or turn.end_ms is None:
        return longest_ms
    return max(longest_ms or 0, turn.end_ms - turn.start_ms)


def _speech(
    utterances: Sequence[Utterance], language: str, longest_ms: int | None, has_signs: bool
) -> Speech:
    spoken_ms = speech_ms(utterances)
    words = sum(count_words(each.text, language) for each in utterances)
    return Speech(
        speech_ms=spoken_ms,
        words=words,
        words_per_minute=_per_minute(words, spoken_ms),
        questions=sum(len(_QUESTION.findall(each.text)) for each in utterances) if has_signs else None,
        fillers=sum(count_fillers(each.text, language) for each in utterances),
        longest_turn_ms=longest_ms,
    )


def _per_minute(words: int, spoken_ms: int | None) -> float | None:
    return words * _MS_PER_MINUTE / spoken_ms if spoken_ms and words else None


def _has_sentence_signs(call: Call) -> bool:
    """Whether questions can be told: a long transcript without one sign at a sentence's end cannot show them."""
    if any(_SENTENCE_SIGN.search(each.text) for each in call.utterances):
        return True
    words = sum(count_words(each.text, call.language) for each in call.utterances)
    return 0 < words < _LEAST_UNMARKED


def _side_speech(call: Call, participants: Mapping[str, Speech], side: Side) -> Speech | None:
    """A side's speech: the sum of its participants', so that overlap counts for both who speak."""
    sides = call.sides
    members = [speech for each, speech in participants.items() if sides[each] is side]
    if not members:
        return None
    spoken = [each.speech_ms for each in members]
    questions = [each.questions for each in members if each.questions is not None]
    spoken_ms = sum(each for each in spoken if each is not None) if None not in spoken else None
    longest = [each.longest_turn_ms for each in members if each.longest_turn_ms is not None]
    return Speech(
        speech_ms=spoken_ms,
        words=sum(each.words for each in members),
        words_per_minute=_per_minute(sum(each.words for each in members), spoken_ms),
        questions=sum(questions) if questions else None,
        fillers=sum(each.fillers for each in members),
        longest_turn_ms=max(longest, default=None),
    )


def _talk_percent(seller: Speech | None, others: Speech | None) -> float | None:
    sold = (seller.speech_ms or 0) if seller else 0
    heard = (others.speech_ms or 0) if others else 0
    return 100 * sold / (sold + heard) if sold + heard else None


def _switches(turns: Sequence[Turn]) -> int:
    return sum(before.side is not after.side for before, after in pairwise(turns))


def _mean_pause_ms(turns: Sequence[Turn]) -> float | None:
    """Mean silence between a customer's turn and the seller's that follows it."""
    pauses: list[int] = []
    customer_end_ms = 0
    before: Turn | None = None
    for turn in turns:
        start_ms, end_ms = turn.start_ms or 0, turn.end_ms or 0
        if turn.side is Side.SELLER and before is not None and before.side is Side.CUSTOMER:
            pauses += [start_ms - customer_end_ms] * (start_ms > customer_end_ms)
        if turn.side is Side.CUSTOMER:
            customer_end_ms = max(customer_end_ms, end_ms)
        before = turn
    return sum(pauses) / len(pauses) if pauses else None


def _interruptions(turns: Sequence[Turn]) -> int:
    """Seller's turns that start while a customer's turn, begun before, has not ended."""
    count = 0
    reached: list[
        tuple[int, int]
    ] = []  # start and end of customers' turns, each of which ends later than those before
    for turn in turns:
        start_ms, end_ms = turn.start_ms or 0, turn.end_ms or 0
        if turn.side is Side.CUSTOMER:
            if not reached or end_ms > reached[-1][1]:
                reached.append((start_ms, end_ms))
        elif not turn.is_backchannel:
            before = bisect_left(reached, (start_ms,))
            count += before > 0 and reached[before - 1][1] > start_ms
    return count
