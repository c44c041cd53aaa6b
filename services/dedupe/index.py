"""What the index knows of a record: hashes of its keys and of the values that are counted. No text lies in it."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from hashlib import blake2b

from services.common.records import RecordRef
from services.dedupe.blocking import KEY_KINDS, KeyKind, Part
from services.dedupe.comparison import COUNTED_FORMS
from services.dedupe.fields import Forms
from services.dedupe.record import Record

INDEX_KEY_KINDS: tuple[KeyKind, ...] = (
    *KEY_KINDS,
    # Colleagues whose names have little in common are alike by all that they share. A scan would meet too many of
    # them; for one record they are a few more.
    KeyKind("ci", (Part("company"), Part("given", 1))),
    KeyKind("cg", (Part("company"), Part("given", -3))),
    KeyKind("cl", (Part("company"), Part("last", -3))),
)
"""Kinds of keys in the index: a scan's, and some that only a look-up can afford."""

MatchCodes = Callable[[Record], Collection[str]]
"""Match codes of a record for all rules that are published or being published, each beginning with its rule."""


def hash_of(text: str) -> int:
    """The first eight bytes of BLAKE2b as a signed number: what a column of 64 bits holds."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def number_of(ref: RecordRef) -> int:
    """A record's number in the index."""
    return hash_of(f"{ref.kind}|{ref.id}")


def value_hash(form: str, value: str) -> int:
    """What a counted value is counted under."""
    return hash_of(f"{form}|{value}")


def form_hash(form: str) -> int:
    """What all records that have a form are counted under."""
    return hash_of(form)


ALL_RECORDS = hash_of("")
"""What all records in the index that have anything to compare are counted under."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What becomes of the index when records change.

    Attributes:
        added: Keys with the number of the record that has them now.
        removed: Keys with the number of the record that no longer has them.
        counts: What is added to the counts, by hash; never 0.
    """

    added: frozenset[tuple[int, int]]
    removed: frozenset[tuple[int, int]]
    counts: dict[int, int]


def index_change(
    before: Collection[Record], after: Collection[Record], codes: MatchCodes, codes_before: MatchCodes
) -> IndexChange:
    """What becomes of the index when some records take the place of others.

    Args:
        before: Records as they are stored.
        after: What there is instead of them.
        codes: The rules' part of the keys of `after`.
        codes_before: The same of `before`.
    """
    old, new = _entries(before, codes_before), _entries(after, codes)
    counts = _counts(after)
    counts.subtract(_counts(before))
    return IndexChange(
        added=new - old,
        removed=old - new,
        counts={value: count for value, count in counts.items() if count},
    )


def is_indexed(record: Record) -> bool:
    """Whether a record can be found: one that was merged into another cannot."""
    return not record.merge_id


def _entries(records: Collection[Record], codes: MatchCodes) -> frozenset[tuple[int, int]]:
    return frozenset(
        (hash_of(key), number)
        for record in records
        if is_indexed(record)
        for number in (number_of(record.ref),)
        for key in (*index_keys(record.forms), *codes(record))
    )


def index_keys(forms: Forms) -> list[str]:
    """A record's keys in the index without match codes, as texts."""
    found = (kind.of(forms) for kind in INDEX_KEY_KINDS)
    return [key for key in found if key is not None]


def _counts(records: Collection[Record]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for record in records:
        if is_indexed(record) and record.forms.is_comparable:
            counts.update(counted(record.forms))
            counts[ALL_RECORDS] += 1
    return counts


def counted(forms: Forms) -> list[int]:
    """What a record is counted under: each value that is counted, and each form that it has one of."""
    found = []
    for form in COUNTED_FORMS:
        value: str | None = getattr(forms, form)
        if value is not None:
            found += [value_hash(form, value), form_hash(form)]
    return found
