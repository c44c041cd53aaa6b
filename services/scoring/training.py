"""From closed records to a fitted, calibrated, exactly additive model with an honest report.

The order of things, and what each may see:

1. The window picks the records; the newest 20 % by close time are the test set, the rest the training rows.
2. Attributes are chosen and leaks found on the training rows.
3. Forward chaining tries every candidate on cuts of the training rows; the best is fitted on them, calibrated
   by five folds inside them, and measured on the test set. These are the report's metrics.
4. The model that is published follows the same procedure over all rows, the test set now being its newest cut:
   fitting on everything matters under drift, where a year-old model may rank no better than chance. Its own
   quality can only be known once newer records have closed.

Below 40 positive and 40 negative records there is another way, if the caller wants it: low_evidence.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from services.scoring.attributes import AttributeRules
from services.scoring.calibration import Calibration, fit_calibration
from services.scoring.description import describe_attributes
from services.scoring.drift import rate_moved
from services.scoring.ensemble import AdditiveEnsemble
from services.scoring.ignoring import without_blanks
from services.scoring.interval_fitting import fit_intervals
from services.scoring.intervals import IntervalTable
from services.scoring.low_evidence import fit_shrunk, held_out_log_odds, least_of
from services.scoring.metrics import measure
from services.scoring.model_quality import Verdict, VerdictBounds
from services.scoring.recipes import AttributeSet, Choice, Family, Recipe
from services.scoring.report import (
    ChosenModel,
    DataReport,
    TrainingReport,
    library_versions,
    low_evidence_warning,
    warnings_of,
)
from services.scoring.selection import Fitted, Rows, Selection, Workbench, sample
from services.scoring.table import TrainingTable, read_columns
from services.scoring.time_terms import age_term
from services.scoring.usable import usable_attributes
from services.scoring.window import (
    LONGEST_WINDOW_MONTHS,
    Window,
    is_enough,
    oldest_share,
    require_both,
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
        low_evidence: Train even with fewer than 40 positive or 40 negative records, at least one of each.
    """

    window_months: int = LONGEST_WINDOW_MONTHS
    window_end: float | None = None
    rules: AttributeRules = field(default_factory=AttributeRules)
    bounds: VerdictBounds = field(default_factory=VerdictBounds)
    seed: int = 0
    low_evidence: bool = False


@dataclass(frozen=True)
class TrainedModel:
    """What training gives.

    Attributes:
        ensemble: The model to publish, fitted on all records of the window.
        evaluated: The model behind the report's metrics, fitted on the older 80 %.
        evaluated_intervals: The intervals of its scores.
        test_rows: Rows of the given table that are the test set, oldest close first; none with low evidence.
        report: Everything a model card shows; plain data, `dataclasses.asdict` makes it JSON.
    """

    ensemble: AdditiveEnsemble
    evaluated: AdditiveEnsemble
    evaluated_intervals: IntervalTable
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
    if options.low_evidence and not is_enough(ordered.outcome):
        return _train_on_few(ordered, window, options, progress)
    require_enough(ordered.outcome)
    rows = np.arange(len(ordered))
    older, test = np.split(rows, [oldest_share(len(rows))])
    columns = read_columns(ordered.columns)

    progress(0.05, "choosing attributes")
    usable = usable_attributes(columns, older, ordered.outcome, options.rules, seed=options.seed)
    bench = Workbench(usable.columns, ordered.outcome, options.rules.hand_picked is None, options.seed)

    selection = Selection(bench)
    evaluated_choice = selection.choose(
        older, lambda share: progress(0.1 + 0.4 * share, "comparing candidates on the older records")
    )
    progress(0.5, "fitting on the older records")
    evaluated = _fit_calibrated(bench, selection, evaluated_choice.recipe, older)
    metrics = measure(ordered.outcome[test], evaluated.probability(test))
    choice = selection.choose(
        rows, lambda share: progress(0.55 + 0.3 * share, "comparing candidates on all records")
    )
    progress(0.85, "fitting on all records")
    published = _fit_calibrated(bench, selection, choice.recipe, rows)
    progress(0.9, "describing the attributes")
    attributes = describe_attributes(ordered, columns, usable, published.fitted, published.ensemble)
    ensemble = published.ensemble
    age = age_term(ordered, options.rules)
    if age is not None:
        attributes, ensemble = age.among(attributes), age.added_to(ensemble)
    data = _data_report(ordered, test, window)
    report = TrainingReport(
        metrics=metrics,
        verdict=options.bounds.verdict(metrics.auc),
        model=published.chosen(choice),
        evaluated_model=evaluated.chosen(evaluated_choice),
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
        intervals=published.intervals,
        ignore_blank=_ignored(published.ensemble),
    )
    progress(1.0, "done")
    return TrainedModel(ensemble, evaluated.ensemble, evaluated.intervals, window.rows[test], report)


def _train_on_few(
    table: TrainingTable, window: Window, options: TrainingOptions, progress: Progress
) -> TrainedModel:
    """Trains on fewer records than a measured model needs (low_evidence.py).

    Args:
        table: The records of the window, oldest close first.
        window: Which they are.
        options: What the caller decides.
        progress: As of `train`.
    """
    outcome = table.outcome
    require_both(outcome)
    rows = np.arange(len(table))
    columns = read_columns(table.columns)
    least = least_of(len(table))
    progress(0.05, "choosing attributes")
    usable = usable_attributes(columns, rows, outcome, options.rules, seed=options.seed, least=least)
    progress(0.2, "measuring by folds")
    held_out = held_out_log_odds(usable.columns, outcome, least, options.seed)
    progress(0.8, "fitting on all records")
    fitted = fit_shrunk(usable.columns, rows, outcome, least)
    model = _Calibrated(
        fitted,
        _ensemble(fitted, rows, options.seed),
        Calibration(1.0, 0.0, 1.0),
        fit_intervals(held_out, outcome),
        len(rows),
    )
    attributes = describe_attributes(table, columns, usable, fitted, model.ensemble)
    metrics = measure(outcome, expit(held_out))
    data = _data_report(table, rows[:0], window)
    chosen = model.chosen(Choice(Recipe(Family.SHRUNK, AttributeSet.ALL), (), ()))
    warnings = warnings_of(metrics, data, attributes, options.bounds, base_rate_moved=False)
    report = TrainingReport(
        metrics=metrics,
        verdict=Verdict.NOT_READY,
        model=chosen,
        evaluated_model=chosen,
        attributes=attributes,
        warnings=(low_evidence_warning(data), *warnings),
        data=data,
        window_months=options.window_months,
        seed=options.seed,
        library_versions=library_versions(),
        intervals=model.intervals,
        ignore_blank=_ignored(model.ensemble),
        low_evidence=True,
    )
    progress(1.0, "done")
    return TrainedModel(model.ensemble, model.ensemble, model.intervals, window.rows[:0], report)


@dataclass(frozen=True)
class _Calibrated:
    """A recipe fitted on some rows, with the calibration, found by folds inside them, multiplied in."""

    fitted: Fitted
    ensemble: AdditiveEnsemble
    calibration: Calibration
    intervals: IntervalTable
    records: int

    def probability(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Probabilities of the given rows as they would be scored, float64 [rows]."""
        x = self.fitted.coding.matrix_as_scored(self.fitted.columns, rows)
        return self.ensemble.probability(x[:, _kept(self.fitted)])

    def chosen(self, choice: Choice) -> ChosenModel:
        """What the report says of it."""
        return ChosenModel(choice, self.records, self.calibration.slope, self.calibration.intercept)


def _fit_calibrated(bench: Workbench, selection: Selection, recipe: Recipe, rows: Rows) -> _Calibrated:
    """A recipe fitted and calibrated on the given rows."""
    folded = selection.out_of_fold(recipe.attribute_set, rows)
    log_odds, outcome = folded.log_odds[recipe.family], bench.outcome[folded.rows]
    calibration = fit_calibration(log_odds, outcome)
    intervals = fit_intervals(calibration.intercept + calibration.slope * log_odds, outcome)
    columns = bench.columns_of(recipe.attribute_set, rows)
    raw = bench.fit_families([recipe.family], columns, rows)[recipe.family]
    fitted = replace(raw, terms=raw.terms.scaled(calibration.slope, calibration.intercept))
    return _Calibrated(fitted, _ensemble(fitted, rows, bench.seed), calibration, intervals, len(rows))


def _kept(fitted: Fitted) -> npt.NDArray[np.bool_]:
    """The columns that the model gets: those it uses, at least one."""
    kept = fitted.terms.used()
    kept[0] |= not kept.any()
    return kept


def _ensemble(fitted: Fitted, rows: Rows, seed: int) -> AdditiveEnsemble:
    """The fitted terms as a model over the columns they use, blanks left out where that was asked."""
    kept = _kept(fitted)
    background = sample(rows, BACKGROUND_ROWS, np.random.default_rng(seed))
    features = tuple(spec for spec, keep in zip(fitted.coding.features, kept, strict=True) if keep)
    x = fitted.coding.matrix(fitted.columns, background)[:, kept]
    return without_blanks(fitted.terms.of_columns(kept).ensemble(features, x))


def _ignored(ensemble: AdditiveEnsemble) -> tuple[str, ...]:
    """The attributes whose blanks add nothing."""
    return tuple(dict.fromkeys(spec.attribute for spec in ensemble.features if spec.ignore_blank))


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
        test_start=None if closed is None or not len(test) else float(closed[test[0]]),
    )
