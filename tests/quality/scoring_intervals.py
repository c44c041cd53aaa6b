"""Do the 90 % intervals cover? On the newest 20 % of each set, by models of the older 80 %.

Coverage is `interval_fitting.covered` over 50 groups of similar probability: each group's count of positives against
the prediction interval that its scores' intervals give. Bar: 0.85 to 0.95 where nothing drifts. A set in time order
is without drift if its training warns of none (attributes, base rate). To have every set without drift, and more
groups than chance can sway, each is also put into five random orders; the fit there is a cheap one: all attributes,
the average of both families, calibrated by five folds as in the product.
"""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from services.scoring.attributes import AttributeRules
from services.scoring.calibration import fit_calibration
from services.scoring.encoding import Encoder
from services.scoring.interval_fitting import Vector, covered, fit_intervals, similar
from services.scoring.recipes import HEDGE
from services.scoring.report import WarningKind
from services.scoring.selection import Outcomes, Rows, Selection, Workbench
from services.scoring.table import read_columns
from services.scoring.usable import usable_attributes
from services.scoring.window import oldest_share
from tests.quality.scoring import DataSet, batch_of, run_on_sets, train_leadlight

SETS = ("bank_marketing", "online_shoppers", "sparklesquad_crm")
GROUPS = 50
ORDERS = 5
LEAST, MOST = 0.85, 0.95
DRIFT = {WarningKind.DRIFT, WarningKind.BASE_RATE_MOVED}


def run(data: DataSet) -> tuple[dict[str, Any], list[str]]:
    """Coverage in time order and in random orders, and the bars it misses."""
    in_time, drifts = _in_time(data)
    drawn = [_coverage(*judged) for judged in _random_orders(data)]
    shares, widths = zip(*drawn, strict=True)
    at_random = float(np.mean(shares))
    print(
        f"{data.name:18} 90 % intervals cover {in_time[0]:.3f} in time order (mean width {in_time[1]:.3f}"
        f"{', drifts' if drifts else ''}), {at_random:.3f} in random orders (width {np.mean(widths):.3f})"
    )
    missed = []
    if not LEAST <= at_random <= MOST:
        missed.append(f"{data.name}: intervals cover {at_random:.3f} in random orders")
    if not drifts and not LEAST <= in_time[0] <= MOST:
        missed.append(f"{data.name}: intervals cover {in_time[0]:.3f} in time order")
    return {
        "time_order": in_time[0],
        "time_order_width": in_time[1],
        "drifts": drifts,
        "random_orders": list(shares),
        "random_orders_width": float(np.mean(widths)),
    }, missed


def _coverage(log_odds: Vector, low: Vector, high: Vector, outcome: Outcomes) -> tuple[float, float]:
    return covered(low, high, outcome, similar(log_odds, GROUPS)), float((high - low).mean())


def _in_time(data: DataSet) -> tuple[tuple[float, float], bool]:
    """Coverage by the whole pipeline, and whether it warns of drift."""
    rows = np.arange(len(data.outcome))
    model = train_leadlight(data, rows)
    encoder = Encoder(model.evaluated.features)
    x = encoder.encode_columns(encoder.columns(batch_of(data, model.test_rows)), len(model.test_rows))
    log_odds = model.evaluated.log_odds(x)
    low, high = model.evaluated_intervals.ends(log_odds)
    drifts = any(warning.kind in DRIFT for warning in model.report.warnings)
    return _coverage(log_odds, low, high, data.outcome[model.test_rows]), drifts


def _random_orders(data: DataSet) -> Iterator[tuple[Vector, Vector, Vector, Outcomes]]:
    """Log-odds, interval and outcome of the last 20 % of each order."""
    for seed in range(ORDERS):
        order = np.random.default_rng(seed).permutation(len(data.outcome))
        yield judged(data, order)


def judged(data: DataSet, order: Rows) -> tuple[Vector, Vector, Vector, Outcomes]:
    """Log-odds, interval and outcome of the last 20 % of an order, by a cheap fit on the first 80 %."""
    batch, outcome = batch_of(data, order), data.outcome[order]
    columns = read_columns(dict(zip(batch.schema.names, batch.columns, strict=True)))
    older, newest = np.split(np.arange(len(order)), [oldest_share(len(order))])
    rules = AttributeRules(exclude=frozenset(data.left_out_of_baselines))
    bench = Workbench(
        usable_attributes(columns, older, outcome, rules, seed=0).columns, outcome, may_leave_out=True, seed=0
    )
    folded = Selection(bench).out_of_fold(HEDGE.attribute_set, older)
    raw = folded.log_odds[HEDGE.family]
    calibration = fit_calibration(raw, outcome[folded.rows])
    table = fit_intervals(calibration.intercept + calibration.slope * raw, outcome[folded.rows])
    fitted = bench.fit_families([HEDGE.family], bench.columns, older)[HEDGE.family]
    log_odds = calibration.intercept + calibration.slope * fitted.log_odds(newest)
    return log_odds, *table.ends(log_odds), outcome[newest]


def main() -> int:
    return run_on_sets("scoring_intervals", SETS, run)


if __name__ == "__main__":
    sys.exit(main())
