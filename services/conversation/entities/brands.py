"""Other brands and organisations: heard in a call, tracked by nobody, and new to the tenant."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from services.conversation.entities.known import core, is_brand, without_genitive
from services.conversation.entities.names import Name

_KINDS = frozenset(("ORG", "PRODUCT"))


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand, product or organisation in a call.

    Attributes:
        key: What its mentions have in common: no article, genitive, legal form or case. The tenant's memory keeps it.
        name: As it was first written, without genitive.
        mentions: Where, in order.
    """

    key: str
    name: str
    mentions: tuple[Name, ...]


def other_brands(names: Iterable[Name], *, tracked: Iterable[str], heard: Collection[str]) -> list[Brand]:
    """Brands by their number of mentions, most first.

    Args:
        names: Of the call.
        tracked: Phrases of the tenant's and the team's trackers.
        heard: Keys of brands of earlier calls.
    """
    known = {core(each) for each in tracked}
    found: dict[str, list[Name]] = {}
    for name in names:
        if name.label in _KINDS and is_brand(name.text):
            found.setdefault(core(name.text), []).append(name)
    brands = [
        Brand(key, without_genitive(mentions[0].text), tuple(mentions))
        for key, mentions in found.items()
        if key not in known and key not in heard
    ]
    return sorted(brands, key=lambda each: -len(each.mentions))
