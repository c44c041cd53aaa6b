"""Who somebody is: what records of the CRM add to what a caller knows of a person.

A record with an address or number that the caller gave is the person's. What such a record adds counts only as far as
it is theirs alone: a switchboard or a team's mailbox would lead to colleagues.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_MOST = {"emails": 20, "phones": 20, "names": 20, "records": 100}
_COUNTED_DIGITS = 8
_CHINESE = ("\u2e80", "\u9fff")


@dataclass(frozen=True, slots=True)
class Known:
    """A lead or contact.

    Attributes:
        kind: "lead" or "contact".
        record_id: The CRM's id.
        fields: What is known about it.
    """

    kind: str
    record_id: str
    fields: Mapping[str, str]

    @property
    def ref(self) -> Json:
        """As a `Subject` names it."""
        return {"kind": f"RECORD_KIND_{self.kind.upper()}", "id": self.record_id}

    @property
    def names(self) -> list[str]:
        """As people write it; in Chinese the family's name comes first."""
        first, last = (self.fields.get(name, "").strip() for name in ("first_name", "last_name"))
        if not first or not last:
            return []
        is_chinese = any(_CHINESE[0] <= letter <= _CHINESE[1] for letter in first + last)
        return [f"{first} {last}", f"{last}{first}"] if is_chinese else [f"{first} {last}"]

    def values(self, name: str) -> list[str]:
        """Its values of the fields whose names hold `name`."""
        return [value for field, value in self.fields.items() if name in field]


def known(subject: Json, find: Callable[[Json], Iterable[Known]]) -> Json:
    """The subject with the addresses, numbers, names and records that are theirs.

    Args:
        subject: Whom, as the caller knows them.
        find: Leads and contacts that a subject names.
    """
    refs = [(each["kind"], each["id"]) for each in subject.get("records", [])]
    own = [
        each for each in find(subject) if _has(each, subject) or (each.ref["kind"], each.record_id) in refs
    ]
    names = {name.casefold() for each in own for name in each.names}
    added: Json = {
        "emails": [value for each in own for value in each.values("email")],
        "phones": [value for each in own for value in each.values("phone")],
    }
    shared: set[str] = set()
    if any(added.values()):
        limited = {name: values[: _MOST[name]] for name, values in added.items()}
        for other in find(limited):
            if other in own or not _has(other, added):
                continue
            if names.intersection(name.casefold() for name in other.names):
                own.append(other)
            else:
                shared |= {_comparable(value) for value in other.fields.values()}
    added["records"] = [each.ref for each in own]
    added["names"] = [name for each in own for name in each.names]
    whole: Json = {}
    for part, most in _MOST.items():
        new = [
            value for value in added[part] if part in ("records", "names") or _comparable(value) not in shared
        ]
        values = _once([*subject.get(part, []), *new])[:most]
        if values:
            whole[part] = values
    return whole


def _has(record: Known, subject: Json) -> bool:
    given = {_comparable(value) for part in ("emails", "phones") for value in subject.get(part, [])}
    mine = {_comparable(value) for part in ("email", "phone") for value in record.values(part)}
    return bool(given & mine)


def _comparable(value: str) -> str:
    """An address in lower case, the end of a number: with and without the country's prefix it is one."""
    if "@" in value:
        return value.strip().lower()
    digits = "".join(each for each in value if each.isdigit())
    return digits[-_COUNTED_DIGITS:] if digits else value.strip().lower()


def _once(values: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found
