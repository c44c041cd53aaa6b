"""Organisations that are known by name, and words that look like one and are none."""

import json
import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

_MOST_LISTS = 64  # of tenants, kept ready
_KNOWN = Path(__file__).with_name("known_organisations.json")
_LEGAL_FORM = re.compile(
    r"(?:,? (?:Inc|Incorporated|Corp|Corporation|Co|Ltd|Limited|LLC|LLP|PLC|plc|GmbH|AG|KG|SE|SA|NV|BV|Oy|Oyj|"
    r"AB|HB|ASA|AS|ANS|ApS|A/S|I/S|K/S|P/S))+(?![\w-])\.?"
)
_ARTICLE = re.compile(r"^(?:the|The) ")
_GENITIVE = re.compile(r"['\u2019]s?$")
_GENITIVE_BEHIND = re.compile(r"['\u2019]s(?!\w)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_IN_WORD = re.compile(r"[^\W\u3400-\u9fff]|&")
# Recognisers and the texts they learn from count these as organisations; no seller would.
_NO_BRANDS = frozenset(
    [
        "gaap", "non-gaap", "ifrs", "ebitda", "ebit", "eps", "capex", "opex", "sg&a", "r&d", "m&a", "p&l", "q&a",
        "ceo", "cfo", "coo", "cto", "cio", "cmo", "vp", "hr", "it", "ir", "pr", "q1", "q2", "q3", "q4", "ytd", "roi",
        "kpi", "kpis", "sla", "rfp", "poc", "nda", "crm", "erp", "saas", "api", "b2b", "b2c", "sme", "smb", "oem",
        "oems", "covid", "covid-19", "coronavirus", "pandemic", "vat", "ipo", "faq", "eta", "pdf", "ai", "kinda",
        "investor relations", "general counsel", "board", "operator", "company", "group", "team",
    ]
)  # fmt: skip


@cache
def known_organisations() -> tuple[str, ...]:
    """The list that is shipped; a tenant adds its own."""
    names: list[str] = json.loads(_KNOWN.read_text(encoding="utf-8"))
    return tuple(names)


def core(name: str) -> str:
    """A name without article, genitive and legal form, in lower case: what two mentions have in common."""
    plain = _GENITIVE.sub("", _ARTICLE.sub("", name.strip()))
    return _LEGAL_FORM.sub("", plain).casefold() or plain.casefold()


def organisation_end(text: str, end: int) -> int:
    """Where a name that ends at a place really ends: its legal form and a genitive included.

    OntoNotes and the sets that follow it count the genitive in, and "Lowe's" would be none without it.
    """
    for behind in (_LEGAL_FORM, _GENITIVE_BEHIND):
        found = behind.match(text, end)
        end = found.end() if found else end
    return end


def without_genitive(name: str) -> str:
    """A name as it is shown by itself; one that is listed with its genitive, such as "Lowe's", keeps it."""
    return name if name in known_organisations() else _GENITIVE.sub("", name)


def is_brand(name: str) -> bool:
    """Whether a name may be a brand or an organisation to tell a seller about."""
    plain = core(name)
    return plain not in _NO_BRANDS and any(each.isalpha() for each in plain) and len(plain) > 1


@lru_cache(_MOST_LISTS)
def _automaton(names: tuple[str, ...]) -> AhoCorasick:
    return AhoCorasick(names)


def mentions_of(text: str, names: Sequence[str], *, any_case: bool = False) -> list[tuple[int, int]]:
    """Where names from a list stand in a text, as they are written or in any case; the longest where they overlap.

    Names that are parts of a longer word do not count, except between Chinese characters, which part no words.
    """
    if any_case:
        names = [each.lower() for each in names]
        text = text.lower()
    found = _automaton(tuple(names)).find_matches_as_indexes(text, overlapping=True)
    spans: list[tuple[int, int]] = []
    for start, end in sorted({(start, end) for _, start, end in found}, key=lambda each: (each[0], -each[1])):
        if (not spans or start >= spans[-1][1]) and _is_whole(text, start, end):
            spans.append((start, end))
    return spans


def _is_whole(text: str, start: int, end: int) -> bool:
    before, behind = text[start - 1 : start], text[end : end + 1]
    if _HAN.match(text[start]):
        return True
    return not (_IN_WORD.match(before) or before == ".") and not _IN_WORD.match(behind)


def is_known(name: str, own: Collection[str] = ()) -> bool:
    """Whether a name is in the shipped list or a tenant's own."""
    return core(name) in _cores(known_organisations()) or core(name) in _cores(tuple(own))


@lru_cache(_MOST_LISTS)
def _cores(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(core, names))
