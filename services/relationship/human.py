"""How likely a person made each event of a followed mail, and not a program that looks at mail for them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from services.relationship.engagement_store import StoredEvent

# Programs that fetch what is in a mail: providers' image proxies, link scanners, libraries.
_PROGRAM = re.compile(
    r"googleimageproxy|yahoomailproxy|applemail|bot\b|crawler|spider|scanner|safelinks|barracuda|proofpoint|mimecast"
    r"|urldefense|python-requests|curl/|wget/|go-http-client|java/|headless",
    re.IGNORECASE,
)
_AT_ONCE = timedelta(milliseconds=500)
_HUMAN_OPEN, _HUMAN_CLICK, _HUMAN_WITHOUT_AGENT = 0.5, 0.9, 0.3
_PROGRAM_NAMED, _ALL_AT_ONCE, _HEAD = 0.05, 0.02, 0.01


def human_probabilities(events: Sequence[StoredEvent]) -> dict[str, float]:
    """The probability of each event that a person made it, by event.

    A HEAD request fetches nothing that a person could see. All links of a mail within half a second are a scanner's.
    An open alone is weak evidence: images are fetched ahead for most people; a click is a decision.

    Args:
        events: All that are known of some mails.
    """
    clicks: dict[str, list[StoredEvent]] = defaultdict(list)
    for event in events:
        if event.kind == "click":
            clicks[event.activity_id].append(event)
    swept = {event.event_id for found in clicks.values() for event in _swept(found)}
    return {event.event_id: _probability(event, is_swept=event.event_id in swept) for event in events}


def _probability(event: StoredEvent, *, is_swept: bool) -> float:
    if event.http_method == "HEAD":
        return _HEAD
    if is_swept:
        return _ALL_AT_ONCE
    if _PROGRAM.search(event.user_agent):
        return _PROGRAM_NAMED
    if not event.user_agent:
        return _HUMAN_WITHOUT_AGENT
    return _HUMAN_OPEN if event.kind == "open" else _HUMAN_CLICK


def _swept(clicks: Sequence[StoredEvent]) -> list[StoredEvent]:
    """Clicks on different links so near to each other that no hand made them."""
    ordered = sorted(clicks, key=lambda event: (event.happened_at, event.event_id))
    found: dict[str, StoredEvent] = {}
    for before, after in pairwise(ordered):
        if after.happened_at - before.happened_at <= _AT_ONCE and after.link != before.link:
            found |= {before.event_id: before, after.event_id: after}
    return list(found.values())
