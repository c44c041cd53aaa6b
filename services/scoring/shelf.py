"""Which model scores a record: the published ones of each tenant, kept in the memory of one worker.

Another worker's publication is noticed within `FRESH_S`; a worker that has no model for a kind looks at once.
"""

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import structlog

from services.common.db import Database
from services.common.errors import LeadlightError, Reason, failed_precondition, not_found
from services.common.records import RecordKind
from services.scoring import model_store
from services.scoring.card import ModelCard
from services.scoring.encoding import Value
from services.scoring.files import ServiceFiles
from services.scoring.matching import Filter, by_precedence, first_match
from services.scoring.serving import ServingModel, serving_model
from services.scoring.stage_serving import TableModel

FRESH_S = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True)
class PublishedModel:
    """A published line with the version that serves.

    Attributes:
        model: The version.
        filter: The records it serves.
        published_at: When it was published.
    """

    model: ServingModel
    filter: Filter
    published_at: datetime


@dataclass
class _Published:
    models: Sequence[PublishedModel]
    until: float


@dataclass
class ModelShelf:
    """Loaded models of one worker, the published ones of each tenant and kind first of all.

    Attributes:
        db: Where it is written which model is published.
        files: Where the models are.
        capacity: Most versions that stay loaded; those not used longest go first.
    """

    db: Database
    files: ServiceFiles
    capacity: int = 64
    _loaded: "OrderedDict[tuple[str, str, int], ServingModel]" = field(default_factory=OrderedDict)
    _published: dict[tuple[str, RecordKind], _Published] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def published(self, tenant: str, kind: RecordKind) -> Sequence[PublishedModel]:
        """The published models of a kind, in the order of `matching.by_precedence`."""
        known = self._published.get((tenant, kind))
        if known is None or not known.models or known.until < time.monotonic():
            known = self._look(tenant, kind)
        return known.models

    def forget(self, tenant: str, kind: RecordKind) -> None:
        """Looks again at the next call: something was published or retired here."""
        self._published.pop((tenant, kind), None)

    def pick(
        self, tenant: str, kind: RecordKind, model_id: str, attributes: Mapping[str, Value]
    ) -> ServingModel:
        """The model that the caller names, or with an empty id the published one that scores such a record.

        Raises:
            LeadlightError: As `by_id` and `for_scoring`.
        """
        if model_id:
            return self.by_id(tenant, kind, model_id)
        found = first_match(self.for_scoring(tenant, kind), attributes)
        if found is None:
            raise failed_precondition(
                Reason.NO_MATCHING_MODEL,
                f"the record matches the filter of no published model for {kind} records",
                kind=kind,
            )
        return found.model

    def for_table(self, tenant: str, kind: RecordKind, model_id: str) -> list[TableModel]:
        """The models that score a table's rows, each those that match its filter and none before it.

        A model that the caller names scores every row.

        Raises:
            LeadlightError: As `pick`.
        """
        if model_id:
            return [self.by_id(tenant, kind, model_id).for_table()]
        return [each.model.for_table(each.filter) for each in self.for_scoring(tenant, kind)]

    def for_scoring(self, tenant: str, kind: RecordKind) -> Sequence[PublishedModel]:
        """The published models of a kind, of which there is at least one.

        Raises:
            LeadlightError: FAILED_PRECONDITION (MODEL_NOT_PUBLISHED) when there is none.
        """
        models = self.published(tenant, kind)
        if not models:
            raise failed_precondition(
                Reason.MODEL_NOT_PUBLISHED,
                f"no model for {kind} records is published; train one and publish it",
                kind=kind,
            )
        return models

    def by_id(self, tenant: str, kind: RecordKind, model_id: str, field_path: str = "model") -> ServingModel:
        """A model that the caller names: its published version, else the newest ready one.

        Raises:
            LeadlightError: NOT_FOUND, or FAILED_PRECONDITION if it is for another kind or not ready.
        """
        with self.db.read(tenant) as session:
            line = model_store.read_model(session, model_id)
            if line is None:
                raise not_found("model", f"models/{model_id}")
            version = model_store.read_version(session, model_id, line.shown_version)
        if line.kind is not kind:
            raise failed_precondition(
                Reason.MODEL_NOT_READY,
                f"{field_path}: models/{model_id} scores {line.kind} records",
                kind=line.kind,
            )
        if version is None:
            raise failed_precondition(
                Reason.MODEL_NOT_READY, f"{field_path}: models/{model_id} has no trained version yet"
            )
        return self.load(tenant, kind, version)

    def load(self, tenant: str, kind: RecordKind, version: model_store.ModelVersion) -> ServingModel:
        """A version's model, from memory or from its checked files.

        Raises:
            LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) when a file is not what was stored.
        """
        key = (tenant, version.model_id, version.version)
        with self._lock:
            known = self._loaded.get(key)
            if known is not None:
                self._loaded.move_to_end(key)
                return known
        card = ModelCard.from_json(self.files.read_card(tenant, version))
        model = serving_model(kind, card, self.files.read_onnx(tenant, version))
        with self._lock:
            self._loaded[key] = model
            while len(self._loaded) > self.capacity:
                self._loaded.popitem(last=False)
        return model

    def _look(self, tenant: str, kind: RecordKind) -> _Published:
        until = time.monotonic() + FRESH_S
        with self.db.read(tenant) as session:
            lines = model_store.published_models(session, kind)
            versions = [
                [
                    version
                    for version in (
                        model_store.read_version(session, line.model_id, line.published_version or 0),
                        *model_store.versions_before(session, line.model_id, line.published_version or 0),
                    )
                    if version is not None
                ]
                for line in lines
            ]
        models = [
            PublishedModel(model, line.filter, line.published_at or line.created_at)
            for line, candidates in zip(lines, versions, strict=True)
            if (model := self._first_sound(tenant, kind, candidates)) is not None
        ]
        found = _Published(by_precedence(models), until)
        self._published[tenant, kind] = found
        return found

    def _first_sound(
        self, tenant: str, kind: RecordKind, candidates: Sequence[model_store.ModelVersion]
    ) -> ServingModel | None:
        """The published version, or the newest one before it whose files are sound."""
        for version in candidates:
            try:
                return self.load(tenant, kind, version)
            except LeadlightError as error:
                _log.error(
                    "model_not_loaded", model=version.model_id, version=version.version, reason=error.reason
                )
        return None
