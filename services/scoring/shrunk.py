"""Logistic regression for very few records: coefficients drawn towards zero as far as the data advise.

Bayesian logistic regression: each coefficient of the 50 columns that differ most between the outcomes is normal
around 0 with one standard deviation for all, the intercept normal around the log-odds of the base rate. That standard
deviation is the likeliest after the outcomes (the marginal likelihood in Laplace's approximation, MacKay 1992, "The
evidence framework applied to classification networks", times an exponential prior with mean 0.1: twenty records
may not stray far from the base rate without evidence). Where attributes tell nothing it comes out near 0, and
every record gets the base rate.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, logit

from services.scoring.ensemble import Float64Vector

Outcomes = npt.NDArray[np.bool_]
Matrix = npt.NDArray[np.float64]

MOST_COLUMNS = 50
# Standard deviations of a coefficient, per standard deviation of a number or per value of a category.
SPREADS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
# Mean of the prior of that standard deviation.
EXPECTED_SPREAD = 0.1
# Of the intercept around the base rate: free enough to centre the scores.
INTERCEPT_SPREAD = 1.0
MOST_STEPS = 50
CONVERGED = 1e-8


def base_rate(outcome: Outcomes) -> float:
    """The positive rate with half a record of each outcome added (Jeffreys' prior): never 0 or 1."""
    return float((outcome.sum() + 0.5) / (len(outcome) + 1))


def solve_shrunk(design: sparse.csr_matrix, outcome: Outcomes) -> tuple[Float64Vector, float]:
    """Coefficients [columns] and intercept.

    Args:
        design: [rows, columns], numbers standardised, a column per value of a category.
        outcome: bool [rows]; one outcome alone gives coefficients near 0.
    """
    strongest = _strongest(design, outcome)
    x = design[:, strongest].toarray()
    mean = x.mean(axis=0)
    centred = np.column_stack([x - mean, np.ones(len(x))])
    fits = [_fit(centred, outcome, spread) for spread in SPREADS]
    best = max(fits, key=lambda fit: fit.evidence)
    coefficients = np.zeros(design.shape[1])
    coefficients[strongest] = best.coefficients[:-1]
    return coefficients, float(best.coefficients[-1] - mean @ best.coefficients[:-1])


def _strongest(design: sparse.csr_matrix, outcome: Outcomes) -> npt.NDArray[np.intp]:
    """The columns with the largest score statistic: squared covariance with the outcome over own variance."""
    labels = outcome - outcome.mean()
    mean = np.asarray(design.mean(axis=0)).ravel()
    variance = np.asarray(design.multiply(design).mean(axis=0)).ravel() - mean**2
    covariance = design.T @ labels / len(labels)
    strength = np.divide(covariance**2, variance, out=np.zeros(len(mean)), where=variance > 1e-12)
    return np.sort(np.argsort(-strength, kind="stable")[:MOST_COLUMNS])


@dataclass(frozen=True)
class _Fit:
    """The likeliest coefficients under one spread (the intercept last), and the log of the spread's posterior."""

    coefficients: Float64Vector
    evidence: float


def _fit(x: Matrix, outcome: Outcomes, spread: float) -> _Fit:
    """Newton's method on the penalised likelihood, which is concave; steps that do not help are halved."""
    precision = np.append(np.full(x.shape[1] - 1, spread**-2), INTERCEPT_SPREAD**-2)
    centre = np.append(np.zeros(x.shape[1] - 1), logit(base_rate(outcome)))
    beta = centre.copy()
    value = _log_posterior(x, outcome, beta, centre, precision)
    for _ in range(MOST_STEPS):
        rate = expit(x @ beta)
        gradient = x.T @ (outcome - rate) - precision * (beta - centre)
        hessian = (x.T * (rate * (1 - rate))) @ x + np.diag(precision)
        step = cho_solve(cho_factor(hessian), gradient)
        gained = 0.0
        for _halving in range(20):
            tried = _log_posterior(x, outcome, beta + step, centre, precision)
            if tried >= value:
                beta, gained, value = beta + step, tried - value, tried
                break
            step = step / 2
        if gained < CONVERGED:
            break
    rate = expit(x @ beta)
    hessian = (x.T * (rate * (1 - rate))) @ x + np.diag(precision)
    determinant = float(np.linalg.slogdet(hessian)[1])
    evidence = value + 0.5 * float(np.log(precision).sum()) - 0.5 * determinant
    return _Fit(beta, evidence - spread / EXPECTED_SPREAD)


def _log_posterior(
    x: Matrix, outcome: Outcomes, beta: Float64Vector, centre: Float64Vector, precision: Float64Vector
) -> float:
    """Log-likelihood plus log-prior, constants left out."""
    log_odds = x @ beta
    likelihood = float((outcome * log_odds - np.logaddexp(0, log_odds)).sum())
    return likelihood - 0.5 * float((precision * (beta - centre) ** 2).sum())
