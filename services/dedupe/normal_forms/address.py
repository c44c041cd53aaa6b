"""Street addresses, cities, postal codes."""

import re
from functools import lru_cache

from services.dedupe.normal_forms.text import folded_digraphs, transliterated, words

# Short and long spellings of the same word; the short one is the form. Germanic endings are cut the same way.
_SHORT = {
    "apartment": "apt", "avenue": "ave", "av": "ave", "boulevard": "blvd", "blv": "blvd", "building": "bldg",
    "circuit": "cct", "close": "cl", "court": "ct", "crescent": "cres", "drive": "dr", "east": "e",
    "floor": "fl", "gate": "gt", "gata": "gt", "highway": "hwy", "lane": "ln", "north": "n", "parkway": "pkwy",
    "place": "pl", "road": "rd", "route": "rte", "south": "s", "square": "sq", "street": "st", "strasse": "str",
    "straße": "str", "suite": "ste", "terrace": "tce", "vei": "v", "veien": "v", "vej": "v", "vag": "v",
    "vagen": "v", "west": "w",
}  # fmt: skip
_ENDINGS = (("strasse", "str"), ("veien", "v"), ("vegen", "v"), ("gaten", "gt"), ("gate", "gt"), ("gatan", "gt"),
            ("vagen", "v"), ("vej", "v"), ("gade", "gt"), ("vei", "v"))  # fmt: skip
_NUMBER = re.compile(r"\d+")
_LEAST_STEM = 3


def _short_word(word: str) -> str:
    if word in _SHORT:
        return _SHORT[word]
    for long, short in _ENDINGS:
        if word.endswith(long) and len(word) >= len(long) + _LEAST_STEM:
            return word.removesuffix(long) + short
    return word


@lru_cache(maxsize=65536)
def address_form(text: str) -> str | None:
    """Words of an address with the usual abbreviations; None if there are none."""
    return " ".join(folded_digraphs(_short_word(word)) for word in words(transliterated(text))) or None


def house_number(form: str) -> str | None:
    """The first number in an address's form."""
    found = _NUMBER.search(form)
    return found.group() if found else None


@lru_cache(maxsize=65536)
def city_form(text: str) -> str | None:
    """A city's name in one word."""
    return "".join(folded_digraphs(word) for word in words(transliterated(text))) or None


def postal_code_form(text: str) -> str | None:
    """A postal code without blanks and dashes."""
    return "".join(words(transliterated(text))) or None
