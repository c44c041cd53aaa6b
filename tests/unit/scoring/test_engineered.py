"""What is derived from contact attributes, and how such attributes are recognised."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from services.scoring import engineered
from services.scoring.engineered import Contact, columns_for, contact_kind, rule_of

BLANK = float("nan")


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("jane.doe@acme.com", 1),
        ("jane+news@acme.co.uk", 1),
        ("o'hara@acme.com", 1),
        ("jürgen@müller.de", 1),
        ("jane@localhost", 0),
        ("jane@acme", 0),
        ("jane.acme.com", 0),
        ("jane@@acme.com", 0),
        (".jane@acme.com", 0),
        ("ja ne@acme.com", 0),
        ("jane@acme..com", 0),
        ("x" * 65 + "@acme.com", 0),
        ("", BLANK),
    ],
)
def test_email_validity(text: str, valid: float) -> None:
    assert engineered.is_valid_email(text) == pytest.approx(valid, nan_ok=True)


@given(
    st.text("ab.+_-'é@ ", min_size=1, max_size=6),
    st.sampled_from(["acme.com", "acme", "a..b", "test", "ü.de"]),
)
def test_the_short_way_for_plain_addresses_agrees_with_the_library(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    try:
        validate_email(address, check_deliverability=False, strict=True)
        valid = 1.0
    except EmailNotValidError:
        valid = 0.0
    assert engineered.is_valid_email(address) == valid


@pytest.mark.parametrize(
    ("text", "business"),
    [
        ("jane@acme.com", 1),
        ("jane@GMAIL.com", 0),
        ("jane@web.de", 0),
        ("jane@acme", 0),
        ("acme.com", 0),
        ("", BLANK),
    ],
)
def test_business_domain(text: str, business: float) -> None:
    assert engineered.has_business_domain(text) == pytest.approx(business, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("+49 30 901820", 1),
        ("0049 30 901820", 1),
        ("+1 (202) 456-1111", 1),
        ("+49 1", 0),
        ("+999 123456789", 0),
        ("(030) 901 82-0", 1),
        ("12345", 0),
        ("000000000", 0),
        ("call me", 0),
        ("", BLANK),
    ],
)
def test_phone_validity(text: str, valid: float) -> None:
    assert engineered.is_valid_phone(text) == pytest.approx(valid, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "plausible"),
    [
        ("Anna", 1),
        ("Jean-Luc", 1),
        ("O'Neil", 1),
        ("von der Leyen", 1),
        ("Ng", 1),
        ("Łukasz", 1),
        ("李", 1),
        ("Müller", 1),
        ("Smith Jr.", 1),
        ("X", 0),
        ("aaaa", 0),
        ("Test", 0),
        ("asdf", 0),
        ("R2D2", 0),
        ("jane@acme.com", 0),
        ("", BLANK),
    ],
)
def test_name_plausibility(text: str, plausible: float) -> None:
    assert engineered.is_plausible_name(text) == pytest.approx(plausible, nan_ok=True)


@pytest.mark.parametrize(("text", "present"), [("x", 1), ("", 0)])
def test_presence(text: str, present: float) -> None:
    assert engineered.is_present(text) == present


EMAILS = ["jane@acme.com", "joe@firma.de", ""]
PHONES = ["+49 30 901820", "", "030 901821"]
NAMES = ["Jane", "Łukasz", "Ng"]


@pytest.mark.parametrize(
    ("attribute", "texts", "kind"),
    [
        ("email", EMAILS, Contact.EMAIL),
        ("emailaddress1", EMAILS, Contact.EMAIL),
        ("Work E-Mail", EMAILS, Contact.EMAIL),
        ("contactEmail", EMAILS, Contact.EMAIL),
        ("mobile_phone", PHONES, Contact.PHONE),
        ("Telephone", PHONES, Contact.PHONE),
        ("first_name", NAMES, Contact.NAME),
        ("LastName", NAMES, Contact.NAME),
        ("contact.full_name", NAMES, Contact.NAME),
        ("contact", ["cellular", "telephone"], None),
        ("phone", ["yes", "no"], None),
        ("email_opt_in", ["true", "false"], None),
        ("company_name", ["Acme", "Firma"], None),
        ("account_id", PHONES, None),
        ("notes", EMAILS, None),
        ("email", ["", ""], None),
    ],
)
def test_contact_attributes_are_known_by_name_and_content(
    attribute: str, texts: list[str], kind: Contact | None
) -> None:
    assert contact_kind(attribute, texts) is kind


@pytest.mark.parametrize(
    ("contact", "columns"),
    [
        (Contact.EMAIL, ("x:valid_email", "x:business_domain", "x:present")),
        (Contact.PHONE, ("x:valid_phone", "x:present")),
        (Contact.NAME, ("x:plausible_name", "x:present")),
        (None, ("x:present",)),
    ],
)
def test_derived_columns_name_their_rule(contact: Contact | None, columns: tuple[str, ...]) -> None:
    assert columns_for("x", contact) == columns
    assert all(rule_of(column, "x") is not None for column in columns)


def test_an_attribute_is_not_derived_from_itself() -> None:
    assert rule_of("x:present", "x:present") is None


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="not derived"):
        rule_of("x:shoe_size", "x")
