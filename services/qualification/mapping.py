"""Which field of a lead becomes which field of a record: what comes with the service, what a tenant makes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.common.records import RecordKind

ACCOUNT, CONTACT, OPPORTUNITY = RecordKind.ACCOUNT, RecordKind.CONTACT, RecordKind.OPPORTUNITY
PARENT_ACCOUNT, PARENT_CONTACT = "parent_account", "parent_contact"
MOST_OWN = 500
_ADDRESS = "address1_*"


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """One mapping; its target tells it from the others.

    Attributes:
        kind: Account, contact or opportunity.
        target: The record's field; all that begin so if it ends with `*`.
        source: The lead's field; likewise. Of a parent the kind of record whose id it is.
        built_in: It comes with the service.
        overridden: The tenant gave it another source than it comes with.
        fixed: It cannot be changed.
    """

    kind: RecordKind
    target: str
    source: str
    built_in: bool = False
    overridden: bool = False
    fixed: bool = False

    @property
    def id(self) -> str:
        """The last part of its name."""
        return f"{self.kind}.{self.target}"

    @property
    def is_parent(self) -> bool:
        """Whether its value is the id of a record of the same qualification."""
        return self.fixed and self.target in (PARENT_ACCOUNT, PARENT_CONTACT)


def _built_in(kind: RecordKind, **sources: str) -> list[FieldMapping]:
    return [FieldMapping(kind, target, source, built_in=True) for target, source in sources.items()]


def _fixed(kind: RecordKind, target: str, source: str) -> FieldMapping:
    return FieldMapping(kind, target, source, built_in=True, fixed=True)


BUILT_IN: Mapping[str, FieldMapping] = {
    mapping.id: mapping
    for mapping in (
        *_built_in(ACCOUNT, name="company_name", website="website", address1_telephone1="telephone1"),
        _fixed(ACCOUNT, _ADDRESS, _ADDRESS),
        *_built_in(
            CONTACT,
            first_name="first_name",
            last_name="last_name",
            job_title="job_title",
            mobile_phone="mobile_phone",
            email="email",
            telephone1="telephone1",
        ),
        _fixed(CONTACT, _ADDRESS, _ADDRESS),
        *_built_in(OPPORTUNITY, name="subject"),
        _fixed(OPPORTUNITY, PARENT_CONTACT, "contact"),
        _fixed(OPPORTUNITY, PARENT_ACCOUNT, "account"),
    )
}
"""The mappings that come with the service, by id."""


def mappings(own: Mapping[str, str]) -> list[FieldMapping]:
    """All mappings of a tenant, by rising id.

    Args:
        own: The sources that the tenant set, by id of the mapping.
    """
    found = dict(BUILT_IN)
    for mapping_id, source in own.items():
        kind, _, target = mapping_id.partition(".")
        built_in = mapping_id in BUILT_IN
        found[mapping_id] = FieldMapping(
            RecordKind(kind), target, source, built_in=built_in, overridden=built_in
        )
    return [found[mapping_id] for mapping_id in sorted(found)]


@dataclass(frozen=True, slots=True)
class MappedValue:
    """A value of a record that comes from a field of the lead.

    Attributes:
        source: The lead's field.
        value: Its text, not blank.
        mapping: Id of the mapping.
    """

    source: str
    value: str
    mapping: str


def mapped(
    kind: RecordKind, fields: Mapping[str, str], used: Sequence[FieldMapping]
) -> dict[str, MappedValue]:
    """What the fields of a lead become in a record of one kind, by the record's field; the parents apart.

    A mapping of one field goes before one of many that fits it too.

    Args:
        kind: Of the record.
        fields: Of the lead.
        used: The tenant's mappings.
    """
    own = [each for each in used if each.kind is kind and not each.is_parent]
    found: dict[str, MappedValue] = {}
    for mapping in own:
        if mapping.target.endswith("*"):
            prefix = mapping.source.removesuffix("*")
            start = mapping.target.removesuffix("*")
            for name, value in fields.items():
                if name.startswith(prefix) and name != prefix and value:
                    target = start + name.removeprefix(prefix)
                    found[target] = MappedValue(name, value, mapping.id)
    for mapping in own:
        if not mapping.target.endswith("*") and (value := fields.get(mapping.source, "")):
            found[mapping.target] = MappedValue(mapping.source, value, mapping.id)
    return found
