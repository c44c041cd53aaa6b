"""What callers ask about scores that could be: `Explain` for stored and for sent records."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.common.db import utc_now
from services.common.records import RecordKind, RecordRef
from services.scoring.encoding import Value
from services.scoring.records import NO_REASONS, ReasonDetail, Score, WantedReasons
from services.scoring.service import ScoringService
from services.scoring.shelf import ModelShelf
from services.scoring.stages import StageEntry
from services.scoring.what_if import WhatIf, changed, compare, require_sound


class ExplainingService:
    """Use cases around what-if; nothing is stored.

    Args:
        scoring: Stored records and grades.
        shelf: The models that score.
    """

    def __init__(self, scoring: ScoringService, shelf: ModelShelf) -> None:
        self._scoring = scoring
        self._shelf = shelf

    def of_stored(
        self, tenant: str, ref: RecordRef, changes: Mapping[str, Value], *, model_id: str, language: str
    ) -> WhatIf:
        """What changes would do to the score of a stored record, open or closed, as it would be now.

        Raises:
            LeadlightError: NOT_FOUND for a record that is not stored; else as `of_sent`.
        """
        record = self._scoring.get_record(tenant, ref, NO_REASONS)
        return self.of_sent(
            tenant,
            ref.kind,
            record.attributes,
            changes,
            created_at=record.created_at,
            model_id=model_id,
            language=language,
            path="ref.attributes",
            stages=record.stages,
        )

    def of_sent(
        self,
        tenant: str,
        kind: RecordKind,
        values: Mapping[str, Value],
        changes: Mapping[str, Value],
        *,
        created_at: datetime | None,
        model_id: str,
        language: str,
        path: str,
        stages: Sequence[StageEntry] = (),
    ) -> WhatIf:
        """What changes would do to a score.

        One version of one model gives both scores: the one that scores the record as it is.

        Args:
            tenant: Whose models.
            kind: Leads or opportunities.
            values: The record's attributes.
            changes: Those to change; null takes one away.
            created_at: When the CRM created the record; None: now.
            model_id: The model; empty for the published one that fits the record.
            language: Of all sentences.
            path: Field of the record's attributes, for errors.
            stages: When it entered stages of its process.

        Raises:
            LeadlightError: FAILED_PRECONDITION without a published model, NOT_FOUND for an unknown one,
                INVALID_ARGUMENT naming `changes` or each attribute at fault.
        """
        require_sound(values, changes)
        now = utc_now()
        model = self._shelf.pick(tenant, kind, model_id, values)
        ranges = self._scoring.grade_ranges(tenant, kind)
        wanted = WantedReasons(ReasonDetail.ALL, language)

        def score(attributes: Mapping[str, Value], field_path: str) -> Score:
            return model.score(
                attributes,
                created_at=created_at or now,
                now=now,
                ranges=ranges,
                wanted=wanted,
                path=field_path,
                stages=stages,
            )

        before = score(values, path)
        after = score(changed(values, changes), "changes")
        return compare(before, after, values, changes, language)
