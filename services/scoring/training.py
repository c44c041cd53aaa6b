"""From closed records to a fitted, calibrated, exactly additive model with an honest report.

The order of things, and what each may see:

1. The window picks the records; the newest 20 % by close time are the test set, the rest the training rows.
2. Attributes are chosen and leaks found on the training rows.
3. Forward chaining tries every candidate on cuts of the training rows; the best is fitted on them, calibrated
   by five folds inside them, and measured on the test set. These are the report's metrics.
4. The model that is published follows the same procedure over all rows, the test set now being its newest cut:
   fitting on everything matters under drift, where a year-old model may rank no better than chance. Its own
   quality can only be known once newer records have closed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from services.common.errors import Reason, failed_precondition
from services.scoring.attributes import AttributeRules, AttributeUse, Choice, choose_attributes
from services.scoring.calibration import Calibration, fit_calibration
from services.scoring.drift import measure_drift, rate_moved
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.insights import attribute_statistics, influence
from services.scoring.leakage import LeakFinding, find_leaks
from services.scoring.metrics import VerdictBounds, measure
from services.scoring.report import (
    AttributeReport,
    ChosenModel,
    DataReport,
    TrainingReport,
    library_versions,
    warnings_of,
)
from services.scoring.selection import Fitted, Recipe, Rows, Selection, Workbench, sample
from services.scoring.standalone import bin_column, standalone_auc
from services.scoring.table import Column, ColumnKind, TrainingTable, read_columns
from services.scoring.window import (
    DAY_S,
    LONGEST_WINDOW_MONTHS,
    Window,
    oldest_share,
    require_enough,
    rows_in_window,
)

Progress = Callable[[float, str], None]

BACKGROUND_ROWS = 2_000


@dataclass(frozen=True)
class TrainingOptions:
    """What the caller decides.

    Attributes:
        window_months: How far back to look, 3 to 24.
        window_end: End of the window, seconds since 1970 UTC. Default: the newest close.
        rules: Which attributes may be used.
        bounds: Least AUC of each publish verdict.
        seed: Of all randomness; the same data and seed give the same model.
    """

    window_months: int = LONGEST_WINDOW_MONTHS
    window_end: float | None = None
    rules: AttributeRules = field(default_factory=AttributeRules)
    bounds: VerdictBounds = field(default_factory=VerdictBounds)
    seed: int = 0


@dataclass(frozen=True)
class TrainedModel:
    """What training gives.

    Attributes:
        ensemble: The model to publish, fitted on all records of the window.
        evaluated: The model behind the report's metrics, fitted on the older 80 %.
        test_rows: Rows of the given table that are the test set, oldest close first.
        report: Everything a model card shows; plain data, `dataclasses.asdict` makes it JSON.
    """

    ensemble: AdditiveEnsemble
    evaluated: AdditiveEnsemble
    test_rows: npt.NDArray[np.intp]
    report: TrainingReport


def train(
    table: TrainingTable,
    options: TrainingOptions | None = None,
    progress: Progress = lambda _share, _stage: None,
) -> TrainedModel:
    """Trains a model on closed records.

    Args:
        table: Closed records of one kind.
        options: What the caller decides.
        progress: Called with the share done, 0 to 1, and what is being done.

    Raises:
        LeadlightError: FAILED_PRECONDITION: fewer than 40 positive or 40 negative records in the window, or no
            attribute that can be used.
        ValueError: The window is out of bounds.
    """
    options = options or TrainingOptions()
    progress(0.0, "reading")
    window = rows_in_window(table, options.window_months, options.window_end)
    ordered = table.take(window.rows)
    require_enough(ordered.outcome)
    rows = np.arange(len(ordered))
    older, test = np.split(rows, [oldest_share(len(rows))])
    columns = read_columns(ordered.columns)

    progress(0.05, "choosing attributes")
    usable = _usable(columns, older, ordered.outcome, options)
    bench = Workbench(usable.columns, ordered.outcome, options.rules.hand_picked is None, options.seed)

    selection = Selection(bench)
    evaluated_choice = selection.choose(
        older, lambda share: progress(0.1 + 0.4 * share, "comparing candidates on the older records")
    )
    progress(0.5, "fitting on the older records")
    evaluated, evaluated_calibration = _fit_calibrated(bench, selection, evaluated_choice.recipe, older)
    metrics = measure(ordered.outcome[test], expit(evaluated.log_odds(test)))
    choice = selection.choose(
        rows, lambda share: progress(0.55 + 0.3 * share, "comparing candidates on all records")
    )
    progress(0.85, "fitting on all records")
    published, calibration = _fit_calibrated(bench, selection, choice.recipe, rows)
    progress(0.9, "describing the attributes")
    ensemble = _ensemble(published, rows, options.seed)
    attributes = _describe(ordered, columns, usable, published, ensemble, seed=options.seed)
    data = _data_report(ordered, test, window)
    report = TrainingReport(
        metrics=metrics,
        verdict=options.bounds.verdict(metrics.auc),
        model=ChosenModel(choice, len(rows), calibration.slope, calibration.intercept),
        evaluated_model=ChosenModel(
            evaluated_choice,
            len(older),
            evaluated_calibration.slope,
            evaluated_calibration.intercept,
        ),
        attributes=attributes,
        warnings=warnings_of(
            metrics,
            data,
            attributes,
            options.bounds,
            base_rate_moved=rate_moved(ordered.outcome[older], ordered.outcome[test]),
        ),
        data=data,
        window_months=options.window_months,
        seed=options.seed,
        library_versions=library_versions(),
    )
    progress(1.0, "done")
    return TrainedModel(ensemble, _ensemble(evaluated, older, options.seed), window.rows[test], report)


@dataclass(frozen=True)
class _Usable:
    """The attributes judged on the training rows.

    Attributes:
        choices: What was made of each attribute.
        columns: The columns that candidates may use.
        alone: AUC alone by column.
        leaks: Leak finding by attribute.
    """

    choices: Mapping[str, Choice]
    columns: tuple[Column, ...]
    alone: Mapping[str, float]
    leaks: Mapping[str, LeakFinding]


def _usable(
    columns: Mapping[str, Column], rows: Rows, outcome: npt.NDArray[np.bool_], options: TrainingOptions
) -> _Usable:
    """Chooses attributes and looks for leaks, on the training rows alone.

    Raises:
        LeadlightError: FAILED_PRECONDITION, NO_USABLE_ATTRIBUTE.
    """
    choices = choose_attributes(columns, rows, options.rules)
    candidates = [column for choice in choices.values() for column in choice.columns]
    bins = {column.name: bin_column(column, rows) for column in candidates}
    alone = {name: standalone_auc(of, outcome[rows], options.seed) for name, of in bins.items()}
    leaks = find_leaks(candidates, bins, alone, rows, outcome, seed=options.seed)
    if options.rules.hand_picked is None:
        choices = {
            name: Choice(AttributeUse.LEAKS_OUTCOME, leaks[name].sentence)
            if choice.columns and leaks[name].leak.leaves_out
            else choice
            for name, choice in choices.items()
        }
    kept = tuple(column for choice in choices.values() for column in choice.columns)
    if not kept:
        raise failed_precondition(
            Reason.NO_USABLE_ATTRIBUTE,
            "no attribute can be used: each is constant, blank, an identifier, a date, or gives the outcome away",
        )
    return _Usable(choices, kept, alone, leaks)


def _fit_calibrated(
    bench: Workbench, selection: Selection, recipe: Recipe, rows: Rows
) -> tuple[Fitted, Calibration]:
    """A recipe fitted on the given rows with the calibration, found by folds inside them, multiplied in."""
    folded = selection.out_of_fold(recipe.attribute_set, rows)
    calibration = fit_calibration(folded.log_odds[recipe.family], bench.outcome[folded.rows])
    columns = bench.columns_of(recipe.attribute_set, rows)
    fitted = bench.fit_families([recipe.family], columns, rows)[recipe.family]
    terms = fitted.terms.scaled(calibration.slope, calibration.intercept)
    return replace(fitted, terms=terms), calibration


def _ensemble(fitted: Fitted, rows: Rows, seed: int) -> AdditiveEnsemble:
    """The fitted terms as a model over the columns they use."""
    kept = fitted.terms.used()
    background = sample(rows, BACKGROUND_ROWS, np.random.default_rng(seed))
    features = tuple(spec for spec, keep in zip(fitted.coding.features, kept, strict=True) if keep)
    x = fitted.coding.matrix(fitted.columns, background)[:, kept]
    return fitted.terms.of_columns(kept).ensemble(features, x)


def _describe(
    table: TrainingTable,
    columns: Mapping[str, Column],
    usable: _Usable,
    published: Fitted,
    ensemble: AdditiveEnsemble,
    *,
    seed: int,
) -> tuple[AttributeReport, ...]:
    """Every attribute that came in, the most influential first, the left-out ones after them by name."""
    rows = np.arange(len(table))
    moved = influence(ensemble, seed)
    total = sum(moved.values()) or 1.0
    days = None
    if table.created_at is not None and table.closed_at is not None:
        days = (table.closed_at - table.created_at) / DAY_S
    offered = {column.attribute for column in published.columns}
    features = {spec.name: spec for spec in ensemble.features}
    reports = []
    for name, choice in usable.choices.items():
        column = columns[name]
        use, sentence = choice.use, choice.sentence
        drifts = [measure_drift(c, rows, table.outcome) for c in choice.columns]
        worst = max(drifts, key=lambda drift: drift.stability_index, default=None)
        leak = usable.leaks.get(name)
        suspected = use is AttributeUse.USED and leak is not None and bool(leak.sentence)
        if use is AttributeUse.USED:
            if name not in offered:
                use = AttributeUse.DRIFTS
            elif name not in moved:
                use, sentence = AttributeUse.NOT_HELPFUL, "no term of the model uses it"
        if worst is not None and worst.drifts:
            sentence = "; ".join(
                filter(
                    None,
                    [sentence, f"its values shift with time (stability index {worst.stability_index:.2f})"],
                )
            )
        if suspected and leak is not None:
            sentence = "; ".join(filter(None, [sentence, leak.sentence]))
        spec = features.get(name)
        told_apart = tuple(spec.categories) if spec is not None and spec.categories else None
        reports.append(
            AttributeReport(
                attribute=name,
                use=use,
                explanation=sentence,
                columns=tuple(spec.name for spec in ensemble.features if spec.attribute == name),
                influence=moved.get(name, 0.0),
                influence_share=moved.get(name, 0.0) / total,
                stability_index=None if worst is None else worst.stability_index,
                drifts=any(drift.drifts for drift in drifts),
                turned=any(drift.turned for drift in drifts),
                standalone_auc=max((usable.alone[c.name] for c in choice.columns), default=None),
                suspected_leak=suspected,
                statistics=None
                if column.kind is ColumnKind.TIME
                or choice.use in {AttributeUse.TOO_MANY_VALUES, AttributeUse.DATE}
                else attribute_statistics(column, rows, table.outcome, days, told_apart),
            )
        )
    return tuple(sorted(reports, key=lambda report: (-report.influence, report.attribute)))


def _data_report(table: TrainingTable, test: Rows, window: Window) -> DataReport:
    closed, created = table.closed_at, table.created_at
    return DataReport(
        records=len(table),
        positive=int(table.outcome.sum()),
        test_records=len(test),
        test_positive=int(table.outcome[test].sum()),
        outside_window=window.outside,
        window_start=window.start,
        window_end=window.end,
        oldest_created=None if created is None else float(np.nanmin(created)),
        newest_closed=None if closed is None else float(closed[-1]),
        test_start=None if closed is None else float(closed[test[0]]),
    )
