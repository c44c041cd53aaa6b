"""Estimates weights from candidate pairs, without labels or with a few, by expectation maximisation.

Maximum a posteriori (Dempster, Laird, Rubin 1977, with Dirichlet priors at the default weights): where a tenant's
records tell little, as in a small CRM or one without duplicates, the defaults stay; where they tell much, they win.
Candidate pairs are counted by their pattern of levels, so the cost does not grow with the number of records.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.dedupe.comparison import COMPARISONS, MISSING
from services.dedupe.default_weights import POPULATIONS, STRANGERS, default_weights
from services.dedupe.weights import MOST_LEVELS, Levels, Tables, Weights

Counts = npt.NDArray[np.float64]
# The defaults count as much as this many pairs of each population.
PRIOR_PAIRS = 300.0
# With fewer fields than this, agreement among matches and their share cannot be told apart (the model is not
# identified), so levels stay as they are by default and shares alone are estimated.
FEWEST_FIELDS = 3
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


def estimate(levels: Levels, counts: Counts, judged: Judged | None = None) -> Weights:
    """Weights that make the counted patterns likeliest, given the defaults as prior.

    Args:
        levels: int [patterns, fields], the levels of each pattern met.
        counts: float [patterns], candidate pairs with that pattern.
        judged: Pairs known to match or not. They shape what levels mean, not how many pairs match: people judge
            a choice of pairs, not a sample.
    """
    used = frozenset(np.flatnonzero((levels != MISSING).any(axis=0)).tolist())
    if not used or counts.sum() == 0:
        return default_weights()
    prior = _fitting_populations(used)
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
