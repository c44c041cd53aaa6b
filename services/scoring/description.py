"""Each attribute of a trained model in numbers and words: use, influence, drift, leakage, counts per value."""

from collections.abc import Mapping

import numpy as np

from services.scoring.attributes import AttributeUse
from services.scoring.drift import Drift, measure_drift
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.insights import attribute_statistics, form_statistics, influence
from services.scoring.report import AttributeReport
from services.scoring.selection import Fitted
from services.scoring.table import Column, TrainingTable
from services.scoring.usable import UsableAttributes
from services.scoring.value_statistics import AttributeStatistics
from services.scoring.window import DAY_S


def describe_attributes(
    table: TrainingTable,
    columns: Mapping[str, Column],
    usable: UsableAttributes,
    published: Fitted,
    ensemble: AdditiveEnsemble,
) -> tuple[AttributeReport, ...]:
    """Every attribute that came in, the most influential first, those without influence after them by name.

    Args:
        table: The records of the window, oldest close first.
        columns: Every attribute as read.
        usable: What was chosen.
        published: What the published model was fitted on.
        ensemble: The published model.
    """
    moved = influence(ensemble)
    total = sum(moved.values()) or 1.0
    offered = {column.attribute for column in published.columns}
    reports = []
    for name, choice in usable.choices.items():
        drifts = [measure_drift(c, np.arange(len(table)), table.outcome) for c in choice.columns]
        worst = max(drifts, key=lambda drift: drift.stability_index, default=None)
        finding = usable.leaks.get(name)
        suspected = choice.use is AttributeUse.USED and finding is not None and bool(finding.sentence)
        use, remarks = choice.use, [choice.sentence]
        if use is AttributeUse.USED and name not in offered:
            use = AttributeUse.DRIFTS
        elif use is AttributeUse.USED and name not in moved:
            use, remarks = AttributeUse.NOT_HELPFUL, ["no term of the model uses it"]
        remarks += _drift_remarks(drifts)
        if suspected and finding is not None:
            remarks.append(finding.sentence)
        reports.append(
            AttributeReport(
                attribute=name,
                use=use,
                explanation="; ".join(filter(None, remarks)),
                columns=tuple(spec.name for spec in ensemble.features if spec.attribute == name),
                influence=moved.get(name, 0.0),
                influence_share=moved.get(name, 0.0) / total,
                stability_index=None if worst is None else worst.stability_index,
                drifts=any(drift.drifts for drift in drifts),
                turned=any(drift.turned for drift in drifts),
                standalone_auc=usable.alone_of(name),
                suspected_leak=suspected,
                statistics=_statistics(table, columns[name], usable, ensemble),
            )
        )
    return tuple(sorted(reports, key=lambda report: (-report.influence, report.attribute)))


def _drift_remarks(drifts: list[Drift]) -> list[str]:
    """What to say of an attribute's columns that change with time."""
    remarks = []
    shifted = [drift.stability_index for drift in drifts if drift.drifts]
    if shifted:
        remarks.append(f"its values shift with time (stability index {max(shifted):.2f})")
    turned = [drift.newer_auc for drift in drifts if drift.turned]
    if turned:
        remarks.append(
            "what it meant in the older half of the records has turned round in the newer half "
            f"(AUC {min(turned):.2f})"
        )
    return remarks


def _statistics(
    table: TrainingTable, column: Column, usable: UsableAttributes, ensemble: AdditiveEnsemble
) -> AttributeStatistics | None:
    """Counts per value; per form where the model knows it by rules alone; None where neither is known."""
    days = None
    if table.created_at is not None and table.closed_at is not None:
        days = (table.closed_at - table.created_at) / DAY_S
    rows = np.arange(len(table))
    if column.name not in usable.alone:
        names = [spec.name for spec in ensemble.features if spec.attribute == column.attribute]
        rules = [name.removeprefix(f"{column.attribute}:") for name in names]
        return (
            form_statistics(column, rules, rows, table.outcome, days)
            if rules and column.is_category
            else None
        )
    spec = next((spec for spec in ensemble.features if spec.name == column.name), None)
    told_apart = tuple(spec.categories) if spec is not None and spec.categories else None
    return attribute_statistics(column, rows, table.outcome, days, told_apart)
