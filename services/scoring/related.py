"""Attributes of a record's account and contact: kept with the record's own, under names that say whose they are.

A record carries its own copy of them. So `account.industry` is chosen, excluded, filtered by, explained and drawn in
charts as any attribute is, and nothing else needs to know of accounts.
"""

from collections.abc import Mapping

from services.scoring.encoding import Value

OWN = "attributes"
RELATED = ("account", "contact")


def owner_of(name: str) -> str:
    """Whose attribute it is: "account", "contact", or "attributes" for the record's own."""
    owner, dot, rest = name.partition(".")
    return owner if dot and rest and owner in RELATED else OWN


def related_name(owner: str, name: str) -> str:
    """The name under which a record keeps an attribute of its account or contact."""
    return f"{owner}.{name}"


def of_owner(attributes: Mapping[str, Value], owner: str) -> dict[str, Value]:
    """The attributes of the account, the contact, or the record itself, under their own names."""
    prefix = "" if owner == OWN else f"{owner}."
    return {name.removeprefix(prefix): value for name, value in attributes.items() if owner_of(name) == owner}
