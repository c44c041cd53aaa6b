"""What there is to say of a relationship: a sentence per finding, in English."""

from collections.abc import Iterator

from services.relationship.activity import Kind
from services.relationship.insights import Insights
from services.relationship.window_totals import KindTotal
from services.relationship.won_deals import Comparison
from services.relationship.won_index import Basis

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
        *_won_deals(found.compared),
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


def _won_deals(compared: Comparison | None) -> Iterator[str]:
    """What differs from the won deals, in the figures as they are shown."""
    if compared is None or compared.mean is None:
        return
    deals = "similar won deals" if compared.found.basis is Basis.SIMILAR else "the newest won deals"
    ours, theirs = compared.effort, compared.mean
    columns = (
        ("{deals} had {won} activities on average; here: {own}.", ours.activities, theirs.activities, 1),
        ("{deals} took {won} hours of ours; this one: {own}.", ours.time_ms, theirs.time_ms, _HOUR_MS),
        (
            "In {deals} you answered within {won} hours; here: {own}.",
            ours.response_ms,
            theirs.response_ms,
            _HOUR_MS,
        ),
        (
            "In {deals} you answered {won} % of the customer's turns; here: {own} %.",
            ours.response_rate,
            theirs.response_rate,
            0.01,
        ),
    )
    for sentence, own, won, unit in columns:
        if own is None or won is None:
            continue
        texts = [f"{value / unit:.1f}".removesuffix(".0") for value in (own, won)]
        if texts[0] != texts[1]:
            said = sentence.format(deals=deals, own=texts[0], won=texts[1])
            yield said[0].upper() + said[1:]
