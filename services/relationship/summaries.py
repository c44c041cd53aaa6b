"""What there is to say of a relationship: a sentence per finding."""

from collections.abc import Iterator

from services.common.languages import counted
from services.relationship.activity import Kind
from services.relationship.insights import Insights
from services.relationship.window_totals import KindTotal
from services.relationship.won_deals import Comparison
from services.relationship.wording import figure, span, words_of

_STARTED = frozenset({Kind.EMAIL, Kind.MEETING, Kind.PHONE_CALL})
_LEAST_LEAD_MS = 60_000


def sentences(found: Insights, language: str) -> list[str]:
    """The findings, in the order of their worth.

    Args:
        found: What is known.
        language: One of `languages.LANGUAGES`.
    """
    return [
        *_silence(found, language),
        *(sentence for each in found.kinds for sentence in _difference(each, language)),
        *_responses(found, language),
        *_won_deals(found.compared, language),
    ]


def _silence(found: Insights, language: str) -> Iterator[str]:
    gap, expected = found.condition.gap_days, found.condition.expected_days
    words = words_of(language)
    if found.condition.activities == 0:
        yield words["no_activity"]
    elif gap is not None and gap > expected:
        yield counted(words, "silence", expected, gap=str(gap))


def _difference(each: KindTotal, language: str) -> Iterator[str]:
    if each.kind not in _STARTED or each.from_us == each.from_customer:
        return
    side = "us" if each.from_us > each.from_customer else "customer"
    yield counted(words_of(language), f"{side}.{each.kind}", abs(each.from_us - each.from_customer))


def _responses(found: Insights, language: str) -> Iterator[str]:
    """Who answers faster, by a minute at least."""
    ours, theirs = found.our_responses.median_ms, found.customer_responses.median_ms
    if ours is None or theirs is None or abs(ours - theirs) < _LEAST_LEAD_MS:
        return
    side = "us" if ours < theirs else "customer"
    yield words_of(language)[f"{side}.faster"].format(time=span(abs(ours - theirs), language))


def _won_deals(compared: Comparison | None, language: str) -> Iterator[str]:
    """What differs from the won deals, in the figures as they are shown."""
    if compared is None or compared.mean is None:
        return
    words, basis = words_of(language), compared.found.basis
    ours, theirs = compared.effort, compared.mean
    own, won = figure(ours.activities, language), figure(theirs.activities, language)
    if own != won:
        yield counted(words, f"{basis}.activities", won, own=own)
    for name, ours_ms, theirs_ms in (
        ("time", ours.time_ms, theirs.time_ms),
        ("response", ours.response_ms, theirs.response_ms),
    ):
        if ours_ms is not None and theirs_ms is not None:
            own, won = span(ours_ms, language), span(theirs_ms, language)
            if own != won:
                yield words[f"{basis}.{name}"].format(own=own, won=won)
    if ours.response_rate is not None and theirs.response_rate is not None:
        own, won = (figure(100 * rate, language) for rate in (ours.response_rate, theirs.response_rate))
        if own != won:
            yield words[f"{basis}.rate"].format(own=own, won=won)
