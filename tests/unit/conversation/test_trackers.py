from typing import Any

import pytest

from services.common.errors import Code, LeadlightError
from services.conversation.trackers import MOST_PHRASES, Tracker, TrackerKind, TrackerMatcher


def heard(phrase: Any, text: Any, language: Any) -> Any:
    """What of a text a tracker of one phrase hears."""
    matcher = TrackerMatcher([Tracker("t", TrackerKind.KEYWORD, (phrase,))])
    return [text[hit.start : hit.end] for hit in matcher.hits(text, language)]


@pytest.mark.parametrize(
    ("language", "phrase", "text", "found"),
    [
        # lemma, plural, case, diacritics
        ("en", "offer", "We had two Offers, and the OFFER's terms.", ["Offers", "OFFER's"]),
        ("en", "buy", "They bought it.", ["bought"]),
        ("en", "HubSpot", "hubspot, HubSpots", ["hubspot", "HubSpots"]),
        ("en", "CRM", "Both CRMs", ["CRMs"]),
        ("en", "resume", "your r\u00e9sum\u00e9", ["r\u00e9sum\u00e9"]),
        ("en", "total cost of ownership", "the total costs of ownership.", ["total costs of ownership"]),
        ("en", "price list", "the price-list", ["price-list"]),
        ("en", "go live", "we went live, they are going live", ["went live", "going live"]),
        ("en", "O'Neill", "O\u2019Neill called, and O'Neill", ["O\u2019Neill", "O'Neill"]),
        ("en", "C", "C++ and C# are not C", ["C"]),
        ("en", "C++", "c++, C++'s and C", ["c++", "C++"]),
        ("en", "AT&T", "AT&T called", ["AT&T"]),
        ("en", "caf\u00e9", "CAFE, caf\u00e9s", ["CAFE", "caf\u00e9s"]),
        ("da", "pris", "Prisen og priserne", ["Prisen", "priserne"]),
        ("da", "k\u00f8be", "de k\u00f8bte og k\u00f8ber", ["k\u00f8bte", "k\u00f8ber"]),
        ("nb", "avtale", "avtalen, avtalene, AVTALENES", ["avtalen", "avtalene", "AVTALENES"]),
        ("sv", "f\u00f6r\u00e4ndring", "F\u00f6r\u00e4ndringarna", ["F\u00f6r\u00e4ndringarna"]),
        ("da", "aftale", "aftalerne", ["aftalerne"]),
        ("nb", "tilbud", "Tilbudet er sendt, tilbudene", ["Tilbudet", "tilbudene"]),
        ("sv", "offert", "Offerten och offerterna", ["Offerten", "offerterna"]),
        ("sv", "S\u00f8ren", "S\u00f6ren ringde", ["S\u00f6ren"]),
        # compounds: together, apart, with a hyphen, and never inside another
        ("da", "kundeservice", "kunde service", ["kunde service"]),
        ("da", "kunde service", "Kundeservicen er god", ["Kundeservicen"]),
        ("nb", "kundeservice", "kunde-service", ["kunde-service"]),
        ("sv", "kund tj\u00e4nst", "kundtj\u00e4nst", ["kundtj\u00e4nst"]),
        ("da", "salgschef", "salgs-chef, salgs chefen", ["salgs-chef", "salgs chefen"]),
        ("nb", "\u00e5rsavtale", "\u00e5rsavtalen, \u00e5rs-avtale", ["\u00e5rsavtalen", "\u00e5rs-avtale"]),
        (
            "sv",
            "kundtj\u00e4nst",
            "kundtj\u00e4nsten, kund-tj\u00e4nst",
            ["kundtj\u00e4nsten", "kund-tj\u00e4nst"],
        ),
        ("nb", "kunde", "kundeservice", []),
        ("sv", "pris", "prislista", []),
        ("da", "sol", "Vi har solgt soldaten", []),
        ("da", "pris", "prisme og prins", []),
        ("sv", "val", "avtal och valuta", []),
        ("da", "CRM", "jeres CRM-system", ["CRM"]),
        ("en", "the rapist", "a therapist", []),
        ("en", "art", "start party", []),
        ("sv", "far", "jag f\u00e5r", []),
        # characters
        ("zh", "\u4ef7\u683c", "\u8fd9\u4e2a\u4ef7\u683c\u5f88\u9ad8", ["\u4ef7\u683c"]),
        ("zh", "CRM", "\u6211\u4eec\u7684\uff23\uff32\uff2d\u7cfb\u7edf", ["\uff23\uff32\uff2d"]),
        (
            "zh",
            "\u5fae\u8f6f",
            "\u5fae\u8f6f\u516c\u53f8\uff0c\u5fae\u8f6f",
            ["\u5fae\u8f6f", "\u5fae\u8f6f"],
        ),
        ("zh", "ERP", "\uff25\uff32\uff30\u548cerp", ["\uff25\uff32\uff30", "erp"]),
        ("zh", "SAP", "\u4e0d\u662fsapient", []),
        # a language that is not one of the five is read as English
        ("fr", "Salesforce", "chez Salesforce", ["Salesforce"]),
    ],
)
def test_what_is_heard(language: Any, phrase: Any, text: Any, found: Any) -> None:
    assert heard(phrase, text, language) == found


def test_each_tracker_is_heard_where_they_overlap_and_the_longest_of_one() -> None:
    matcher = TrackerMatcher(
        [
            Tracker("a", TrackerKind.KEYWORD, ("price", "price list")),
            Tracker("b", TrackerKind.COMPETITOR, ("list",)),
        ]
    )
    hits = matcher.hits("The price list.", "en")
    assert [(hit.tracker_id, hit.start, hit.end) for hit in hits] == [("a", 4, 14), ("b", 10, 14)]


def test_no_trackers_hear_nothing() -> None:
    assert TrackerMatcher([]).hits("anything", "en") == []


@pytest.mark.parametrize("phrases", [("",), ("...",), ("x" * 201,), ("word",) * (MOST_PHRASES + 1)])
def test_bad_phrases_are_refused(phrases: Any) -> None:
    with pytest.raises(LeadlightError) as caught:
        TrackerMatcher([Tracker("t", TrackerKind.KEYWORD, phrases)])
    assert caught.value.code is Code.INVALID_ARGUMENT


def test_every_one_of_ten_thousand_phrases_is_found() -> None:
    matcher = TrackerMatcher(
        [Tracker(f"t{n}", TrackerKind.KEYWORD, (f"term{n} plan",)) for n in range(MOST_PHRASES)]
    )
    text = " ".join(f"about term{n} plan" for n in range(0, MOST_PHRASES, 10))
    assert [hit.tracker_id for hit in matcher.hits(text, "en")] == [
        f"t{n}" for n in range(0, MOST_PHRASES, 10)
    ]
