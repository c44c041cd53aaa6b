"""A model from fewer than 40 positive and 40 negative records: shrunk towards the base rate, honestly measured.

So few records give no test set worth the name. Every record is held out once in each of five rounds of stratified
folds; its log-odds, the mean of those five, are what the metrics and the intervals are made from.
"""

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import KFold, StratifiedKFold

from services.scoring.attributes import Least
from services.scoring.coding import fit_coding
from services.scoring.ensemble import Float64Vector
from services.scoring.logistic import fit_logistic
from services.scoring.selection import Fitted, Outcomes, Rows
from services.scoring.shrunk import solve_shrunk
from services.scoring.table import Column

FOLDS = 5
ROUNDS = 5


def least_of(records: int) -> Least:
    """How many records are enough to learn from, of so few."""
    return Least(filled=min(20, max(2, records // 4)), common=max(3, records // 40))


def fit_shrunk(columns: tuple[Column, ...], rows: Rows, outcome: Outcomes, least: Least) -> Fitted:
    """The shrunk model on the given rows."""
    coding = fit_coding(columns, rows, outcome, least.common)
    x = coding.matrix(columns, rows)
    return Fitted(columns, coding, fit_logistic(x, outcome[rows], coding.features, solve_shrunk))


def held_out_log_odds(
    columns: tuple[Column, ...], outcome: Outcomes, least: Least, seed: int
) -> Float64Vector:
    """Log-odds of each record by models that did not see it, the mean over five rounds, float64 [rows].

    Args:
        columns: The usable columns.
        outcome: bool [rows], at least one of each.
        least: How many records are enough.
        seed: Of the folds.
    """
    rows = np.arange(len(outcome))
    total = np.zeros(len(outcome))
    for number in range(ROUNDS):
        for fitted, held_out in _folds(outcome, seed + number):
            total[held_out] += fit_shrunk(columns, fitted, outcome, least).log_odds(rows[held_out])
    return total / ROUNDS


def _folds(outcome: Outcomes, seed: int) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    rarer = min(int(outcome.sum()), int((~outcome).sum()))
    if rarer < 2:
        # One record of an outcome is in one fold; the model that it is held out from knows the base rate alone.
        folds = KFold(min(FOLDS, len(outcome)), shuffle=True, random_state=seed)
    else:
        folds = StratifiedKFold(min(FOLDS, rarer), shuffle=True, random_state=seed)
    return list(folds.split(outcome, outcome))
