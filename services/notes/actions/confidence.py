"""How likely a seller would take what the rules found.

A logistic model over how the note asks, whether it names a time, and, for English, what the learned models say of the
sentence. scripts/train_notes.py fits it on the developing half of the hand-written notes and on sentences that the
learned models did not see; models/confidence.json holds its weights and says how well it is calibrated.
"""

import json
import math
from functools import cache

from services.notes.actions.asking import Evidence
from services.notes.actions.learned import MODELS, judge
from services.notes.actions.sentence import Draft

OFFERED_FROM = 0.5
_COMMANDS = frozenset((Evidence.IMPERATIVE, Evidence.REQUEST, Evidence.PROPOSAL, Evidence.DUTY))
_MOST_LOG_ODDS = 4.0  # of a learned model's say
_LEAST_PROBABILITY = 1e-6


def confidence_of(draft: Draft, text: str) -> float:
    """Calibrated probability that a draft would be accepted; `text` is the plain text that it points into."""
    weights = _weights()
    log_odds = weights["bias"] + sum(
        weights.get(name, 0.0) * value for name, value in evidence_of(draft, text).items()
    )
    return 1 / (1 + math.exp(-log_odds))


def evidence_of(draft: Draft, text: str) -> dict[str, float]:
    """What the confidence rests on, by name."""
    suggestion = draft.suggestion
    evidence = {f"by_{draft.evidence}": 1.0, f"is_{suggestion.kind}": 1.0}
    if draft.mention is not None:
        evidence["has_time"] = 1.0
    if suggestion.language == "en":
        learned = judge(text[draft.sentence.start : draft.sentence.end])
        evidence["learned_asks"] = _log_odds(learned.asks)
        # People order an assistant about; a time, a person or another way of asking tells a note.
        if draft.evidence in _COMMANDS and draft.mention is None and not draft.names_somebody:
            evidence["learned_chatter"] = _log_odds(learned.chatter)
    else:
        evidence["unlearned_language"] = 1.0
    return evidence


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, _LEAST_PROBABILITY), 1 - _LEAST_PROBABILITY)
    return max(-_MOST_LOG_ODDS, min(_MOST_LOG_ODDS, math.log(bounded / (1 - bounded))))


@cache
def _weights() -> dict[str, float]:
    card = json.loads((MODELS / "confidence.json").read_text(encoding="utf-8"))
    return {str(name): float(weight) for name, weight in card["weights"].items()}
