"""Stages of a business process on the command line: which columns hold them, and what was found about each."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from leadlight.scoring.v1 import dataset_pb2, model_pb2, record_pb2

from clients.cli import output
from clients.cli.failures import UsageError, unknown_column
from clients.cli.tables import Table

MOST_INFLUENTIAL = 5


def stage_columns(table: Table, given: Sequence[str]) -> list[dataset_pb2.StageColumn]:
    """The stages in the order of the process from NAME=COL, checked against the file.

    Raises:
        UsageError: If one is written otherwise, or its column does not exist.
    """
    stages = []
    for each in given:
        name, is_set, column = (part.strip() for part in each.partition("="))
        if not is_set or not name:
            raise UsageError(f"--stage {each}: write NAME=COL, the column with the times it was entered")
        if column not in table.columns:
            raise unknown_column("--stage", column, table.columns)
        stages.append(dataset_pb2.StageColumn(stage=name, column=column))
    return stages


def stage_options(
    stages: Sequence[dataset_pb2.StageColumn], applies: Sequence[str], *, none: bool
) -> model_pb2.StageOptions | None:
    """Which stages to train for; None to leave that to the service.

    Args:
        stages: The stages.
        applies: COL=STAGE1,STAGE2 for columns that apply in some stages only.
        none: One model for all stages, whatever the line had.

    Raises:
        UsageError: If one is written otherwise, or there are no stages to apply in.
    """
    if (applies and not stages) or (none and stages):
        raise UsageError("--applies goes with --stage, and --no-stages with neither")
    if not stages:
        return model_pb2.StageOptions() if none else None
    options = model_pb2.StageOptions(stages=[each.stage for each in stages])
    for each in applies:
        attribute, is_set, names = each.partition("=")
        if not is_set:
            raise UsageError(f"--applies {each}: write COL=STAGE1,STAGE2")
        options.applicable_stages.add(
            attribute=attribute.strip(), stages=[name.strip() for name in names.split(",")]
        )
    return options


def entries_of(
    row: Mapping[str, object], stages: Sequence[dataset_pb2.StageColumn]
) -> list[record_pb2.StageEntry]:
    """The stages that a row of a file went through, oldest first.

    Raises:
        UsageError: If a value is no date or time.
    """
    entered = [
        (moment_of(each.column, row[each.column]), each.stage) for each in stages if each.column in row
    ]
    entries = []
    for moment, stage in sorted(
        entered, key=lambda each: each[0]
    ):  # of equal times the process's order holds
        entry = record_pb2.StageEntry(name=stage)
        entry.enter_time.FromDatetime(moment)
        entries.append(entry)
    return entries


def moment_of(column: str, value: object) -> datetime:
    """The time that a file's value is; without a zone it counts as UTC.

    Raises:
        UsageError: If it is no date or time.
    """
    try:
        if isinstance(value, datetime):
            moment = value
        elif isinstance(value, date):
            moment = datetime.combine(value, time())
        else:
            moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError(f"{column}: {value!r} is no date or time like 2026-03-31T14:00:00Z") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def print_stages(stages: Sequence[model_pb2.StageModel]) -> None:
    """What was found about each stage, for people."""
    if not stages:
        return
    output.print_table(
        "Stages, in the order of the process",
        ("stage", ">closed", ">won", ">AUC", ">days won", ">days lost", "most influential"),
        (
            (
                each.stage,
                f"{each.closed_count:,}",
                f"{each.won_count:,}",
                f"{each.metrics.auc:.3f}" if each.metrics.HasField("auc") else "-",
                _days(each, "median_days_won"),
                _days(each, "median_days_lost"),
                ", ".join(name for name, _ in most_influential(each)) or each.explanation,
            )
            for each in stages
        ),
    )


def _days(stage: model_pb2.StageModel, field: str) -> str:
    return f"{getattr(stage, field):.0f}" if stage.HasField(field) else "-"  # type: ignore[arg-type]


def most_influential(stage: model_pb2.StageModel) -> list[tuple[str, float]]:
    """The five attributes with the most influence in a stage."""
    used = [each for each in stage.attributes if each.use == model_pb2.ATTRIBUTE_USE_USED]
    return [(each.attribute, each.influence) for each in used[:MOST_INFLUENTIAL]]


def stages_json(stages: Sequence[model_pb2.StageModel]) -> list[dict[str, object]]:
    """What was found about each stage, for programs."""
    return [
        {
            "stage": each.stage,
            "trained": each.trained,
            "explanation": each.explanation,
            "closed": each.closed_count,
            "won": each.won_count,
            "closed_in_stage": each.closed_in_stage_count,
            "median_days_won": each.median_days_won if each.HasField("median_days_won") else None,
            "median_days_lost": each.median_days_lost if each.HasField("median_days_lost") else None,
            "auc": each.metrics.auc if each.metrics.HasField("auc") else None,
            "influence": [
                {"attribute": attribute, "influence": influence}
                for attribute, influence in most_influential(each)
            ],
        }
        for each in stages
    ]
