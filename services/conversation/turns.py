"""From utterances to turns: maximal runs of one speaker, as the spec defines them.

Gaps under two seconds inside a run are absorbed, and so are the other side's backchannels of under 1.5 seconds: words
of listening where there is text, anything so short where there is none. A backchannel that no run goes on around is a
turn like any other.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.conversation.call import Call, Side, Utterance
from services.conversation.spoken import is_listening

GAP_MS = 2_000
BACKCHANNEL_MS = 1_500


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn.

    Attributes:
        participant_id: Who spoke.
        side: Theirs, if known.
        start_ms: Start of the first utterance, None if unknown.
        end_ms: Latest end of an utterance, None if unknown.
        utterances: Places of the speaker's utterances in the call, in order.
        is_backchannel: Nothing but backchannels.
    """

    participant_id: str
    side: Side | None
    start_ms: int | None
    end_ms: int | None
    utterances: tuple[int, ...]
    is_backchannel: bool


class _Run:
    """A turn while it grows."""

    def __init__(self, place: int, utterance: Utterance, is_backchannel: bool) -> None:
        self.speaker = utterance.participant_id
        self.start_ms, self.end_ms = utterance.start_ms, utterance.end_ms
        self.places = [place]
        self.is_backchannel = is_backchannel

    def goes_on_with(self, utterance: Utterance) -> bool:
        if utterance.participant_id != self.speaker:
            return False
        if self.end_ms is None or utterance.start_ms is None:
            return True
        return utterance.start_ms - self.end_ms < GAP_MS

    def add(self, place: int, utterance: Utterance, is_backchannel: bool) -> None:
        self.places.append(place)
        self.is_backchannel = self.is_backchannel and is_backchannel
        ends = [each for each in (self.end_ms, utterance.end_ms) if each is not None]
        self.end_ms = max(ends, default=None)

    def turn(self, sides: Mapping[str, Side | None]) -> Turn:
        return Turn(
            self.speaker,
            sides[self.speaker],
            self.start_ms,
            self.end_ms,
            tuple(self.places),
            self.is_backchannel,
        )


def is_timed(call: Call) -> bool:
    """Whether every utterance has its start and end, and there is one."""
    return bool(call.utterances) and all(
        each.start_ms is not None and each.end_ms is not None for each in call.utterances
    )


def is_backchannel(utterance: Utterance, language: str) -> bool:
    """Whether an utterance is under 1.5 seconds and says no more than that its speaker listens."""
    if utterance.start_ms is None or utterance.end_ms is None:
        return False
    if utterance.end_ms - utterance.start_ms >= BACKCHANNEL_MS:
        return False
    return not utterance.text.strip() or is_listening(utterance.text, language)


def turns_of(call: Call) -> list[Turn]:
    """A call's turns, by start; in the transcript's order where times are missing."""
    sides = call.sides
    order: Sequence[int] = range(len(call.utterances))
    if is_timed(call):
        order = sorted(
            order, key=lambda place: (call.utterances[place].start_ms, call.utterances[place].end_ms, place)
        )
    runs: list[_Run] = []
    waiting: list[int] = []  # backchannels of which it is open whether the run goes on around them
    left = deque(order)
    while left or waiting:
        if not left:
            _close(runs, waiting, left, call)
            continue
        place = left.popleft()
        utterance = call.utterances[place]
        short = is_backchannel(utterance, call.language)
        if runs and runs[-1].goes_on_with(utterance):
            waiting.clear()
            runs[-1].add(place, utterance, short)
        elif short and runs and _is_other_side(sides, runs[-1].speaker, utterance.participant_id):
            if not _is_inside(runs[-1], utterance):
                waiting.append(place)
        elif waiting:
            left.appendleft(place)
            _close(runs, waiting, left, call)
        else:
            runs.append(_Run(place, utterance, short))
    return [run.turn(sides) for run in runs]


def _close(runs: list[_Run], waiting: list[int], left: deque[int], call: Call) -> None:
    """The run did not go on: the first backchannel that waited starts a run, the others are looked at anew."""
    first, *others = waiting
    waiting.clear()
    runs.append(_Run(first, call.utterances[first], True))
    left.extendleft(reversed(others))


def _is_other_side(sides: Mapping[str, Side | None], speaker: str, listener: str) -> bool:
    """Whether two are on different sides; where a side is unknown, whether they are two."""
    if sides[speaker] is None or sides[listener] is None:
        return speaker != listener
    return sides[speaker] is not sides[listener]


def _is_inside(run: _Run, utterance: Utterance) -> bool:
    return run.end_ms is not None and utterance.end_ms is not None and utterance.end_ms <= run.end_ms
