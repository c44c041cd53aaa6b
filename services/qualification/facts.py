"""What the other services know of a lead, asked all at once; who does not answer is named."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Protocol

from services.common.errors import LeadlightError
from services.common.records import RecordRef
from services.qualification.summary import Facts, RelationshipFact, ScoreFact, SuggestionFact


class ScoreSource(Protocol):
    """The scoring service, as far as a summary needs it."""

    def score(self, ref: RecordRef) -> ScoreFact | None:
        """A lead's score; None where it has none."""
        ...


class RelationshipSource(Protocol):
    """The relationship service, as far as a summary needs it."""

    def relationship(self, ref: RecordRef) -> RelationshipFact | None:
        """The relationship with a lead; None where none is known."""
        ...


class SuggestionSource(Protocol):
    """The notes service, as far as a summary needs it."""

    def suggestions(self, ref: RecordRef) -> Sequence[SuggestionFact]:
        """What the notes on a lead suggest and nobody decided on."""
        ...


class FactFinder:
    """Asks the other services at the same time.

    Args:
        scoring: For the score.
        relationship: For the relationship.
        notes: For the suggestions.
        pool: Where it asks.
    """

    def __init__(
        self,
        scoring: ScoreSource,
        relationship: RelationshipSource,
        notes: SuggestionSource,
        pool: ThreadPoolExecutor,
    ) -> None:
        self._scoring = scoring
        self._relationship = relationship
        self._notes = notes
        self._pool = pool

    def facts(self, ref: RecordRef) -> Facts:
        """What they know of a lead."""
        asked: Mapping[str, Callable[[RecordRef], Any]] = {
            "scoring": self._scoring.score,
            "relationship": self._relationship.relationship,
            "notes": self._notes.suggestions,
        }
        # The call's own context goes along: its caller, its deadline.
        answers: dict[str, Future[Any]] = {
            service: self._pool.submit(copy_context().run, ask, ref) for service, ask in asked.items()
        }
        told: dict[str, Any] = {}
        unavailable = {}
        for service, answer in answers.items():
            try:
                told[service] = answer.result()
            except LeadlightError as error:
                unavailable[service] = error
        return Facts(told.get("scoring"), told.get("relationship"), told.get("notes", ()), unavailable)
