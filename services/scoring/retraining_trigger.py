"""When drift makes an earlier retraining worth its while, between the regular ones.

Two things have to come together. Something has changed: a used attribute's values (population stability index of at
least 0.25 on at least 200 records), or the base rate, beyond chance. And there is enough new evidence to learn the
change from: half as many newly closed records as the model was trained on. Without the second, attributes that turn
with the calendar would start a training every day that changes next to nothing.

Measured on bank_marketing (`make quality`, replay): the index alone misses what moves the base rate, since attributes
that drift are left out of the model in the first place; with the base rate, and any share from 0.4 to 0.6, four
trainings do as well as 47.
"""

from dataclasses import dataclass

from services.scoring.base_rate import base_rate_moved
from services.scoring.population_stability import CLEAR_SHIFT

LEAST_COMPARED = 200
LEAST_NEW_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Since:
    """What has come since a model was trained.

    Attributes:
        trained: Closed records it was trained on.
        trained_positive: Positive ones among them.
        closed: Records closed since.
        closed_positive: Positive ones among them.
        compared: Records of today, open or closed, whose attributes were compared with the training data.
        largest_index: The largest population stability index among the attributes that the model uses.
    """

    trained: int
    trained_positive: int
    closed: int
    closed_positive: int
    compared: int
    largest_index: float


def is_due(since: Since) -> bool:
    """Whether to retrain now."""
    if since.closed < LEAST_NEW_SHARE * since.trained:
        return False
    return values_moved(since) or rate_has_moved(since)


def values_moved(since: Since) -> bool:
    """Whether a used attribute shows a clear shift, on enough records to tell."""
    return since.compared >= LEAST_COMPARED and since.largest_index >= CLEAR_SHIFT


def rate_has_moved(since: Since) -> bool:
    """Whether the share of positive outcomes moved, on enough records to tell."""
    return since.closed >= LEAST_COMPARED and base_rate_moved(
        older=since.trained,
        older_positive=since.trained_positive,
        newer=since.closed,
        newer_positive=since.closed_positive,
    )
