"""How likely a seller would accept what the rules found."""

from services.notes.actions.meaning import Evidence
from services.notes.actions.sentence import Draft

OFFERED_FROM = 0.5


def confidence_of(draft: Draft, text: str) -> float:
    """Probability."""
    return 0.9
