"""What there is to say of a relationship: a sentence per finding, in English."""

from collections.abc import Iterator

from services.relationship.activity import Kind
from services.relationship.insights import Insights
from services.relationship.window_totals import KindTotal

_STARTED = {
    Kind.EMAIL: ("sent", "email", "emails"),
    Kind.MEETING: ("started", "meeting", "meetings"),
    Kind.PHONE_CALL: ("made", "call", "calls"),
}
_HOUR_MS = 3_600_000


def sentences(found: Insights) -> list[str]:
    """The findings, in the order of their worth."""
    return [
        *_silence(found),
        *(sentence for each in found.kinds for sentence in _difference(each)),
        *_responses(found),
    ]


def _silence(found: Insights) -> Iterator[str]:
    gap = found.condition.gap_days
    if found.condition.activities == 0:
        yield "There was no activity yet."
    elif gap is not None and gap > found.condition.expected_days:
        yield f"The last activity was {gap} days ago, {found.condition.expected_days} are expected."


def _difference(each: KindTotal) -> Iterator[str]:
    if each.kind not in _STARTED or each.from_us == each.from_customer:
        return
    verb, one, many = _STARTED[each.kind]
    more = abs(each.from_us - each.from_customer)
    noun = one if more == 1 else many
    if each.from_us > each.from_customer:
        yield f"You {verb} {more} {noun} more than the customer."
    else:
        yield f"The customer {verb} {more} {noun} more than you."


def _responses(found: Insights) -> Iterator[str]:
    ours, theirs = found.our_responses.median_ms, found.customer_responses.median_ms
    if ours is None or theirs is None or ours == theirs:
        return
    faster, slower = (
        ("You answer", theirs - ours) if ours < theirs else ("The customer answers", ours - theirs)
    )
    yield f"{faster} {slower / _HOUR_MS:.1f} hours faster."
