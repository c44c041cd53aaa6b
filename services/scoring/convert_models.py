"""Models and data sets between protobuf and the service's own types."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.scoring.v1 import dataset_pb2, model_pb2

from services.common.server.wire import kind_number, optional_timestamp, timestamp
from services.scoring.attributes import AttributeUse
from services.scoring.dataset_store import Dataset, DatasetColumns
from services.scoring.matching import Filter
from services.scoring.model_quality import Metrics, Verdict
from services.scoring.model_store import ModelLine, ModelState
from services.scoring.modelling import ShownModel
from services.scoring.report import AttributeReport, DataReport, TrainingWarning, WarningKind
from services.scoring.stage_report import StageReport
from services.scoring.stages import StageOptions
from services.scoring.training_order import AttributeOptions
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics

MOST_VALUES = 50

_STATES = {state: model_pb2.ModelState.Value(f"MODEL_STATE_{state.name}") for state in ModelState}
_VERDICTS = {
    verdict: model_pb2.PublishVerdict.Value(f"PUBLISH_VERDICT_{verdict.name}") for verdict in Verdict
}
_USES = {use: model_pb2.AttributeUse.Value(f"ATTRIBUTE_USE_{use.name}") for use in AttributeUse}
_WARNINGS = {kind: model_pb2.ModelWarning.Kind.Value(f"KIND_{kind.name}") for kind in WarningKind}


def model_id(name: str) -> str:
    """The id in `models/{model}`; empty for an empty name."""
    return name.removeprefix("models/")


def dataset_id(name: str) -> str:
    """The id in `datasets/{dataset}`; empty for an empty name."""
    return name.removeprefix("datasets/")


def dataset_columns(message: dataset_pb2.DatasetColumns) -> DatasetColumns:
    """Which column holds what."""
    return DatasetColumns(
        id=message.id,
        label=message.label,
        positive_value=message.positive_value,
        create_time=message.create_time,
        close_time=message.close_time,
        stages=stage_columns(message.stages),
    )


def stage_columns(stages: Iterable[dataset_pb2.StageColumn]) -> tuple[tuple[str, str], ...]:
    """Stage and column."""
    return tuple((each.stage, each.column) for each in stages)


def dataset_message(dataset: Dataset) -> dataset_pb2.Dataset:
    """A data set's description."""
    columns = dataset.columns
    return dataset_pb2.Dataset(
        name=f"datasets/{dataset.dataset_id}",
        display_name=dataset.display_name,
        columns=dataset_pb2.DatasetColumns(
            id=columns.id,
            label=columns.label,
            positive_value=columns.positive_value,
            create_time=columns.create_time,
            close_time=columns.close_time,
            stages=[dataset_pb2.StageColumn(stage=stage, column=name) for stage, name in columns.stages],
        ),
        row_count=dataset.row_count,
        positive_count=dataset.positive_count,
        attributes=dataset.attributes,
        create_time=timestamp(dataset.created_at),
    )


def model_message(shown: ShownModel, *, with_values: bool = True) -> model_pb2.Model:
    """A model line as one of its versions has it.

    Args:
        shown: The line and its version, if it has one.
        with_values: Whether attributes carry their counts per value.
    """
    line, card = shown.line, shown.card
    message = model_pb2.Model(
        name=f"models/{line.model_id}",
        display_name=line.display_name,
        kind=kind_number(line.kind),
        state=_STATES[line.state],
        version=shown.version,
        create_time=timestamp(line.created_at),
        publish_time=optional_timestamp(line.published_at),
        filter=_filter(line.filter),
        attribute_options=_attribute_options(line.order.options),
        auto_retrain=line.auto_retrain,
    )
    if shown.overlapping:
        message.warnings.append(_overlap_warning(shown.overlapping))
    if card is None:
        return message
    report = card.report
    message.verdict = _VERDICTS[report.verdict]
    message.metrics.CopyFrom(_metrics(report.metrics))
    message.training_data.CopyFrom(_training_data(report.data))
    message.attributes.extend(_attribute(each, with_values=with_values) for each in report.attributes)
    message.warnings.extend(_warning(warning) for warning in report.warnings)
    message.family = report.model.choice.recipe.family.value
    message.low_evidence = report.low_evidence
    message.onnx_sha256 = card.onnx_sha256
    message.train_time.CopyFrom(timestamp(card.trained_at))
    if card.stages:
        message.stage_options.CopyFrom(_stage_options(card.stage_options))
        message.stages.extend(_stage_model(each, with_values=with_values) for each in card.stages)
    return message


def _stage_options(options: StageOptions) -> model_pb2.StageOptions:
    return model_pb2.StageOptions(
        stages=options.stages,
        applicable_stages=[
            model_pb2.ApplicableStages(attribute=attribute, stages=stages)
            for attribute, stages in options.applicable
        ],
    )


def _stage_model(stage: StageReport, *, with_values: bool) -> model_pb2.StageModel:
    message = model_pb2.StageModel(
        stage=stage.stage,
        closed_count=stage.closed,
        won_count=stage.won,
        closed_in_stage_count=stage.closed_here,
        median_days_won=stage.median_days_won,
        median_days_lost=stage.median_days_lost,
        trained=stage.report is not None,
        explanation=stage.explanation,
    )
    if stage.report is not None:
        message.metrics.CopyFrom(_metrics(stage.report.metrics))
        message.verdict = _VERDICTS[stage.report.verdict]
        message.attributes.extend(
            _attribute(each, with_values=with_values) for each in stage.report.attributes
        )
    return message


def _filter(conditions: Filter) -> list[model_pb2.FilterCondition]:
    return [model_pb2.FilterCondition(attribute=each.attribute, values=each.values) for each in conditions]


def _attribute_options(options: AttributeOptions) -> model_pb2.AttributeOptions:
    return model_pb2.AttributeOptions(
        exclude=options.exclude,
        hand_picked=options.hand_picked,
        without_engineered=options.without_engineered,
        ignore_blank=options.ignore_blank,
    )


def _overlap_warning(others: Sequence[ModelLine]) -> model_pb2.ModelWarning:
    names = ", ".join(f"{other.display_name} (models/{other.model_id})" for other in others)
    return model_pb2.ModelWarning(
        kind=model_pb2.ModelWarning.KIND_OVERLAPPING_FILTER,
        message=f"other published models can serve the same records: {names}; the most specific one scores a record, "
        "of equally specific ones the one published last",
    )


def _metrics(metrics: Metrics) -> model_pb2.ModelMetrics:
    confusion = metrics.confusion
    return model_pb2.ModelMetrics(
        auc=metrics.auc,
        accuracy=metrics.accuracy,
        recall=metrics.recall,
        precision=metrics.precision,
        f1=metrics.f1,
        conversion_rate=metrics.conversion_rate,
        threshold=metrics.threshold,
        confusion_matrix=model_pb2.ConfusionMatrix(
            true_positives=confusion.true_positives,
            false_positives=confusion.false_positives,
            true_negatives=confusion.true_negatives,
            false_negatives=confusion.false_negatives,
        ),
        log_loss=metrics.log_loss,
        brier_score=metrics.brier,
        expected_calibration_error=metrics.expected_calibration_error,
        reliability_curve=[
            model_pb2.ReliabilityBin(
                count=each.count, mean_probability=each.mean_probability, positive_rate=each.positive_rate
            )
            for each in metrics.reliability
        ],
    )


def _training_data(data: DataReport) -> model_pb2.TrainingData:
    return model_pb2.TrainingData(
        record_count=data.records,
        positive_count=data.positive,
        test_record_count=data.test_records,
        oldest_create_time=_from_seconds(data.oldest_created),
        newest_close_time=_from_seconds(data.newest_closed),
        outside_window_count=data.outside_window,
    )


def _from_seconds(seconds: float | None) -> Timestamp | None:
    return None if seconds is None else timestamp(datetime.fromtimestamp(seconds, UTC))


def _attribute(report: AttributeReport, *, with_values: bool) -> model_pb2.ModelAttribute:
    values = attribute_values(report.statistics) if with_values and report.statistics else []
    alone = report.standalone_auc
    return model_pb2.ModelAttribute(
        attribute=report.attribute,
        use=_USES[report.use],
        explanation=report.explanation,
        influence=report.influence,
        stability_index=report.stability_index,
        standalone_auc=None if alone is None else max(alone, 1 - alone),
        values=values,
    )


def attribute_values(statistics: AttributeStatistics) -> list[model_pb2.AttributeValueStatistics]:
    """Counts per value or range, the most frequent first, at most 50."""
    named = list(statistics.values.items())
    name = _stay_name if statistics.kind == "stay" else range_name
    named += [(name(statistics.edges, index), each) for index, each in enumerate(statistics.ranges)]
    if statistics.other is not None:
        named.append(("(other values)", statistics.other))
    if statistics.blank is not None:
        named.append(("", statistics.blank))
    named.sort(key=lambda item: -item[1].closed)
    return [_value(name, each) for name, each in named[:MOST_VALUES]]


def range_name(edges: tuple[float, ...], index: int) -> str:
    """A range of numbers in words: "up to 30", "30 to 40", "above 40"."""
    if not edges:
        return "any number"
    if index == 0:
        return f"up to {edges[0]:g}"
    if index == len(edges):
        return f"above {edges[-1]:g}"
    return f"{edges[index - 1]:g} to {edges[index]:g}"


def _stay_name(marks: tuple[float, ...], index: int) -> str:
    """Those that stayed longer than a mark in words."""
    return f"over {marks[index - 1]:g} days" if index else "any time"


def _value(name: str, statistics: ValueStatistics) -> model_pb2.AttributeValueStatistics:
    return model_pb2.AttributeValueStatistics(
        value=name,
        closed_count=statistics.closed,
        positive_count=statistics.positive,
        share=statistics.share,
        median_days_to_close=statistics.median_days_to_close,
    )


def _warning(warning: TrainingWarning) -> model_pb2.ModelWarning:
    return model_pb2.ModelWarning(
        kind=_WARNINGS[warning.kind], message=warning.message, attributes=warning.attributes
    )
