"""One module per language: what its words say, and nothing of how a sentence is read."""

from functools import cache
from importlib import import_module

from services.notes.actions.cues import Lexicon

_MODULES = {"en": "english", "da": "danish", "nb": "norwegian", "sv": "swedish", "zh": "chinese"}


@cache
def lexicon_of(language: str) -> Lexicon:
    """The lexicon of one of the five languages, built once a process."""
    lexicon: Lexicon = import_module(f"{__name__}.{_MODULES[language]}").LEXICON
    return lexicon


def words_of_lexicon(language: str) -> set[str]:
    """All the words that a language's phrases are made of."""
    words: set[str] = set()
    nodes = [lexicon_of(language).root]
    while nodes:
        node = nodes.pop()
        words.update(node.further)
        nodes += node.further.values()
    return words
