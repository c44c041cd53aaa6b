"""Calls that have a given talk share, number of switches and share of negative turns."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from services.conversation.call import Call, Participant, Side, Utterance

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
HOUR_MS = 3_600_000
NEGATIVE, NEUTRAL = "That is terrible, I hate it.", "We have ten people in the office."


def made_call(
    call_id: str,
    seller: str = "ann@own.example",
    *,
    talk: int = 60,
    switches: int = 33,
    negative: tuple[int, int] = (0, 1),
    said: str = "",
    started_at: datetime | None = NOON,
    minutes: float = 60,
) -> Call:
    """A call whose measures are known.

    Args:
        call_id: Its id.
        seller: Address of its seller.
        talk: The seller's share of the speech, percent.
        switches: From side to side; odd, so that each side has as many turns.
        negative: How many of how many customer utterances are negative.
        said: What the seller says first.
        started_at: When.
        minutes: How long it lasts; what is said takes 1,000 s, or 100 s of less than 20 minutes.
    """
    turns = (switches + 1) // 2
    speech_ms = 1_000_000 if minutes >= 20 else 100_000
    utterances = list(_spoken(turns, speech_ms, talk, negative, said))
    duration_ms = round(minutes * 60_000)
    return Call(
        call_id,
        (Participant("s", Side.SELLER, address=seller), Participant("c", Side.CUSTOMER)),
        tuple(utterances),
        language="en",
        started_at=started_at,
        has_consent=True,
        duration_ms=duration_ms,
    )


def days_ago(days: float) -> datetime:
    """A moment before noon of 11 March 2026, a Wednesday."""
    return NOON - timedelta(days=days)


def _spoken(
    turns: int, speech_ms: int, talk: int, negative: tuple[int, int], said: str
) -> Iterator[Utterance]:
    bad, count = negative
    at = 0
    for turn in range(turns):
        ours = speech_ms * talk // 100 // turns
        yield Utterance("s", said if turn == 0 else "Yes.", at, at + ours)
        at += ours + 100
        theirs = speech_ms * (100 - talk) // 100 // turns
        # All customer utterances that are left go into the last turn.
        lines = range(turn, turn + 1 if turn < turns - 1 else max(count, turn + 1))
        for line in lines:
            lasts = theirs // len(lines)
            text = "" if line >= count else NEGATIVE if line < bad else NEUTRAL
            yield Utterance("c", text, at, at + lasts)
            at += lasts
        at += 100
