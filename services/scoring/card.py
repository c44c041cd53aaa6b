"""The model card: everything that is known about one version of a model, as JSON beside its ONNX file."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter, ValidationError

from services.common.errors import Code, LeadlightError, Reason
from services.common.records import RecordKind
from services.scoring.reasons import ReasonTexts, TextsByLanguage
from services.scoring.report import AttributeReport, TrainingReport
from services.scoring.stage_report import StageReport
from services.scoring.stages import StageOptions
from services.scoring.value_statistics import AttributeStatistics


@dataclass(frozen=True)
class ModelCard:
    """One trained version.

    Attributes:
        kind: Leads or opportunities.
        model_id: The model line.
        version: From 1.
        trained_at: When the training ended.
        source: `datasets/{dataset}`, or "stored records".
        onnx_sha256: Hexadecimal digest of the ONNX file.
        report: What the training found.
        stage_options: The stages that a per-stage model tells apart.
        stages: What was found about each of them, in their order.
    """

    kind: RecordKind
    model_id: str
    version: int
    trained_at: datetime
    source: str
    onnx_sha256: str
    report: TrainingReport
    stage_options: StageOptions = field(default_factory=StageOptions)
    stages: tuple[StageReport, ...] = ()

    @property
    def attributes(self) -> tuple[AttributeReport, ...]:
        """Every attribute that the training saw, the most influential first."""
        return self.report.attributes

    def statistics(self) -> Iterable[AttributeStatistics]:
        """What the training data say about the values of each attribute."""
        return [each.statistics for each in self.attributes if each.statistics is not None]

    def reason_texts(self) -> TextsByLanguage:
        """The sentences of this model's reasons."""
        return TextsByLanguage(
            lambda language: ReasonTexts(self.statistics(), self.kind, language, self.report.ignore_blank)
        )

    def of_stage(self, stage: StageReport) -> "ModelCard | None":
        """The card as it would be of a stage's model alone; None if the stage has none."""
        if stage.report is None:
            return None
        return replace(self, report=stage.report, stage_options=StageOptions(), stages=())

    def to_json(self) -> bytes:
        """The card as a file."""
        return _CARDS.dump_json(self, indent=1)

    @classmethod
    def from_json(cls, content: bytes) -> "ModelCard":
        """Reads what `to_json` wrote.

        Raises:
            LeadlightError: DATA_LOSS (MODEL_FILE_CORRUPT) if it is no card that this version reads.
        """
        try:
            return _CARDS.validate_json(content)
        except ValidationError as error:
            raise LeadlightError(
                Code.DATA_LOSS,
                Reason.MODEL_FILE_CORRUPT,
                "the model's card is not one that this version reads; train again",
            ) from error


_CARDS = TypeAdapter(ModelCard)
