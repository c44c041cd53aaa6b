"""The languages that sentences are written in."""

from services.common.errors import invalid_argument

LANGUAGES = ("en", "da", "nb", "sv", "zh")
_ALSO = {"no": "nb"}


def language(tag: str, path: str, default: str = "en") -> str:
    """The language of a BCP-47 tag, without its region.

    Args:
        tag: As it was sent.
        path: Of the field, for the error.
        default: For an empty tag.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is none of the five.
    """
    primary = tag.split("-", maxsplit=1)[0].lower()
    primary = _ALSO.get(primary, primary) or default
    if primary and primary not in LANGUAGES:
        raise invalid_argument(path, f"is none of the languages that are written: {', '.join(LANGUAGES)}")
    return primary
