"""What to look at in a relationship."""

from dataclasses import dataclass
from enum import StrEnum

from services.relationship.activity import Side
from services.relationship.insights import Insights

SINGLE_THREADED_SHARE = 0.8
FEWEST_ACTIVITIES = 5
"""Below it one contact's share says nothing."""
_HOUR_S = 3600


class AlertKind(StrEnum):
    """What there is to look at."""

    SINGLE_THREADED = "single_threaded"
    GONE_SILENT = "gone_silent"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to look at.

    Attributes:
        kind: What.
        value: The share, the days of silence, or the hours that the mail waits.
        subject: The contact's address, or the mail's activity.
    """

    kind: AlertKind
    value: float
    subject: str = ""


def alerts(found: Insights) -> list[Alert]:
    """What to look at, in the order of the kinds."""
    alerts = []
    share = found.contact_share
    activities = sum(found.sent)
    if share and share[1] > SINGLE_THREADED_SHARE and activities >= FEWEST_ACTIVITIES:
        alerts.append(Alert(AlertKind.SINGLE_THREADED, share[1], share[0]))
    gap = found.condition.gap_days
    if gap is not None and gap > 2 * found.condition.expected_days:
        alerts.append(Alert(AlertKind.GONE_SILENT, float(gap)))
    waiting = next((each for each in found.unanswered if each.awaits is Side.OWN), None)
    if waiting is not None:
        hours = (found.as_of - waiting.activity.started_at).total_seconds() / _HOUR_S
        if hours > found.settings.unanswered_hours:
            alerts.append(Alert(AlertKind.UNANSWERED, hours, waiting.activity.activity_id))
    return alerts
