"""The languages that there are grammars for."""

from collections.abc import Callable
from importlib import import_module

from services.notes.times.language import Language

CODES = ("en", "da", "nb", "sv", "zh")


def load_language(code: str) -> Language:
    """Builds a language's words and rules.

    Raises:
        ValueError: There is no grammar for it.
    """
    if code not in CODES:
        raise ValueError(f"no grammar of time for language {code!r}")
    build: Callable[[], Language] = import_module(f"{__name__}.{code}").build
    return build()
