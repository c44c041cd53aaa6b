"""A record's normal forms as one text: what a row keeps, so that nothing is brought to its form twice."""

from services.dedupe.fields import FORM_NAMES, Forms

# A control character: forms are lower-case letters, digits, signs and blanks.
_BETWEEN = "\x1f"


def forms_text(forms: Forms) -> str:
    """The forms as a row keeps them, in the order of `FORM_NAMES`; a form that is missing is empty."""
    return _BETWEEN.join([getattr(forms, name) or "" for name in FORM_NAMES])


def forms_from_text(text: str) -> Forms:
    """The forms that `forms_text` wrote."""
    return Forms(*[value or None for value in text.split(_BETWEEN)])
