"""Ties of all pairs: the model is fitted on the pairs' own past, and each pair's strength is worked out by itself."""

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.relationship.connections import own_days
from services.relationship.contributions import DirectedDay, PairCounts
from services.relationship.pair_days import PairDay, PairDays
from services.relationship.tenant_settings import TenantSettings
from services.relationship.tie_fitting import examples, fit_examples
from services.relationship.tie_strength import TieModel
from services.relationship.ties import ties_of

_TEXT, _NUMBER = pa.string(), pa.int64()
TIES = pa.schema(
    [
        ("person", _TEXT),
        ("contact", _TEXT),
        ("strength", pa.float64()),
        ("band", _TEXT),
        ("sent", _NUMBER),
        ("received", _NUMBER),
        ("meetings", _NUMBER),
        ("last_days_ago", _NUMBER),
    ]
)
TIES_STEPS = ("own_days", "examples", "all_ties")
"""Tables that take the time of `make_pairs` and `make_ties`, in order."""
_OWN_DAYS = pa.schema([("person", _TEXT), ("contact", _TEXT), ("exchange", _TEXT)])
_EXAMPLES = pa.schema(
    [
        ("days_back", _NUMBER),
        ("person", _TEXT),
        ("contact", _TEXT),
        ("x", pa.list_(pa.float64())),
        ("y", pa.bool_()),
    ]
)


def make_pairs(engine: Engine, before_day: int) -> None:
    """Table `pairs`: each (person, contact) with its days, seen from our side.

    Args:
        engine: With the table `pair_days`.
        before_day: Only earlier days count.
    """
    engine.sql(
        "SELECT sender, receiver, sides, day, mails, meetings, calls, ms FROM pair_days"
        f" WHERE day < {before_day}",
        "past_days",
    )
    engine.map_arrow("past_days", _seen_from_us, _OWN_DAYS, "own_days", SMALL_BATCH_ROWS)
    engine.sql(
        "SELECT person, contact, array_agg(exchange) AS days FROM own_days GROUP BY person, contact",
        "gathered_pairs",
    )
    # A pair that is there from both ends is learned from once.
    engine.sql(
        "SELECT p.person, p.contact, p.days, p.person <= p.contact OR o.person IS NULL AS once"
        " FROM gathered_pairs AS p LEFT JOIN gathered_pairs AS o"
        " ON o.person = p.contact AND o.contact = p.person",
        "pairs",
    )
    for name in ("past_days", "own_days", "gathered_pairs"):
        engine.drop(name)


def make_ties(engine: Engine, settings: TenantSettings, before_day: int) -> None:
    """Table `all_ties` (`TIES`).

    Args:
        engine: With the table `pairs`.
        settings: The tenant's.
        before_day: Only earlier days count.
    """
    model = _model(engine, settings, before_day)
    engine.map_arrow(
        "pairs", partial(_ties, before_day=before_day, model=model), TIES, "all_ties", SMALL_BATCH_ROWS
    )


def _model(engine: Engine, settings: TenantSettings, before_day: int) -> TieModel:
    if settings.half_life_days:
        return TieModel.of_half_life(settings.half_life_days)
    engine.map_arrow(
        "pairs", partial(_examples, before_day=before_day), _EXAMPLES, "examples", SMALL_BATCH_ROWS
    )
    # In the order in which the service has them: sums of floats, and so the fit, hang on it.
    found = engine.collect("SELECT x, y FROM examples ORDER BY days_back, person, contact").combine_chunks()
    engine.drop("examples")
    if not found.num_rows:
        return TieModel.default()
    x = pc.list_flatten(found.column("x")).to_numpy().reshape(found.num_rows, -1)
    return fit_examples(x, found.column("y").to_numpy().astype(np.bool_))


def _seen_from_us(batch: pa.RecordBatch) -> pa.RecordBatch:
    seen = list(own_days(_days(batch)))
    columns = [
        [each.colleague for each in seen],
        [each.contact for each in seen],
        [f"{each.day} {each.sent} {each.received} {each.meetings}" for each in seen],
    ]
    return pa.RecordBatch.from_arrays([pa.array(column, _TEXT) for column in columns], schema=_OWN_DAYS)


def _days(batch: pa.RecordBatch) -> Iterator[tuple[DirectedDay, PairCounts]]:
    for sender, receiver, sides, day, *counts in zip(
        *(column.to_pylist() for column in batch.columns), strict=True
    ):
        yield DirectedDay(sender, receiver, sides, day), PairCounts(*counts)


def _pair_days(batch: pa.RecordBatch) -> PairDays:
    return PairDays.of(_exchanges(batch))


def _exchanges(batch: pa.RecordBatch) -> Iterable[PairDay]:
    columns = (batch.column(name).to_pylist() for name in ("person", "contact", "days"))
    for person, contact, days in zip(*columns, strict=True):
        for each in days:
            yield PairDay(person, contact, *map(int, each.split()))


def _examples(batch: pa.RecordBatch, *, before_day: int) -> pa.RecordBatch:
    days = _pair_days(batch)
    names = zip(batch.column("person").to_pylist(), batch.column("contact").to_pylist(), strict=True)
    once_by_pair = dict(zip(names, batch.column("once").to_pylist(), strict=True))
    once = np.array([once_by_pair[pair] for pair in days.pairs], dtype=np.bool_)
    rows = [
        {
            "days_back": each.days_back,
            "person": days.pairs[pair][0],
            "contact": days.pairs[pair][1],
            "x": x,
            "y": bool(y),
        }
        for each in examples(days, once, before_day)
        for pair, x, y in zip(each.pairs, each.x, each.y, strict=True)
    ]
    return pa.RecordBatch.from_pylist(rows, _EXAMPLES)


def _ties(batch: pa.RecordBatch, *, before_day: int, model: TieModel) -> pa.RecordBatch:
    rows = [
        {
            "person": tie.colleague,
            "contact": tie.contact,
            "strength": tie.strength,
            "band": tie.band.value,
            "sent": tie.evidence.sent,
            "received": tie.evidence.received,
            "meetings": tie.evidence.meetings,
            "last_days_ago": tie.evidence.days_ago,
        }
        for tie in ties_of(_pair_days(batch), before_day, model)
    ]
    return pa.RecordBatch.from_pylist(rows, TIES)
