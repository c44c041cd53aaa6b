"""Unicode to plain comparable text: width, invisible characters, look-alikes, Nordic and German letters, Chinese.

A form is for comparing only, never for display. Han characters stay Han (simplified): their pinyin would make
strangers equal. Every other script ends as lower-case ASCII.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii
from confusable_homoglyphs import confusables
from opencc import OpenCC

_TO_SIMPLIFIED = OpenCC("t2s")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_NOT_WORD = re.compile(r"[^0-9a-z\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]+")
_WORD = re.compile(r"\w+")
# One sound written in two ways: ø/oe, å/aa, ä and æ/ae, ü/ue. Both sides of a comparison lose the difference.
_DIGRAPHS = (("aa", "a"), ("ae", "a"), ("oe", "o"), ("ue", "u"))
# Cc and Cf hold controls, zero-width joiners and spaces, direction marks and the byte order mark.
_INVISIBLE = frozenset({"Cc", "Cf"})
_BLANKS = frozenset("\t\n\r\v\f")


def visible(text: str) -> str:
    """The text with compatibility forms resolved (full width, ligatures) and invisible characters removed."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFKC", text)
    kept = (
        " " if letter in _BLANKS else letter
        for letter in composed
        if letter in _BLANKS or unicodedata.category(letter) not in _INVISIBLE
    )
    return "".join(kept)


@lru_cache(maxsize=4096)
def _latin_twin(letter: str) -> str:
    """The Latin letter this one looks like, or the letter itself."""
    found = confusables.is_confusable(letter, greedy=True, preferred_aliases=["latin"])
    for entry in found or ():
        for twin in entry["homoglyphs"]:
            if twin["c"].isascii() and twin["c"].isalpha():
                return str(twin["c"])
    return letter


def without_homoglyphs(text: str) -> str:
    """Look-alike letters within a word that is otherwise Latin become Latin; words of one script stay."""
    return text if text.isascii() else _WORD.sub(lambda match: latin_where_mixed(match.group()), text)


def latin_where_mixed(word: str) -> str:
    """The same for a text taken as one word, such as an e-mail address."""
    if word.isascii() or not any(letter.isascii() and letter.isalpha() for letter in word):
        return word
    return "".join(
        letter if letter.isascii() or "LATIN" in unicodedata.name(letter, "") else _latin_twin(letter)
        for letter in word
    )


def simplified(text: str) -> str:
    """Traditional Chinese characters as simplified ones."""
    return str(_TO_SIMPLIFIED.convert(text)) if _HAN.search(text) else text


def transliterated(text: str) -> str:
    """Lower-case ASCII, Han characters kept in their simplified form."""
    if text.isascii():
        return text.lower()
    clean = simplified(without_homoglyphs(visible(text)))
    parts: list[str] = []
    end = 0
    for match in _HAN.finditer(clean):
        parts += [anyascii(clean[end : match.start()]), match.group()]
        end = match.end()
    parts.append(anyascii(clean[end:]))
    return "".join(parts).lower()


def folded_digraphs(text: str) -> str:
    """ASCII text with aa, ae, oe and ue as a, a, o and u."""
    for two, one in _DIGRAPHS:
        text = text.replace(two, one)
    return text


def words(text: str) -> list[str]:
    """Words of a text already transliterated; apostrophes and full stops inside a word join its parts."""
    return _NOT_WORD.sub(" ", text.replace("'", "").replace("`", "")).split()
