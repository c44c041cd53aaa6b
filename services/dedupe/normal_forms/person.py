"""Person names: honorifics and suffixes dropped, order settled, nicknames with the names they stand for."""

from dataclasses import dataclass
from functools import lru_cache

from nameparser import HumanName
from nameparser.config import CONSTANTS
from nicknames import NickNamer

from services.dedupe.normal_forms.text import folded_digraphs, transliterated, words

_NICKNAMES = NickNamer()
_HONORIFICS = frozenset(CONSTANTS.titles) | frozenset(
    {"herr", "frau", "hr", "fru", "frk", "señor", "sig", "mme", "mlle"}
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "esq", "phd", "md", "mba", "cpa"})


@dataclass(frozen=True)
class PersonForm:
    """A person's name to compare.

    Attributes:
        given: Given names; an initial stands alone ("j").
        full_names: Names the first given name may be short for ("|bobby|robert|" for "bob").
        last: Family names, joined.
    """

    given: str | None
    full_names: str | None
    last: str | None


def person_form(first_name: str | None, last_name: str | None) -> PersonForm:
    """Form of a name given in two fields, either of which may hold the whole name.

    "Murphy, Regina" in one field is turned round; two fields that were swapped are left to the comparison, since
    nothing in one record tells.
    """
    if first_name and last_name:
        return _form(given_words(first_name), last_words(last_name))
    whole = (first_name or last_name or "").strip()
    if not whole:
        return PersonForm(None, None, None)
    given, last = _split(whole)
    if given and last:
        return _form(given_words(given), last_words(last))
    return _form(given_words(whole), "") if first_name else _form("", last_words(whole))


def _split(whole: str) -> tuple[str, str]:
    """Given and family names of a name in one text, either blank if it is not told apart."""
    if " " not in whole and "," not in whole:
        return "", ""
    parts = whole.split()
    is_plain = len(parts) == 2 and all(part.isalpha() for part in parts)
    if is_plain and parts[0].lower() not in _HONORIFICS and parts[1].lower() not in _SUFFIXES:
        # What nameparser would say, at a hundredth of its time.
        return parts[0], parts[1]
    parsed = HumanName(whole)
    return " ".join(part for part in (parsed.first, parsed.middle) if part), parsed.last


def _form(given: str, last: str) -> PersonForm:
    return PersonForm(given or None, full_names(given) if given else None, last or None)


@lru_cache(maxsize=65536)
def given_words(text: str) -> str:
    """Given names as words without honorifics; an honorific that is all there is stays, it may be a name."""
    found = words(transliterated(text))
    kept = [word for word in found if word not in _HONORIFICS] if len(found) > 1 else found
    return " ".join(folded_digraphs(word) for word in kept or found)


@lru_cache(maxsize=65536)
def last_words(text: str) -> str:
    """Family names in one word ("van der Berg" as vanderberg), without suffixes such as Jr."""
    found = words(transliterated(text))
    kept = [word for word in found if word not in _SUFFIXES] if len(found) > 1 else found
    return "".join(folded_digraphs(word) for word in kept or found)


@lru_cache(maxsize=65536)
def full_names(given: str) -> str | None:
    """The names the first given name may be short for, as "|robert|bobby|"; None if there are none.

    A nickname has several (Al is Albert, Alan, Alfred), so two names are held against each other's lists rather
    than brought to one.
    """
    found = sorted({folded_digraphs(name) for name in _NICKNAMES.canonicals_of(first_word(given))})
    return f"|{'|'.join(found)}|" if found else None


def first_word(given: str) -> str:
    """The first given name."""
    return given.split(" ", 1)[0]
