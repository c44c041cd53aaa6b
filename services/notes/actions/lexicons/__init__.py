"""One module per language: what its words say, and nothing of how a sentence is read."""

from functools import cache
from importlib import import_module

from services.notes.actions.cues import Lexicon

_MODULES = {"en": "english", "da": "danish", "nb": "norwegian", "sv": "swedish", "zh": "chinese"}


@cache
def lexicon_of(language: str) -> Lexicon:
    """The lexicon of one of the five languages, built once a process."""
    lexicon = import_module(f"{__name__}.{_MODULES[language]}").LEXICON
    assert isinstance(lexicon, Lexicon)
    return lexicon
