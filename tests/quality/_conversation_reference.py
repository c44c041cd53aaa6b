"""A plain reference of the measures, written from the spec's sentences and slow on purpose.

It shares no code with services/conversation but the call itself: it walks milliseconds and looks at all pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from services.conversation.call import Call, Side


@dataclass(frozen=True)
class Plain:
    """The measures that times alone give."""

    speech_ms: dict[str, int]
    talk_percent: float | None
    turns: list[tuple[str, int, int]]
    switches: int
    pause_ms: float | None
    longest_customer_ms: int
    longest_seller_ms: int
    interruptions: int


@dataclass(frozen=True)
class _Piece:
    who: str
    start: int
    end: int
    short: bool


def plain_measures(call: Call, listens: Callable[[str], bool]) -> Plain:
    """Measures of a call in which every utterance has its times; `listens` says if a text is a listener's only."""
    side = {each.participant_id: each.side for each in call.participants}
    pieces = sorted(
        (
            _Piece(
                each.participant_id,
                each.start_ms or 0,
                each.end_ms or 0,
                (each.end_ms or 0) - (each.start_ms or 0) < 1500
                and (not each.text.strip() or listens(each.text)),
            )
            for each in call.utterances
        ),
        key=lambda piece: (piece.start, piece.end),
    )
    turns = _turns(pieces, side)
    speech = {who: _milliseconds([p for p in pieces if p.who == who]) for who in {p.who for p in pieces}}
    sold = sum(length for who, length in speech.items() if side[who] is Side.SELLER)
    heard = sum(length for who, length in speech.items() if side[who] is Side.CUSTOMER)
    spans = [(who, start, end) for who, start, end, _ in turns]
    customers = [turn for turn in spans if side[turn[0]] is Side.CUSTOMER]
    sellers = [turn for turn in spans if side[turn[0]] is Side.SELLER]
    pauses = []
    for index, (who, start, _) in enumerate(spans):
        if index and side[who] is Side.SELLER and side[spans[index - 1][0]] is Side.CUSTOMER:
            pauses.append(start - max(end for w, _, end in spans[:index] if side[w] is Side.CUSTOMER))
    pauses = [each for each in pauses if each > 0]
    return Plain(
        speech_ms=speech,
        talk_percent=100 * sold / (sold + heard) if sold + heard else None,
        turns=spans,
        switches=sum(side[a[0]] is not side[b[0]] for a, b in pairwise(spans)),
        pause_ms=sum(pauses) / len(pauses) if pauses else None,
        longest_customer_ms=max((end - start for _, start, end in customers), default=0),
        longest_seller_ms=max((end - start for _, start, end in sellers), default=0),
        interruptions=sum(
            any(begun < start < ended for _, begun, ended in customers)
            for who, start, _, only_short in turns
            if side[who] is Side.SELLER and not only_short
        ),
    )


def _milliseconds(pieces: list[_Piece]) -> int:
    """Every millisecond in which somebody speaks, ticked off one by one."""
    said = bytearray(max(piece.end for piece in pieces))
    for piece in pieces:
        said[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
    return sum(said)


def _turns(pieces: list[_Piece], side: dict[str, Side | None]) -> list[tuple[str, int, int, bool]]:
    """Grows each turn from its first piece, looking ahead over backchannels to where the speaker goes on."""
    turns = []
    left = list(pieces)
    while left:
        who, start, end, only_short = left[0].who, left[0].start, left[0].end, left[0].short
        taken = 1
        while True:
            ahead = taken
            while ahead < len(left) and left[ahead].short and side[left[ahead].who] is not side[who]:
                ahead += 1
            if ahead < len(left) and left[ahead].who == who and left[ahead].start - end < 2000:
                only_short = only_short and left[ahead].short
                end = max(end, left[ahead].end)
                taken = ahead + 1
            else:
                break
        turns.append((who, start, end, only_short))
        rest = left[taken:]
        # What the listener said while the turn was still going on belongs to it as well.
        count = 0
        while count < len(rest) and rest[count].short and side[rest[count].who] is not side[who]:
            count += 1
        left = [piece for piece in rest[:count] if piece.end > end] + rest[count:]
    return turns
