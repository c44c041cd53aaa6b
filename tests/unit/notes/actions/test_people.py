import pytest

from services.notes.actions.people import addresses, chinese_names, numbers


def test_addresses_are_those_that_email_validator_takes() -> None:
    text = "write to Anna.B@Contoso.com, not to a@b or @x or anna@-x-.com."
    assert addresses(text, 0, len(text)) == ["Anna.B@contoso.com"]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("call +45 33 12 34 56", "en", ["+4533123456"]),
        ("ring 33 12 34 56", "da", ["+4533123456"]),
        ("ring 22 12 34 56", "nb", ["+4722123456"]),
        ("ring 08-123 456 78", "sv", ["+46812345678"]),
        ("电话13912345678", "zh", ["+8613912345678"]),
        ("order 12345 of 2026", "en", []),
        ("turnover 40 000 000", "sv", []),
    ],
)
def test_numbers(text: str, language: str, found: list[str]) -> None:
    assert numbers(text, 0, len(text), language, ()) == found


def test_a_date_is_no_number() -> None:
    text = "meet 2026-03-24 10:30"
    assert numbers(text, 0, len(text), "en", [(5, 21)]) == []


def test_chinese_names_by_surname_and_title() -> None:
    text = "和王经理、张女士开会,给老李打电话"
    assert chinese_names(text, 0, len(text)) == ["王经理", "张女士", "老李"]
