"""Columns derived from contact attributes: is the address valid, is the name a name, is it filled.

Each rule is a pure function of one value. A derived column is named `<attribute>:<rule>`, such as
"email:business_domain", its contribution is shown under the attribute, and it holds 1, 0 or NaN (blank).
"""

import re
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import phonenumbers
from email_validator import EmailNotValidError, validate_email

RECORD_AGE = "record_age"
"""The attribute under which the age of the record itself is shown."""
AGE_DAYS = "record_age:days"
"""Its column: days from the record's creation to the moment it is scored."""

NAN = float("nan")

# Mailbox providers open to everyone: an address there says nothing about an employer. The largest of each
# region; national providers with a few thousand users change too little to be listed.
FREE_MAIL_DOMAINS = frozenset(
    Path(__file__).with_name("free_mail_domains.csv").read_text(encoding="ascii").split()[1:]
)

# What people type to get past a form.
_PLACEHOLDER_NAMES = frozenset(
    {
        "test",
        "tester",
        "testing",
        "asdf",
        "asd",
        "qwerty",
        "qwertz",
        "abc",
        "xyz",
        "xxx",
        "none",
        "null",
        "unknown",
        "anonymous",
        "na",
        "n/a",
        "nobody",
        "noname",
        "fname",
        "lname",
        "firstname",
        "lastname",
        "name",
        "first",
        "last",
        "user",
        "admin",
        "foo",
        "bar",
        "foobar",
        "dummy",
        "fake",
    }
)
_PLAIN_LOCAL_PART = re.compile(r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*\Z")
_NAME = re.compile(r"[^\W\d_]+(?:[ .,'\u2019`\u00b4\u00b7-]+[^\W\d_]+)*\.?\Z")
_SAME_LETTER_THRICE = re.compile(r"(.)\1\1", re.IGNORECASE)
_DIGIT = re.compile(r"\d")


class Contact(StrEnum):
    """The kinds of contact attribute that have rules of their own."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"


def is_valid_email(text: str) -> float:
    """1 if the address follows RFC 5321/5322 and its domain is not a reserved one; no DNS is asked."""
    if not text:
        return NAN
    local, _, domain = text.rpartition("@")
    # The library takes 30 us an address; for plain local parts the domain alone decides, and domains repeat.
    if len(local) <= 64 and len(text) <= 254 and _PLAIN_LOCAL_PART.match(local):
        return float(_is_valid_domain(domain))
    return float(_is_valid_address(text))


def has_business_domain(text: str) -> float:
    """1 if the address is at an organisation's own domain, 0 if at an open mailbox provider or invalid."""
    if not text:
        return NAN
    domain = text.rpartition("@")[2].lower()
    return float(domain not in FREE_MAIL_DOMAINS and "@" in text and _is_valid_domain(domain))


@lru_cache(maxsize=65_536)
def _is_valid_domain(domain: str) -> bool:
    return _is_valid_address(f"a@{domain}")


def _is_valid_address(address: str) -> bool:
    try:
        validate_email(address, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


@lru_cache(maxsize=4_096)
def is_valid_phone(text: str) -> float:
    """1 if the number can exist.

    With a country code (+49..., 0049...) the numbering plan of that country decides; without one only length
    (7 to 15 digits, ITU-T E.164) and variety of the digits are judged, since the country is not known.
    """
    if not text:
        return NAN
    international = "+" + text[2:] if text.startswith("00") else text
    if international.startswith("+"):
        try:
            return float(phonenumbers.is_valid_number(phonenumbers.parse(international)))
        except phonenumbers.NumberParseException:
            return 0.0
    digits = _DIGIT.findall(text)
    letters = any(character.isalpha() for character in text)
    return float(7 <= len(digits) <= 15 and len(set(digits)) > 1 and not letters)


def is_plausible_name(text: str) -> float:
    """1 if the text could be a person's first or last name in any script.

    Letters with the usual joints, at least two of them in alphabets (one in scripts without letter case), no
    letter three times in a row, no placeholder such as "test" or "asdf".
    """
    if not text:
        return NAN
    if not _NAME.match(text) or _SAME_LETTER_THRICE.search(text):
        return 0.0
    if text.lower() in _PLACEHOLDER_NAMES:
        return 0.0
    caseless = text.lower() == text.upper()
    return float(caseless or len(text.rstrip(".")) >= 2)


def is_present(text: str) -> float:
    """1 if filled, 0 if blank; never NaN."""
    return float(bool(text))


RULES: dict[str, Callable[[str], float]] = {
    "valid_email": is_valid_email,
    "business_domain": has_business_domain,
    "valid_phone": is_valid_phone,
    "plausible_name": is_plausible_name,
    "present": is_present,
}
"""Every rule by its name in a column; each takes stripped text, "" for blank."""

WORD_LISTS: dict[str, tuple[str, frozenset[str]]] = {
    "business_domain": ("free_mail_domains", FREE_MAIL_DOMAINS),
    "plausible_name": ("placeholder_names", _PLACEHOLDER_NAMES),
}
"""The list that a rule looks words up in, by the rule's name: the list's name and its words."""

_RULES_OF_CONTACT: dict[Contact, tuple[str, ...]] = {
    Contact.EMAIL: ("valid_email", "business_domain", "present"),
    Contact.PHONE: ("valid_phone", "present"),
    Contact.NAME: ("plausible_name", "present"),
}


def rule_of(column: str, attribute: str) -> Callable[[str], float] | None:
    """The rule behind a model's column, None if the column is the attribute itself.

    Args:
        column: Name of the column, such as "email:valid_email".
        attribute: The attribute it belongs to.

    Raises:
        ValueError: The column is neither the attribute nor derived from it by a known rule.
    """
    if column == attribute:
        return None
    rule = RULES.get(column.removeprefix(f"{attribute}:"))
    if rule is None:
        msg = f"column {column!r} is not derived from {attribute!r} by any of {', '.join(RULES)}"
        raise ValueError(msg)
    return rule


def columns_for(attribute: str, contact: Contact | None) -> tuple[str, ...]:
    """Names of the derived columns of an attribute: its kind's rules, presence alone for any other."""
    rules = _RULES_OF_CONTACT[contact] if contact else ("present",)
    return tuple(f"{attribute}:{rule}" for rule in rules)


class Form(StrEnum):
    """What the rules say of a filled contact attribute, in the words that reasons and insights show."""

    BUSINESS_ADDRESS = "business address"
    FREE_MAIL_ADDRESS = "free-mail address"
    VALID_ADDRESS = "valid address"
    INVALID_ADDRESS = "invalid address"
    VALID_NUMBER = "valid number"
    INVALID_NUMBER = "invalid number"
    PLAUSIBLE_NAME = "plausible name"
    UNLIKELY_NAME = "unlikely name"
    FILLED = "filled"


def form_of(text: str, rules: Collection[str]) -> Form:
    """The form of a filled value under the rules that a model uses for its attribute.

    Args:
        text: The value, stripped, not blank.
        rules: Names of rules, such as "valid_email" and "present".
    """
    if "valid_email" in rules and not is_valid_email(text):
        return Form.INVALID_ADDRESS
    if "business_domain" in rules:
        return Form.BUSINESS_ADDRESS if has_business_domain(text) == 1.0 else Form.FREE_MAIL_ADDRESS
    if "valid_email" in rules:
        return Form.VALID_ADDRESS
    if "valid_phone" in rules:
        return Form.VALID_NUMBER if is_valid_phone(text) else Form.INVALID_NUMBER
    if "plausible_name" in rules:
        return Form.PLAUSIBLE_NAME if is_plausible_name(text) else Form.UNLIKELY_NAME
    return Form.FILLED


_NAME_WORDS = frozenset(
    {"firstname", "lastname", "surname", "forename", "givenname", "familyname", "fullname"}
)
_NAME_QUALIFIERS = frozenset(
    {"first", "last", "given", "family", "full", "middle", "contact", "person", "lead"}
)
_PHONE_WORDS = frozenset({"phone", "telephone", "mobile", "cell", "fax", "tel", "phonenumber", "mobilephone"})
_EMAIL_WORDS = frozenset({"email", "mail", "emailaddress", "emailaddress1"})
_WORD = re.compile(r"[A-Z]?[a-z]+\d*|[A-Z]+\d*")


def contact_kind(attribute: str, texts: Iterable[str]) -> Contact | None:
    """Which kind of contact attribute this is, judged by its name and its content together.

    A name alone is not enough ("contact" may hold "cellular"), nor is content (any long number looks like a
    phone): more than half of the filled texts must fit as well.

    Args:
        attribute: Name of the attribute.
        texts: Some of its texts in the training rows, blanks included.
    """
    filled = [text.strip() for text in texts if text.strip()]
    words = [word.lower() for word in _WORD.findall(attribute)]
    joined = "".join(words)
    for contact, named, fits in (
        (Contact.EMAIL, _any_in(words, joined, _EMAIL_WORDS), _looks_like_email),
        (Contact.PHONE, _any_in(words, joined, _PHONE_WORDS), _looks_like_phone),
        (Contact.NAME, _is_person_name(words, joined), _looks_like_name),
    ):
        if named and 2 * sum(map(fits, filled)) > len(filled):
            return contact
    return None


def _any_in(words: list[str], joined: str, known: frozenset[str]) -> bool:
    return joined in known or not known.isdisjoint(words)


def _is_person_name(words: list[str], joined: str) -> bool:
    if joined in _NAME_WORDS or not _NAME_WORDS.isdisjoint(words):
        return True
    return "name" in words and not _NAME_QUALIFIERS.isdisjoint(words)


def _looks_like_email(text: str) -> bool:
    return "@" in text


def _looks_like_phone(text: str) -> bool:
    return len(_DIGIT.findall(text)) >= 6


def _looks_like_name(text: str) -> bool:
    return len(text) <= 80 and sum(character.isalpha() for character in text) >= 0.6 * len(text)
