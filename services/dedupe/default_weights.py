"""How often the levels of agreement are met, before anything is known of a tenant's records.

One table for records of the same person or company, one for strangers, and the ways in which others come to share
values: colleagues share company, domain, telephone and city; a household shares a name and an address. Independent
weights would take what colleagues share for so many proofs (Winkler 1993, "Improved Decision Rules in the
Fellegi-Sunter Model of Record Linkage"); populations of their own keep the count honest.

The figures are round on purpose: they are what an analyst would guess, and the start and the prior of estimation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from services.dedupe.comparison import COMPARISONS
from services.dedupe.fields import Field
from services.dedupe.weights import MOST_LEVELS, Tables, Weights

_Frequencies = Mapping[Field, Mapping[str, float]]

MATCH: _Frequencies = {
    Field.FIRST_NAME: {
        "same, common": 0.25, "same": 0.27, "same, rare": 0.25, "swapped": 0.01, "nickname": 0.03,
        "initial": 0.05, "similar": 0.07, "somewhat similar": 0.03, "different": 0.04,
    },
    Field.LAST_NAME: {
        "same, common": 0.20, "same": 0.30, "same, rare": 0.32, "swapped": 0.01, "similar": 0.10,
        "somewhat similar": 0.03, "different": 0.04,
    },
    Field.EMAIL: {
        "same, a team's": 0.01, "same, many share it": 0.01, "same, first name only": 0.05, "same": 0.55,
        "similar": 0.12, "same mailbox elsewhere": 0.05, "same domain": 0.03, "different": 0.18,
    },
    Field.PHONE: {
        "same, many share it": 0.05, "same, some share it": 0.05, "same, few share it": 0.15, "same": 0.45,
        "similar": 0.10, "different": 0.20,
    },
    Field.COMPANY: {
        "same, common": 0.20, "same": 0.25, "same, rare": 0.25, "same words": 0.05, "mistyped": 0.09, "similar": 0.05,
        "somewhat similar": 0.06, "different": 0.05,
    },
    Field.ADDRESS: {
        "same": 0.60, "similar": 0.18, "somewhat similar": 0.07, "same street": 0.03, "same number": 0.02,
        "different": 0.10,
    },
    Field.CITY: {"same, common": 0.25, "same": 0.30, "same, rare": 0.20, "similar": 0.12, "different": 0.13},
    Field.POSTAL_CODE: {
        "same, common": 0.25, "same": 0.30, "same, rare": 0.25, "similar": 0.10, "different": 0.10,
    },
    Field.BIRTH_DATE: {"same": 0.65, "similar": 0.15, "somewhat similar": 0.10, "different": 0.10},
    Field.NATIONAL_ID: {"same": 0.85, "similar": 0.10, "different": 0.05},
}  # fmt: skip

STRANGER: _Frequencies = {
    Field.FIRST_NAME: {
        "same, common": 0.04, "same": 0.03, "same, rare": 0.01, "swapped": 0.001, "nickname": 0.01,
        "initial": 0.03, "similar": 0.01, "somewhat similar": 0.02, "different": 0.85,
    },
    Field.LAST_NAME: {
        "same, common": 0.03, "same": 0.03, "same, rare": 0.01, "swapped": 0.001, "similar": 0.01,
        "somewhat similar": 0.02, "different": 0.90,
    },
    Field.EMAIL: {
        "same, a team's": 0.002, "same, many share it": 0.002, "same, first name only": 0.001, "same": 0.0005,
        "similar": 0.002, "same mailbox elsewhere": 0.005, "same domain": 0.02, "different": 0.97,
    },
    Field.PHONE: {
        "same, many share it": 0.005, "same, some share it": 0.004, "same, few share it": 0.002, "same": 0.001,
        "similar": 0.001, "different": 0.987,
    },
    Field.COMPANY: {
        "same, common": 0.02, "same": 0.01, "same, rare": 0.002, "same words": 0.001, "mistyped": 0.002,
        "similar": 0.012, "somewhat similar": 0.08, "different": 0.873,
    },
    Field.ADDRESS: {
        "same": 0.002, "similar": 0.001, "somewhat similar": 0.001, "same street": 0.01, "same number": 0.02,
        "different": 0.966,
    },
    Field.CITY: {"same, common": 0.03, "same": 0.02, "same, rare": 0.005, "similar": 0.005, "different": 0.94},
    Field.POSTAL_CODE: {
        "same, common": 0.02, "same": 0.01, "same, rare": 0.002, "similar": 0.03, "different": 0.94,
    },
    Field.BIRTH_DATE: {"same": 0.001, "similar": 0.01, "somewhat similar": 0.05, "different": 0.94},
    Field.NATIONAL_ID: {"same": 0.0001, "similar": 0.0005, "different": 0.9994},
}  # fmt: skip


# Colleagues share a domain, seldom a mailbox; a switchboard, which is seldom two records' own telephone.
COLLEAGUES: _Frequencies = {
    Field.EMAIL: {
        "same, a team's": 0.02, "same, many share it": 0.01, "same, first name only": 0.003, "same": 0.001,
        "similar": 0.01, "same mailbox elsewhere": 0.006, "same domain": 0.70, "different": 0.25,
    },
    Field.PHONE: {
        "same, many share it": 0.10, "same, some share it": 0.10, "same, few share it": 0.07, "same": 0.03,
        "similar": 0.05, "different": 0.65,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Pairs of different people or companies that share something.

    Attributes:
        name: As it stands in stored weights.
        shared: Fields in which such pairs agree more than strangers: about as often as matches do, if no
            frequencies of their own are given.
        frequencies: Those of their own.
    """

    name: str
    shared: frozenset[Field]
    frequencies: _Frequencies = field(default_factory=dict)


STRANGERS = Population("strangers", frozenset())
POPULATIONS = (
    STRANGERS,
    Population("colleagues", frozenset({Field.COMPANY, Field.PHONE, Field.CITY, Field.EMAIL}), COLLEAGUES),
    Population(
        "household", frozenset({Field.LAST_NAME, Field.ADDRESS, Field.CITY, Field.POSTAL_CODE, Field.PHONE})
    ),
    Population("namesakes", frozenset({Field.FIRST_NAME, Field.LAST_NAME})),
    Population("same first name", frozenset({Field.FIRST_NAME})),
    Population("same last name", frozenset({Field.LAST_NAME})),
    Population("same birthday", frozenset({Field.BIRTH_DATE})),
    Population("neighbours", frozenset({Field.CITY, Field.POSTAL_CODE})),
)
# How much of a shared field's table comes from matches; the rest is as for strangers.
_AGREEING = 0.8
# Of the pairs that share a blocking key.
_MATCHING_SHARE = 0.1


def default_weights() -> Weights:
    """Weights that ship with the service."""
    match = _table(MATCH)
    stranger = _table(STRANGER)
    others = [_population_table(population, match, stranger) for population in POPULATIONS]
    shares = np.full(len(POPULATIONS) + 1, (1 - _MATCHING_SHARE) / len(POPULATIONS))
    shares[0] = _MATCHING_SHARE
    return Weights(
        populations=tuple(population.name for population in POPULATIONS),
        shares=shares,
        tables=np.stack([match, *others]),
    )


def _table(frequencies: _Frequencies) -> Tables:
    """Rows of the fields that have frequencies, each summing to 1; the others stay 0."""
    table = np.zeros((len(COMPARISONS), MOST_LEVELS))
    for row, comparison in enumerate(COMPARISONS):
        of_field = frequencies.get(comparison.field)
        if of_field is not None:
            for number, name in enumerate(comparison.level_names[1:], start=1):
                table[row, number] = of_field[name]
            table[row] /= table[row].sum()
    return table


def _population_table(population: Population, match: Tables, stranger: Tables) -> Tables:
    table = _table(population.frequencies)
    for row, comparison in enumerate(COMPARISONS):
        if comparison.field not in population.frequencies:
            agreeing = _AGREEING if comparison.field in population.shared else 0.0
            table[row] = agreeing * match[row] + (1 - agreeing) * stranger[row]
    return table
