"""docs/examples/score_exported.py reads values as the suite does: what users copy must not drift away."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from services.scoring import engineered

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_exported", ROOT / "docs/examples/score_exported.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "text",
    [
        "+45 33 12 34 56",
        "0045 33123456",
        "+1 212 555 2368",
        "+86 10 6552 9988",
        "+47 22 00 00 0",
        "+46 8 123 456 78",
        "+999 12345678",
        "+",
        "33 12 34 56",
        "1111111",
        "12-34",
        "call me",
        "555-CALL-NOW",
        "1234567890123456",
    ],
)
def test_a_number_is_as_valid_as_in_the_suite(script: ModuleType, text: str) -> None:
    assert script.valid_phone(text) == engineered.RULES["valid_phone"](text)


@pytest.mark.parametrize(
    "text", ["Ann", "ann", "Li", "李", "X", "Test", "asdf", "Anne-Marie", "Jr.", "A1", "Aaaa"]
)
def test_a_name_is_as_plausible_as_in_the_suite(script: ModuleType, text: str) -> None:
    lists = {name: sorted(words) for name, words in engineered.WORD_LISTS.values()}
    assert script.plausible_name(lists, text) == engineered.RULES["plausible_name"](text)


@pytest.mark.parametrize(
    "text", ["ann@contoso.com", "ann@gmail.com", "ann@GMAIL.com", "ann", "@x.com", "a@b", "a@b.test"]
)
def test_an_address_is_judged_as_in_the_suite(script: ModuleType, text: str) -> None:
    lists = {name: sorted(words) for name, words in engineered.WORD_LISTS.values()}
    assert script.valid_email(text) == engineered.RULES["valid_email"](text)
    assert script.business_domain(lists, text) == engineered.RULES["business_domain"](text)
