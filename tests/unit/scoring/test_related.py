"""Attributes of a record's account and contact: one name each, and whose they are."""

import pytest

from services.scoring.related import of_owner, owner_of, related_name


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("industry", "attributes"),
        ("account.industry", "account"),
        ("contact.role", "contact"),
        ("account.billing.city", "account"),
        ("account", "attributes"),
        ("account.", "attributes"),
        ("accounting.code", "attributes"),
        ("parent.account", "attributes"),
    ],
)
def test_whose_attribute_a_name_says_it_is(name: str, owner: str) -> None:
    assert owner_of(name) == owner


def test_a_record_gives_back_what_each_was_sent() -> None:
    attributes = {"budget": 1.0, "account.size": 5.0, "contact.role": "buyer", "account.": None}
    assert of_owner(attributes, "account") == {"size": 5.0}
    assert of_owner(attributes, "contact") == {"role": "buyer"}
    assert of_owner(attributes, "attributes") == {"budget": 1.0, "account.": None}
    assert related_name("account", "size") == "account.size"
