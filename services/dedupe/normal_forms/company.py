"""Company names without their legal form, from any of many countries."""

import re
from functools import lru_cache

from cleanco import prepare_default_terms

from services.dedupe.normal_forms.text import folded_digraphs, transliterated, words

# Letters with stops or slashes between them are one word: A/S, S.A.R.L., Sp. z o.o. (by its parts).
_LETTERS_APART = re.compile(r"(?<![0-9a-z])(?:[a-z][./]){1,5}[a-z](?![0-9a-z])\.?")
# What cleanco lacks, in the spelling of `words`.
_MORE_TERMS = (
    "a s", "ab publ", "abp", "ans", "asa", "ba", "company", "corp", "corporation", "da", "enk", "eurl", "fmba",
    "gmbh", "gmbh co kg", "hb", "i s", "incorporated", "iks", "ivs", "k s", "kb", "ks", "kg", "limited",
    "ltd co", "nuf", "oyj", "p s", "plc", "pte ltd", "pty ltd", "s a", "s l", "s r l", "sa rl", "se", "smba",
    "sp z o o", "spa", "srl", "sti", "ug", "ug haftungsbeschrankt", "unlimited",
)  # fmt: skip
_HAN_TERMS = (
    "股份有限公司", "有限责任公司", "有限公司", "株式会社", "合同会社", "有限会社", "集团公司", "公司",
)  # fmt: skip
# Forms that also stand before the name in their countries, or are put there in lists sorted by name.
_LEADING = frozenset(
    {
        "inc",
        "plc",
        "llc",
        "ltd",
        "limited",
        "gmbh",
        "corp",
        "as",
        "ab",
        "oy",
        "oyj",
        "pt",
        "ooo",
        "oao",
        "zao",
        "pao",
        "sia",
        "uab",
        "tov",
        "cv",
    }
)


def _legal_terms() -> tuple[tuple[str, ...], ...]:
    known = {tuple(words(" ".join(term))) for _, term in prepare_default_terms()}
    known |= {tuple(term.split()) for term in _MORE_TERMS}
    known.discard(())
    return tuple(sorted(known, key=lambda term: (-len(term), term)))


_TERMS = frozenset(_legal_terms())
_LONGEST_TERM = max(len(term) for term in _TERMS)


@lru_cache(maxsize=65536)
def company_words(text: str) -> tuple[str, ...]:
    """Words of a company's name without its legal form; a name that is nothing else keeps it."""
    plain = transliterated(text)
    for term in _HAN_TERMS:
        shorter = plain.removesuffix(term).removeprefix(term)
        if shorter != plain and shorter.strip():
            plain = shorter
            break
    joined = _LETTERS_APART.sub(lambda match: re.sub(r"[./]", "", match.group()), plain.replace("&", " and "))
    found = [word for word in words(joined) if word]
    kept = _without_trailing_terms(found)
    if len(kept) > 1 and kept[0] in _LEADING:
        kept = kept[1:]
    return tuple(folded_digraphs(word) for word in kept)


def _without_trailing_terms(found: list[str]) -> list[str]:
    while True:
        # "and co" leaves its "and" behind.
        tail = [word for word in found if word != "and"] if found[-1:] == ["and"] else found
        for size in range(min(_LONGEST_TERM, len(tail) - 1), 0, -1):
            if tuple(tail[-size:]) in _TERMS:
                tail = tail[:-size]
                break
        else:
            return tail
        found = tail


def company_form(text: str) -> str | None:
    """The name's words in their order; None if there are none."""
    return " ".join(company_words(text)) or None
