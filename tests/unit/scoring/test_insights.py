"""Counts per value: which values stand alone."""

import numpy as np
import pyarrow as pa

from services.scoring.insights import attribute_statistics
from services.scoring.table import Column, TrainingTable, read_columns
from services.scoring.training import train


def column(values: list[str | None]) -> Column:
    return read_columns({"city": pa.array(values)})["city"]


def test_values_of_fewer_than_eight_records_stand_together() -> None:
    values = ["Oslo"] * 8 + ["Bergen"] * 7 + ["Moss"] + [None] * 4
    outcome = np.array([True] * 6 + [False] * 2 + [True] * 4 + [False] * 4 + [True] * 1 + [False] * 3)
    days = np.where(outcome, 10.0, 99.0)
    found = attribute_statistics(column(values), np.arange(20), outcome, days)
    assert list(found.values) == ["Oslo"]
    oslo, other, blank = found.values["Oslo"], found.other, found.blank
    assert (oslo.closed, oslo.positive, oslo.share, oslo.median_days_to_close) == (8, 6, 0.4, 10.0)
    assert other is not None
    assert (other.closed, other.positive) == (8, 4)
    assert blank is not None
    assert (blank.closed, blank.positive) == (4, 1)


def test_addresses_and_identifiers_are_in_no_card() -> None:
    """What a model uses through derived columns alone, or not at all, is counted without its values."""
    rng = np.random.default_rng(3)
    outcome = rng.random(400) < 0.4
    domain = np.where(outcome ^ (rng.random(400) < 0.2), "acme.com", "gmail.com")
    # Ten people share a number: frequent is not the same as telling.
    phone = [f"+49 30 9018{number % 40:02}0" if number % 3 else None for number in range(400)]
    columns = {
        "email": pa.array([f"p{number}@{name}" for number, name in enumerate(domain)]),
        "phone": pa.array(phone),
        "visits": pa.array(rng.integers(0, 9, 400) + 3 * outcome),
    }
    report = train(TrainingTable(columns, outcome)).report
    counts = {each.attribute: each.statistics for each in report.attributes}
    for name in ("email", "phone"):
        statistics = counts[name]
        assert statistics is not None
        assert not statistics.values
        assert statistics.other is not None
