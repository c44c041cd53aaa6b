"""Estimates weights from candidate pairs, without labels or with a few, by expectation maximisation.

Maximum a posteriori (Dempster, Laird, Rubin 1977, with Dirichlet priors at the default weights): where a tenant's
records tell little, as in a small CRM or one without duplicates, the defaults stay; where they tell much, they win.
What needs no pairs to be known is not left to them: how common the companies and telephones are that records have.
Candidate pairs are counted by their pattern of levels, so the cost does not grow with the number of records.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.dedupe.comparison import COMPARISONS, MISSING
from services.dedupe.default_weights import POPULATIONS, STRANGERS, default_weights
from services.dedupe.fields import Field
from services.dedupe.weights import MOST_LEVELS, Levels, Tables, Weights

Counts = npt.NDArray[np.float64]
# The defaults count as much as this many pairs of each population.
PRIOR_PAIRS = 300.0
# With fewer fields than this, agreement among matches and their share cannot be told apart (the model is not
# identified), so levels stay as they are by default and shares alone are estimated.
FEWEST_FIELDS = 3
# What the records of one company share. Two records of the same person have the company's telephone and name as
# often as any record has, so in a CRM of few companies nearly always common ones: by the defaults that would look
# like colleagues, who would take the matches in.
COMPANY_FIELDS = (Field.PHONE, Field.COMPANY)
# How common values are is taken from the defaults as if they were so many records.
PRIOR_RECORDS = 20.0
MOST_ITERATIONS = 500
LEAST_GAIN = 1e-7


@dataclass(frozen=True)
class Judged:
    """Pairs that people have confirmed or rejected.

    Attributes:
        levels: int [pairs, fields].
        is_match: bool [pairs].
    """

    levels: Levels
    is_match: npt.NDArray[np.bool_]


Steps = Mapping[Field, Sequence[int]]
"""Records by the step of commonness of their value in a field."""


def estimate(
    levels: Levels, counts: Counts, judged: Judged | None = None, steps: Steps | None = None
) -> Weights:
    """Weights that make the counted patterns likeliest, given the defaults as prior.

    Args:
        levels: int [patterns, fields], the levels of each pattern met.
        counts: float [patterns], candidate pairs with that pattern.
        judged: Pairs known to match or not. They shape what levels mean, not how many pairs match: people judge
            a choice of pairs, not a sample.
        steps: How common the values of `COMPANY_FIELDS` are that records have; the defaults say if None.
    """
    used = frozenset(np.flatnonzero((levels != MISSING).any(axis=0)).tolist())
    if not used or counts.sum() == 0:
        return default_weights()
    prior = _with_commonness(_fitting_populations(used), steps or {})
    is_identified = len(used) >= FEWEST_FIELDS
    met = [_indicators(levels, field) for field in range(len(COMPARISONS))]
    weights = prior
    known = None if judged is None else _known_counts(judged, prior) if is_identified else None
    before = -np.inf
    for _ in range(MOST_ITERATIONS):
        logs = weights.log_likelihoods(levels)
        evidence = np.logaddexp.reduce(logs, axis=1)
        members = np.exp(logs - evidence[:, None]) * counts[:, None]
        shares = (members.sum(axis=0) + 1.0) / (counts.sum() + len(weights.shares))
        tables = prior.tables
        if is_identified:
            tables = _tables(prior, members, met, known)
        weights = Weights(prior.populations, shares, tables)
        likelihood = float(counts @ evidence)
        if likelihood - before < LEAST_GAIN * abs(likelihood):
            break
        before = likelihood
    return weights


def _tables(prior: Weights, members: Tables, met: list[Tables], known: Tables | None) -> Tables:
    tables = PRIOR_PAIRS * prior.tables
    for field, indicators in enumerate(met):
        tables[:, field, :] += members.T @ indicators
    if known is not None:
        tables += known
    tables[:, :, MISSING] = 0.0
    scaled: Tables = tables / tables.sum(axis=2, keepdims=True)
    return scaled


def _indicators(levels: Levels, field: int) -> Tables:
    met: Tables = (levels[:, field, None] == np.arange(MOST_LEVELS)).astype(np.float64)
    return met


def _known_counts(judged: Judged, prior: Weights) -> Tables:
    """Judged pairs as counts per population, the rejected ones shared out as the defaults would."""
    logs = prior.log_likelihoods(judged.levels)
    logs[judged.is_match, 1:] = -np.inf
    logs[~judged.is_match, 0] = -np.inf
    members = np.exp(logs - np.logaddexp.reduce(logs, axis=1)[:, None])
    found = np.zeros_like(prior.tables)
    for field in range(len(COMPARISONS)):
        found[:, field, :] = members.T @ _indicators(judged.levels, field)
    return found


def _with_commonness(prior: Weights, steps: Steps) -> Weights:
    """The prior in which matches that have the same value have common ones as often as records do."""
    tables = prior.tables.copy()
    for row, comparison in enumerate(COMPARISONS):
        if comparison.field in steps:
            places = comparison.levels_by_step
            numbers = [places[step] for step in sorted(places)]
            records = np.asarray(steps[comparison.field], dtype=np.float64)
            same = tables[0, row, numbers]
            seen = PRIOR_RECORDS * same / same.sum() + records
            tables[0, row, numbers] = same.sum() * seen / seen.sum()
    return Weights(prior.populations, prior.shares, tables)


def _fitting_populations(used: frozenset[int]) -> Weights:
    """The defaults with the populations that the used fields can tell from matches: they share some, not all."""
    present = {COMPARISONS[field].field for field in used}
    everything = default_weights()
    kept = [
        number
        for number, population in enumerate(POPULATIONS)
        if population is STRANGERS or (population.shared & present and present - population.shared)
    ]
    rows = [0, *(number + 1 for number in kept)]
    shares = everything.shares[rows]
    return Weights(
        tuple(POPULATIONS[number].name for number in kept), shares / shares.sum(), everything.tables[rows]
    )
