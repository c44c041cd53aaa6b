"""What the home page counts of a call: whole numbers alone, so that sums of them subtract to the last digit."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.conversation.analysis import Analysis
from services.conversation.call import seller_keys
from services.conversation.sentiment.sentiment import Tone
from services.conversation.trackers import TrackerKind

HUNDREDTHS = 100
LONGEST_KEY = 200  # characters; no brand's name is longer


class MentionKind(StrEnum):
    """What is mentioned."""

    KEYWORD = "keyword"
    COMPETITOR = "competitor"
    BRAND = "brand"


_TRACKED = {
    TrackerKind.KEYWORD: MentionKind.KEYWORD,
    TrackerKind.COMPETITOR: MentionKind.COMPETITOR,
}


class Measured(StrEnum):
    """Measures that are stored per call, in hundredths."""

    TALK = "talk"
    SWITCHES = "switches"
    PAUSE = "pause"
    MONOLOGUE = "monologue"
    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


MOST: Mapping[Measured, int] = {
    Measured.SWITCHES: 36_000,  # an hour: ten a second
    Measured.PAUSE: 600,  # s
    Measured.MONOLOGUE: 86_400,  # s
}
"""A call counts with at most so much: one broken transcript must not decide a mean."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a call mentions.

    Attributes:
        kind: What it is.
        key: The tracker's id, or the brand's key.
        name: For people.
        count: How often.
    """

    kind: MentionKind
    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class CallFacts:
    """A call as the home page counts it.

    Attributes:
        call_id: The call.
        started_at: When; when it was stored, if that is not known.
        day: Its day in the tenant's time zone, as an ordinal.
        team: The seller's, or empty.
        sellers: Keys of those who sell.
        duration_ms: None if unknown.
        is_conversation: No tagged short call: those count as recordings alone.
        measured: By measure, hundredths; those that the call has.
        score: Customer sentiment in hundredths, -100 to 100; None when the customer said nothing.
        mentions: Of conversations.
    """

    call_id: str
    started_at: datetime
    day: int
    team: str
    sellers: tuple[str, ...]
    duration_ms: int | None
    is_conversation: bool
    measured: Mapping[Measured, int] = field(default_factory=dict)
    score: int | None = None
    mentions: tuple[Mention, ...] = ()


def facts_of(analysis: Analysis, *, team: str, stored_at: datetime, time_zone: str) -> CallFacts:
    """What counts of an analysed call.

    Args:
        analysis: What was found, with all brands that no tracker names, heard before or not.
        team: The seller's.
        stored_at: Stands in for a start that is not known.
        time_zone: The tenant's.
    """
    call = analysis.call
    started_at = call.started_at or stored_at
    is_conversation = analysis.short_call is None
    return CallFacts(
        call_id=call.call_id,
        started_at=started_at,
        day=started_at.astimezone(ZoneInfo(time_zone)).toordinal(),
        team=team,
        sellers=seller_keys(call),
        duration_ms=call.length_ms,
        is_conversation=is_conversation,
        measured=_measured(analysis) if is_conversation else {},
        score=_score(analysis) if is_conversation else None,
        mentions=_mentions(analysis) if is_conversation else (),
    )


def _measured(analysis: Analysis) -> dict[Measured, int]:
    measures = analysis.measures
    tones = analysis.customer_sentiment.tones
    turns = sum(tones.values())
    found = {
        Measured.TALK: measures.talk_percent,
        Measured.SWITCHES: measures.switches_per_hour,
        Measured.PAUSE: _seconds(measures.pause_before_speaking_ms),
        Measured.MONOLOGUE: _seconds(measures.longest_customer_monologue_ms),
        Measured.POSITIVE: 100 * tones.get(Tone.POSITIVE, 0) / turns if turns else None,
        Measured.NEUTRAL: 100 * tones.get(Tone.NEUTRAL, 0) / turns if turns else None,
        Measured.NEGATIVE: 100 * tones.get(Tone.NEGATIVE, 0) / turns if turns else None,
    }
    return {
        measure: round(HUNDREDTHS * min(value, MOST.get(measure, value)))
        for measure, value in found.items()
        if value is not None
    }


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else ms / 1000


def _score(analysis: Analysis) -> int | None:
    score = analysis.customer_sentiment.score
    return None if score is None else round(HUNDREDTHS * score)


def _mentions(analysis: Analysis) -> tuple[Mention, ...]:
    hits = Counter((_TRACKED[each.hit.kind], each.hit.tracker_id) for each in analysis.hits)
    tracked = [Mention(kind, key, key, count) for (kind, key), count in hits.items()]
    heard = [
        Mention(MentionKind.BRAND, each.key, each.name, len(each.mentions))
        for each in analysis.brands
        if len(each.key) <= LONGEST_KEY and len(each.name) <= LONGEST_KEY
    ]
    return (*tracked, *heard)
