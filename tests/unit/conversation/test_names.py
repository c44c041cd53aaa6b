from typing import Any

import pytest

from services.conversation.entities.brands import other_brands
from services.conversation.entities.known import core, is_brand, organisation_end
from services.conversation.entities.names import Name, find_names


def organisations(*texts: Any, language: str = "en", **options: Any) -> Any:
    return [name.text for name in find_names(texts, language, **options) if name.label == "ORG"]


def test_english_names_have_their_place() -> None:
    text = "We talked to Goldman Sachs and Morgan Stanley in New York."
    found = find_names(["Hello.", text], "en")
    assert {(name.text, name.label) for name in found} >= {("Goldman Sachs", "ORG"), ("New York", "GPE")}
    assert all(name.utterance == 1 and text[name.start : name.end] == name.text for name in found)


def test_listed_names_are_organisations_whatever_the_recogniser_says() -> None:
    assert "HubSpot" in organisations("so hubspot or HubSpot is fine for Anna")
    assert organisations("Kvikly is fine", organisations=["Kvikly"]) == ["Kvikly"]


def test_a_genitive_and_a_legal_form_belong_to_the_name() -> None:
    text = "So Goldman Sachs's view, and Lowe's is what Northwind Traders Inc's people use."
    found = organisations(text)
    assert {"Goldman Sachs's", "Lowe's"} <= set(found)
    assert organisation_end("at Acme Inc's", 7) == len("at Acme Inc's")


def test_what_was_not_understood_is_no_name() -> None:
    assert organisations("We spoke to <unk> Research and [inaudible] Bank today.") == []


def test_a_transcript_without_capitals_gets_them() -> None:
    assert "salesforce" in organisations("we use salesforce today and i like it", "and before that oracle")
    assert "SALESFORCE" in organisations("WE USE SALESFORCE TODAY")


def test_what_a_person_is_from_is_no_person() -> None:
    assert organisations("Good morning, this is Anna from Fabrikam.") == ["Fabrikam"]
    found = find_names(["This is Anna Berg from Tom Oak."], "en", people=["Tom Oak"])
    assert [name.label for name in found] == ["PERSON", "PERSON"]


def test_a_participant_is_a_person() -> None:
    found = find_names(["Thank you, Exane.", "Exane will call."], "en", people=["Exane Smith"])
    assert "ORG" not in {name.label for name in found}


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("da", "Vi bruger Nordlys Teknik A/S og HubSpot i dag.", ["Nordlys Teknik A/S", "HubSpot"]),
        ("nb", "Vi har en avtale med Fjell og Vann AS.", ["Fjell og Vann AS"]),
        ("sv", "Vi tittade p\u00e5 Klarna och SAP.", ["Klarna", "SAP"]),
        ("sv", "Vi ses p\u00e5 tisdag, Anna.", []),
        ("zh", "\u6211\u4eec\u7528\u534e\u4e3a\u548cSalesforce", ["\u534e\u4e3a", "Salesforce"]),
        ("zh", "\u6211\u4eec\u8ddf\u5317\u4eac\u84dd\u5929\u79d1\u6280\u8c08\u8fc7", ["\u5317\u4eac\u84dd\u5929\u79d1\u6280"]),  # noqa: E501
    ],
)  # fmt: skip
def test_other_languages_go_by_list_legal_form_and_spelling(language: Any, text: Any, found: Any) -> None:
    assert organisations(text, language=language) == found


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("the Acme Inc.", "acme"),
        ("Acme's", "acme"),
        ("Nordlys A/S", "nordlys"),
        ("AT&T", "at&t"),
        ("AS", "as"),
    ],
)
def test_mentions_of_one_name_have_the_same_core(name: Any, same: Any) -> None:
    assert core(name) == same


def test_a_brand_is_shown_without_genitive_unless_it_has_one_of_its_own() -> None:
    names = [Name(at, 0, 1, "ORG", text) for at, text in enumerate(["Acme's", "Lowe's"])]
    assert [brand.name for brand in other_brands(names, tracked=[], heard=())] == ["Acme", "Lowe's"]


def test_terms_are_no_brands() -> None:
    assert not any(map(is_brand, ["EBITDA", "the GAAP", "CFO", "COVID-19", "5", "X"]))
    assert is_brand("Acme")


def test_other_brands_are_neither_tracked_nor_heard_before() -> None:
    said = ["Acme's", "HubSpot", "Acme Inc", "Zoho", "GAAP", "Anna"]
    labels = ["ORG", "ORG", "ORG", "PRODUCT", "ORG", "PERSON"]
    names = [Name(at, 0, 1, label, text) for at, (text, label) in enumerate(zip(said, labels, strict=True))]
    brands = other_brands(names, tracked=["hubspot"], heard={"zoho"})
    assert [(brand.key, brand.name, len(brand.mentions)) for brand in brands] == [("acme", "Acme", 2)]
