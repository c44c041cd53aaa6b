"""The languages that there are grammars for."""

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
    language = import_module(f"{__name__}.{code}").build()
    assert isinstance(language, Language)
    return language
