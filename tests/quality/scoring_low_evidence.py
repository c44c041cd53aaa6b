"""What a model of 20, 50, 100 or 200 records is worth, beside one of all: the low-evidence mode.

Each set is put into one random order, so that drift does not blur the comparison. Small models see records drawn from
the first 80 % (five draws, at least one of each outcome); below 40 of each outcome they are trained in low-evidence
mode, above as ever. All are judged on the last 20 %: AUC, and log loss against that of the draw's base rate alone.
Bar (ours): on the mean of the draws never worse than the base rate by more than 0.01.
"""

import sys
from typing import Any

import numpy as np
from scipy.special import expit

from services.scoring.attributes import AttributeRules
from services.scoring.encoding import Encoder
from services.scoring.metrics import measure
from services.scoring.selection import Rows
from services.scoring.shrunk import base_rate
from services.scoring.table import TrainingTable
from services.scoring.training import TrainingOptions, train
from services.scoring.window import oldest_share
from tests.quality.scoring import DataSet, batch_of, run_on_sets
from tests.quality.scoring_intervals import judged

SETS = ("bank_marketing", "online_shoppers", "sparklesquad_crm")
RECORDS = (20, 50, 100, 200)
DRAWS = 5
MOST_WORSE = 0.01


def run(data: DataSet) -> tuple[dict[str, Any], list[str]]:
    """Small models against the full one, and the bars they miss."""
    order = np.random.default_rng(0).permutation(len(data.outcome))
    older, newest = np.split(order, [oldest_share(len(order))])
    log_odds, _, _, outcome = judged(data, order)
    full = measure(outcome, expit(log_odds))
    print(f"{data.name:18} all {len(older):,} records: AUC {full.auc:.3f}  log loss {full.log_loss:.3f}")
    result: dict[str, Any] = {"full": {"auc": full.auc, "log_loss": full.log_loss}}
    missed = []
    rng = np.random.default_rng(1)
    for records in RECORDS:
        drawn = [_measured(data, _draw(data, older, records, rng), newest) for _ in range(DRAWS)]
        auc, loss, base_loss, marked = (float(np.mean(values)) for values in zip(*drawn, strict=True))
        print(
            f"{data.name:18} {records:4} records: AUC {auc:.3f}  log loss {loss:.3f} "
            f"(base rate alone {base_loss:.3f}), low evidence in {marked:.0%} of the draws"
        )
        result[str(records)] = {
            "auc": auc,
            "log_loss": loss,
            "log_loss_of_base_rate": base_loss,
            "marked": marked,
        }
        if loss > base_loss + MOST_WORSE:
            missed.append(f"{data.name}, {records} records: log loss {loss:.3f}, base rate {base_loss:.3f}")
    return result, missed


def _draw(data: DataSet, older: Rows, records: int, rng: np.random.Generator) -> Rows:
    while True:
        rows = rng.choice(older, records, replace=False)
        if 0 < data.outcome[rows].sum() < records:
            return rows


def _measured(data: DataSet, rows: Rows, newest: Rows) -> tuple[float, float, float, bool]:
    """AUC, log loss, log loss of the base rate alone, and whether the model is marked as low evidence."""
    batch = batch_of(data, rows)
    table = TrainingTable(dict(zip(batch.schema.names, batch.columns, strict=True)), data.outcome[rows])
    rules = AttributeRules(exclude=frozenset(data.left_out_of_baselines))
    model = train(table, TrainingOptions(rules=rules, low_evidence=True))
    encoder = Encoder(model.ensemble.features)
    x = encoder.encode_columns(encoder.columns(batch_of(data, newest)), len(newest))
    outcome = data.outcome[newest]
    metrics = measure(outcome, model.ensemble.probability(x))
    alone = measure(outcome, np.full(len(newest), base_rate(data.outcome[rows])))
    return metrics.auc or 0.5, metrics.log_loss, alone.log_loss, model.report.low_evidence


def main() -> int:
    return run_on_sets("scoring_low_evidence", SETS, run)


if __name__ == "__main__":
    sys.exit(main())
