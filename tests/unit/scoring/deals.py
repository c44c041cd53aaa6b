"""Synthetic closed deals that went through stages: what is important differs from stage to stage."""

import numpy as np
import pyarrow as pa

from services.scoring.stages import StageOptions, stays_from_columns
from services.scoring.table import TrainingTable

PROCESS = ("Qualify", "Develop", "Close")
OPTIONS = StageOptions(PROCESS)
DAY_S = 86_400.0


def deals(rows: int = 600, seed: int = 3, reach_close: float = 0.6) -> TrainingTable:
    """Deals over a year; the lost ones stay in Close three times as long.

    Args:
        rows: Deals.
        seed: Of everything random.
        reach_close: Share of the lost deals that are lost in Close; all won ones are won there.
    """
    rng = np.random.default_rng(seed)
    region = rng.choice(["north", "south", "west"], rows)
    discount = rng.integers(0, 30, rows).astype(float)
    employees = rng.gamma(2.0, 50.0, rows).round()
    log_odds = 1.2 * (region == "north") - 0.8 + (discount - 15) / 8 + (employees - 100) / 150
    won = rng.random(rows) < 1 / (1 + np.exp(-log_odds))
    created = np.sort(rng.uniform(0, 250, rows))
    closes = won | (rng.random(rows) < reach_close)
    qualify = created + 1
    develop = qualify + rng.uniform(2, 10, rows)
    close = np.where(closes, develop + rng.uniform(2, 20, rows), np.nan)
    ended = np.where(
        closes, close + rng.exponential(np.where(won, 8, 24)), develop + rng.uniform(5, 40, rows)
    )
    start = 1.7e9
    entered = {
        name: start + DAY_S * days for name, days in zip(PROCESS, (qualify, develop, close), strict=True)
    }
    closed_at = start + DAY_S * ended
    return TrainingTable(
        {
            "region": pa.array(region),
            "discount": pa.array(discount),
            "account.employees": pa.array(employees),
        },
        won,
        created_at=start + DAY_S * created,
        closed_at=closed_at,
        stays=stays_from_columns(entered, closed_at),
    )
