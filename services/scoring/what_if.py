"""What a score would be with other attributes: two scores compared, and the difference in a sentence."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.common.errors import invalid_argument
from services.common.languages import Phrases
from services.scoring.encoding import Value, category_text
from services.scoring.limits import MAX_ATTRIBUTES
from services.scoring.points import points_per_log_odds
from services.scoring.records import Score
from services.scoring.wording import words_of

MAX_CHANGES = 50
"""Attributes that one question may change."""

# Below this many log-odds a contribution has not moved: what float32 arithmetic may differ by.
_LEAST_MOVE = 1e-6
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ContributionChange:
    """How one attribute's contribution moves.

    Attributes:
        attribute: The attribute; one that was not changed may move too, where a pair of attributes matters.
        before_points: Its contribution as the record is.
        after_points: Its contribution with the changes.
        points: What its move adds to the score; over all attributes, 100 x the difference of the probabilities.
    """

    attribute: str
    before_points: float
    after_points: float
    points: float


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a score is and would be.

    Attributes:
        before: As the record is, with all reasons.
        after: With the changes, by the same version of the same model, with all reasons.
        changes: Every attribute whose contribution moves, the most moved first.
        sentence: Such as "with phone and budget: 48 to 63".
    """

    before: Score
    after: Score
    changes: tuple[ContributionChange, ...]
    sentence: str


def changed(values: Mapping[str, Value], changes: Mapping[str, Value]) -> dict[str, Value]:
    """A record's attributes after the changes; a change to null takes the attribute away."""
    merged = {**values, **changes}
    return {name: value for name, value in merged.items() if value is not None or name not in changes}


def require_sound(values: Mapping[str, Value], changes: Mapping[str, Value]) -> None:
    """Refuses a question that cannot be answered.

    Raises:
        LeadlightError: INVALID_ARGUMENT for `changes` that are empty, more than 50, or make too many attributes.
    """
    if not changes:
        raise invalid_argument("changes", "is empty; name at least one attribute to change")
    if len(changes) > MAX_CHANGES:
        raise invalid_argument("changes", f"has {len(changes)} attributes; at most {MAX_CHANGES} can change")
    if (count := len(changed(values, changes))) > MAX_ATTRIBUTES:
        raise invalid_argument(
            "changes", f"would make {count} attributes; a record has at most {MAX_ATTRIBUTES}"
        )


def compare(
    before: Score,
    after: Score,
    values: Mapping[str, Value],
    changes: Mapping[str, Value],
    language: str = "en",
) -> WhatIf:
    """Sets two scores of one record against each other.

    Args:
        before: The score of `values`, with all reasons.
        after: The score of `changed(values, changes)` by the same model, with all reasons.
        values: The record's attributes as they are.
        changes: The changed ones; null takes one away.
        language: Of the sentence, one of `languages.LANGUAGES`.
    """
    moves = contribution_changes(before, after)
    order = {each.attribute: place for place, each in enumerate(moves)}
    names = sorted(changes, key=lambda name: (order.get(name, len(order)), name))
    told = [(name, values.get(name), changes[name]) for name in names]
    return WhatIf(before, after, moves, _sentence(told, before.score, after.score, words_of(language)))


def contribution_changes(before: Score, after: Score) -> tuple[ContributionChange, ...]:
    """Every attribute whose contribution differs between two scores, the most moved first.

    Before and after, points measure the way from the base value to the score. A move is measured on the way from
    one score to the other, by the same rule (`points.points_per_log_odds`): only so do the moves add up to the
    difference of the scores, and an attribute that kept its log-odds has not moved.
    """
    old = {reason.said.attribute: reason for reason in before.reasons}
    new = {reason.said.attribute: reason for reason in after.reasons}
    factor = points_per_log_odds(_log_odds(after), _log_odds(before))
    moves = {name: new[name].log_odds - old[name].log_odds for name in old}
    changes = [
        ContributionChange(name, old[name].points, new[name].points, factor * move)
        for name, move in moves.items()
        if abs(move) >= _LEAST_MOVE
    ]
    return tuple(sorted(changes, key=lambda each: (-abs(each.points), each.attribute)))


def _log_odds(score: Score) -> float:
    """Of a score with all reasons; unlike its probability this keeps its digits near 0 and 1."""
    return math.fsum([_logit(score.base_points / 100), *(reason.log_odds for reason in score.reasons)])


def _sentence(changes: Sequence[tuple[str, Value, Value]], before: int, after: int, words: Phrases) -> str:
    """The sentence for changes given as name, old value, new value; there is at least one."""
    filled = [_named(name, old, new, words) for name, old, new in changes if category_text(new)]
    emptied = [name for name, _, new in changes if not category_text(new)]
    template = "with_and_without" if filled and emptied else "with" if filled else "without"
    return words[f"what_if.{template}"].format(
        filled=_listed(filled, words), emptied=_listed(emptied, words), before=before, after=after
    )


def _named(name: str, old: Value, new: Value, words: Phrases) -> str:
    """A filled attribute by its name; one that had another value by name and new value."""
    if not category_text(old):
        return words["what_if.filled"].format(attribute=name)
    text = category_text(new)
    template = "replaced" if len(text) <= _LONGEST_SHOWN else "replaced_long"
    return words[f"what_if.{template}"].format(attribute=name, value=text)


def _listed(parts: Sequence[str], words: Phrases) -> str:
    """a; a and b; a, b and c."""
    *first, last = parts or [""]
    return words["what_if.comma"].join(first) + words["what_if.and"] + last if first else last


def _logit(probability: float) -> float:
    """log(p / (1 - p))."""
    return math.log(probability) - math.log1p(-probability)
