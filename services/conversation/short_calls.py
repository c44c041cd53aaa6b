"""Tags of short calls, so that a manager's averages need not count them as conversations."""

from enum import StrEnum

from services.conversation.call import Call
from services.conversation.phrases import count_of
from services.conversation.spoken import count_words

LONGEST_MS = 90_000
MOST_WORDS = 200  # where times are unknown: what is said in 90 seconds


class ShortCall(StrEnum):
    """Why a call was short."""

    VOICEMAIL = "voicemail"
    UNAVAILABLE = "unavailable"
    RESCHEDULE = "reschedule"
    UNWANTED = "unwanted"


# A caller who is asked to leave a message also hears that nobody is there, and one who is told never to call again
# may be asked to call another number: what says more comes first.
_ORDER = (ShortCall.VOICEMAIL, ShortCall.UNWANTED, ShortCall.RESCHEDULE, ShortCall.UNAVAILABLE)


def is_short(call: Call) -> bool:
    """Whether a call is short: under 90 seconds, or without times under 200 words."""
    if call.length_ms is not None:
        return call.length_ms < LONGEST_MS
    return sum(count_words(each.text, call.language) for each in call.utterances) < MOST_WORDS


def short_call_tag(call: Call) -> ShortCall | None:
    """The tag of a short call; None for a long one and for one that says none of the four things."""
    if not is_short(call):
        return None
    text = "\n".join(each.text for each in call.utterances)
    return next((tag for tag in _ORDER if count_of(tag.value, text, call.language)), None)
