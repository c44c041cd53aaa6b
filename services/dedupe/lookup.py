"""Who a record already is: from its keys to candidates, from the likeliest of them to duplicates with evidence.

The same keys, steps of commonness and weights as a scan's, so that both give a pair the same probability.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from math import log2

import numpy as np

from services.common.db import TenantReader
from services.dedupe import lookup_store
from services.dedupe.blocking import MOST_RECORDS, KeyKind, most_records
from services.dedupe.comparison import COUNTED_FORMS, commonness
from services.dedupe.duplicates import CrowdedKey, Duplicate, FindOptions, Found
from services.dedupe.evidence import ComparableRecord, explain_levels, levels_of
from services.dedupe.fields import Forms
from services.dedupe.index import (
    ALL_RECORDS,
    INDEX_KEY_KINDS,
    counted,
    form_hash,
    hash_of,
    number_of,
    value_hash,
)
from services.dedupe.record import Record
from services.dedupe.rules import Rule, RuleState, Side, holds, match_codes
from services.dedupe.weights import Weights

MOST_COMPARED = 100
"""Candidates that are compared: those that share the rarest keys with the subject."""

# The field that a form is made of, where its name does not tell.
_FIELDS = {
    "given": "first_name",
    "last": "last_name",
    "email_local": "email",
    "email_domain": "email",
    "business_domain": "email",
    "company_sorted": "company",
    "organisation": "company",
    "house_number": "address",
}


@dataclass(frozen=True, slots=True)
class Matching:
    """What holds for all look-ups of a tenant.

    Attributes:
        weights: Of comparison.
        rules: Those that are at work; the published ones find duplicates.
        region: ISO 3166, None for none.
    """

    weights: Weights
    rules: Sequence[Rule] = ()
    region: str | None = None


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the subject.

    Attributes:
        number: As the index has it.
        most: Records above which it is crowded.
        fields: It is made of.
    """

    number: int
    most: int
    fields: tuple[str, ...]


@dataclass(slots=True)
class _Candidates:
    """Records that share a key with the subject: how many bits the shared keys tell, by number."""

    bits: defaultdict[int, float] = field(default_factory=lambda: defaultdict(float))
    crowded: list[CrowdedKey] = field(default_factory=list)


def find_duplicates(
    session: TenantReader, subject: Record, options: FindOptions, matching: Matching
) -> Found:
    """The records that a record may be.

    Args:
        session: Reads the tenant's records.
        subject: Stored, with the version that it has, or not stored, with version 0.
        options: Where and how to look.
        matching: The tenant's weights and rules.
    """
    counts = lookup_store.value_counts(session, [ALL_RECORDS, *counted(subject.forms)])
    if not subject.version:
        # Counted as it would be once it is stored.
        counts = {value: count + 1 for value, count in counts.items()}
    keys = _keys(subject, matching, counts[ALL_RECORDS])
    if not keys:
        return Found(not_comparable=not subject.forms.is_comparable)
    candidates = _candidates(session, subject, keys, counts[ALL_RECORDS])
    others = _compared(session, subject, candidates.bits, options)
    left = ComparableRecord(subject.forms, _steps(subject.forms, counts), dict(subject.fields))
    found = _ranked(left, subject, others, options, matching)
    return Found(tuple(found), not subject.forms.is_comparable, tuple(candidates.crowded))


def _keys(subject: Record, matching: Matching, records: int) -> list[_Key]:
    found = [
        _Key(hash_of(text), most_records(kind, records), _fields_of(kind))
        for kind in INDEX_KEY_KINDS
        if (text := kind.of(subject.forms)) is not None
    ]
    for rule in matching.rules:
        fields = tuple(dict.fromkeys(condition.field for condition in rule.conditions))
        found += [
            _Key(hash_of(code), MOST_RECORDS, fields)
            for code in match_codes(rule, subject, Side.BASE, matching.region)
        ]
    return list({key.number: key for key in found}.values())


def _fields_of(kind: KeyKind) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_FIELDS.get(part.form, part.form) for part in kind.parts))


def _candidates(session: TenantReader, subject: Record, keys: Sequence[_Key], records: int) -> _Candidates:
    own = number_of(subject.ref)
    # One more than may be, so that a crowded key shows; and one more for the subject itself.
    sharing = lookup_store.numbers_by_key(session, {key.number: key.most + 1 for key in keys})
    candidates = _Candidates()
    for key in keys:
        others = [number for number in sharing.get(key.number, ()) if number != own]
        if len(others) >= key.most:
            candidates.crowded.append(CrowdedKey(key.fields, len(others)))
            continue
        bits = log2(max(2.0, records / len(others))) if others else 0.0
        for number in others:
            candidates.bits[number] += bits
    return candidates


def _compared(
    session: TenantReader, subject: Record, bits: Mapping[int, float], options: FindOptions
) -> list[Record]:
    """The candidates to compare, those that share the rarest keys."""
    different = lookup_store.different_from(session, subject.ref)
    ranked = sorted(bits, key=lambda number: (-bits[number], number))
    found: list[Record] = []
    for start in range(0, len(ranked), MOST_COMPARED):
        found += [
            record
            for record in lookup_store.records_by_number(session, ranked[start : start + MOST_COMPARED])
            if record.ref.kind in options.kinds
            and record.ref not in different
            and not (options.exclude_inactive and record.inactive)
        ]
        if len(found) >= MOST_COMPARED:
            break
    return found[:MOST_COMPARED]


def _steps(forms: Forms, counts: Mapping[int, int]) -> dict[str, int]:
    """Step of commonness by counted form."""
    steps = {}
    for form in COUNTED_FORMS:
        value: str | None = getattr(forms, form)
        if value is not None:
            steps[form] = commonness(form, counts[value_hash(form, value)], counts[form_hash(form)])
    return steps


def _ranked(
    left: ComparableRecord,
    subject: Record,
    others: Sequence[Record],
    options: FindOptions,
    matching: Matching,
) -> list[Duplicate]:
    if not others:
        return []
    rights = [ComparableRecord(other.forms, values=dict(other.fields)) for other in others]
    levels = np.array([levels_of(left, right) for right in rights], dtype=np.int64)
    probabilities = matching.weights.probabilities(levels).tolist()
    published = [rule for rule in matching.rules if rule.state is RuleState.PUBLISHED]

    def rules(other: Record) -> tuple[str, ...]:
        return tuple(rule.rule_id for rule in published if holds(rule, subject, other, matching.region))

    wanted = [
        index
        for index, probability in enumerate(probabilities)
        if probability >= options.threshold or rules(others[index])
    ]
    best = nsmallest(options.limit, wanted, key=lambda index: (-probabilities[index], others[index].ref))
    return [
        Duplicate(
            others[index].ref,
            replace(
                explain_levels(matching.weights, levels[index].tolist(), left, rights[index]),
                probability=probabilities[index],
            ),
            rules(others[index]),
        )
        for index in best
    ]
