"""The form in which words are compared: lower case, lemma and stem, without diacritics that are no own letters."""

import re
import unicodedata
from functools import cache

import simplemma
import snowballstemmer

_STEMMERS = {"en": "english", "da": "danish", "nb": "norwegian", "sv": "swedish"}
# Letters that Danish and Norwegian write one way and Swedish the other; each language gets its own.
_AS_WRITTEN = {
    "da": str.maketrans("äöÄÖ", "æøÆØ"),
    "nb": str.maketrans("äöÄÖ", "æøÆØ"),
    "sv": str.maketrans("æøÆØ", "äöÄÖ"),
}
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "ð": "d"}
)
_NORDIC_LETTERS = frozenset("åäöæøÅÄÖÆØ")
_PLURAL_ACRONYM = re.compile(r"[A-Z]{2,}s")
_POSSESSIVE = re.compile(r"['\u2019][sS]?$")
_MOST_WORDS = 200_000  # kept per language; more are forgotten, so that memory stays flat


def without_diacritics(word: str, language: str) -> str:
    """A word with plain letters; in Danish, Norwegian and Swedish å, ä and ö stay, for they are letters there."""
    if word.isascii():
        return word
    twins = _AS_WRITTEN.get(language)
    if twins is None:
        return _stripped(word.translate(_PLAIN))
    written = unicodedata.normalize("NFC", word).translate(twins)
    return "".join(each if each in _NORDIC_LETTERS else _stripped(each) for each in written)


def _stripped(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(each for each in decomposed if not unicodedata.combining(each))


class WordKeys(dict[str, str]):
    """Keys of words of one language, worked out once each; words with the same key count as the same.

    Args:
        language: en, da, nb or sv.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._stemmer = snowballstemmer.stemmer(_STEMMERS[language])

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_WORDS:
            self.clear()
        key = self[word] = self._key(word)
        return key

    def _key(self, word: str) -> str:
        plain = without_diacritics(_POSSESSIVE.sub("", word).replace("\u2019", "'"), self._language)
        if self._language == "en" and _PLURAL_ACRONYM.fullmatch(plain):
            plain = plain[:-1]
        lemma = simplemma.lemmatize(plain.lower(), lang=self._language)
        stem: str = self._stemmer.stemWord(lemma.lower())
        return stem or word


@cache
def word_keys(language: str) -> WordKeys:
    """The shared keys of a language."""
    return WordKeys(language)
