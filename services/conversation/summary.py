"""The summary of a call, put together from findings; each line names the utterances that it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.conversation.call import Call, Participant, Side
from services.conversation.commitments import Commitment, Due
from services.conversation.highlights import Highlight
from services.conversation.mentions import Keyword

_MOST_SUBJECTS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        heading: What the line is: subject, participants, time, related record, key point, commitment.
        text: The line.
        utterances: Places in the call that it rests on; none for what the call's own data say.
    """

    heading: str
    text: str
    utterances: tuple[int, ...] = ()


def summary_of(
    call: Call,
    highlights: Sequence[Highlight],
    keywords: Sequence[Keyword],
    commitments: Sequence[Commitment],
) -> list[Line]:
    """The lines of the summary, in the order in which they are read.

    Args:
        call: The call.
        highlights: Its key points.
        keywords: What it was about, where it has no title.
        commitments: What was promised.
    """
    lines = []
    subject = call.title or ", ".join(each.text for each in keywords[:_MOST_SUBJECTS])
    if subject:
        lines.append(Line("subject", subject))
    if call.participants:
        lines.append(Line("participants", ", ".join(map(_called, call.participants))))
    if call.started_at:
        lines.append(Line("time", _time(call)))
    if call.regarding:
        lines.append(Line("related record", f"{call.regarding.kind} {call.regarding.id}"))
    names = {each.participant_id: each.name or each.participant_id for each in call.participants}
    for each in highlights:
        speaker = names[call.utterances[each.utterance].participant_id]
        lines.append(Line("key point", f"{speaker}{_at(each.start_ms)}: {each.text}", (each.utterance,)))
    for promise in commitments:
        by = f", {promise.due.text}{_day(promise.due)}" if promise.due else ""
        owner = names.get(promise.owner_id, promise.owner_id)
        lines.append(Line("commitment", f"{owner}: {promise.what}{by}", (promise.utterance,)))
    return lines


def _called(participant: Participant) -> str:
    name = participant.name or participant.participant_id
    return f"{name} (seller)" if participant.side is Side.SELLER else name


def _time(call: Call) -> str:
    started = call.started_at.isoformat(timespec="minutes") if call.started_at else ""
    return f"{started}, {_clock(call.length_ms)}" if call.length_ms else started


def _day(due: Due) -> str:
    """The day or the time that words mean, in the tenant's zone."""
    if due.at is None:
        return ""
    local = due.at.astimezone(ZoneInfo(due.time_zone)) if due.time_zone else due.at
    return f" ({local.date() if due.date_only else local.isoformat(timespec='minutes')})"


def _at(start_ms: int | None) -> str:
    return "" if start_ms is None else f" at {_clock(start_ms)}"


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
