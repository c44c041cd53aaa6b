"""The attributes a model may use: chosen by their values, leaks found by the outcomes, on the training rows alone."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.common.errors import Reason, failed_precondition
from services.scoring.attributes import (
    DEFAULT_LEAST,
    AttributeRules,
    AttributeUse,
    Choice,
    Least,
    choose_attributes,
)
from services.scoring.ignoring import filled_in
from services.scoring.leakage import LeakFinding, find_leaks
from services.scoring.standalone import bin_column, standalone_auc
from services.scoring.table import Column


@dataclass(frozen=True)
class UsableAttributes:
    """What the training rows say about each attribute.

    Attributes:
        choices: What is made of each attribute, leaks taken into account.
        columns: The columns that candidates may use.
        alone: AUC alone by column, leaking ones included.
        leaks: Leak finding by attribute.
    """

    choices: Mapping[str, Choice]
    columns: tuple[Column, ...]
    alone: Mapping[str, float]
    leaks: Mapping[str, LeakFinding]

    def alone_of(self, attribute: str) -> float | None:
        """The best AUC alone among the attribute's columns, None if none was judged."""
        aucs = [
            auc for name, auc in self.alone.items() if name == attribute or name.startswith(f"{attribute}:")
        ]
        return max(aucs, default=None)


def usable_attributes(
    columns: Mapping[str, Column],
    rows: npt.NDArray[np.intp],
    outcome: npt.NDArray[np.bool_],
    rules: AttributeRules,
    *,
    seed: int,
    least: Least = DEFAULT_LEAST,
) -> UsableAttributes:
    """Chooses attributes and looks for leaks.

    Args:
        columns: Every attribute as read.
        rows: Training rows, oldest first.
        outcome: bool [all rows].
        rules: What the owner decided. What was picked by hand stays, even if it leaks.
        seed: Of folds and subsamples.
        least: How many records are enough.

    Raises:
        LeadlightError: FAILED_PRECONDITION, NO_USABLE_ATTRIBUTE.
    """
    choices = choose_attributes(columns, rows, rules, least)
    for name in rules.ignore_blank & choices.keys():
        if choices[name].use is AttributeUse.USED:
            choices[name] = _without_blanks(choices[name], columns[name], seed)
    candidates = [column for choice in choices.values() for column in choice.columns]
    bins = {column.name: bin_column(column, rows) for column in candidates}
    alone = {name: standalone_auc(of, outcome[rows], seed) for name, of in bins.items()}
    leaks = find_leaks(candidates, bins, alone, rows, outcome, seed=seed)
    if rules.hand_picked is None:
        for name, finding in leaks.items():
            if finding.leak.leaves_out:
                choices[name] = Choice(AttributeUse.LEAKS_OUTCOME, finding.sentence)
    kept = tuple(column for choice in choices.values() for column in choice.columns)
    if not kept:
        raise failed_precondition(
            Reason.NO_USABLE_ATTRIBUTE,
            "no attribute can be used: each is constant, blank, an identifier, a date, or gives the outcome away",
        )
    return UsableAttributes(choices, kept, alone, leaks)


def _without_blanks(choice: Choice, column: Column, seed: int) -> Choice:
    """The choice with the attribute's blanks filled in, so that nothing is learnt from them."""
    kept = filled_in(choice.columns, column.blank, seed)
    if not kept:
        sentence = "known only by whether it is filled, and its blanks are to say nothing"
        return Choice(AttributeUse.NOT_HELPFUL, sentence)
    return Choice(AttributeUse.USED, choice.sentence, kept)
