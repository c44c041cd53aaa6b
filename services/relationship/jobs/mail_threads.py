"""The threads of all mails: which opens a turn, and when it was answered."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial

import pyarrow as pa

from services.common.batch.engine import SMALL_BATCH_ROWS, Engine
from services.relationship.activity import Side
from services.relationship.response_clock import clock
from services.relationship.tenant_settings import TenantSettings
from services.relationship.threads import Mail, placed

_PLACES = pa.schema(
    [
        ("activity_id", pa.string()),
        ("thread", pa.string()),
        ("opens_turn", pa.bool_()),
        ("answer_ms", pa.int64()),
    ]
)


def make_places(engine: Engine, settings: TenantSettings) -> None:
    """Table `places` of the mails of `read_activities`: activity_id, thread, opens_turn, answer_ms.

    Args:
        engine: With the table `read_activities`.
        settings: The tenant's.
    """
    engine.sql(
        "SELECT token, array_agg(mail) AS mails FROM read_activities WHERE token IS NOT NULL GROUP BY token",
        "threads",
    )
    engine.map_arrow("threads", partial(_placed, settings=settings), _PLACES, "places", SMALL_BATCH_ROWS)
    engine.drop("threads")


def _placed(batch: pa.RecordBatch, *, settings: TenantSettings) -> pa.RecordBatch:
    found = placed(_mails(batch), elapsed_ms=clock(settings))
    columns = [
        list(found),
        [each.thread for each in found.values()],
        [each.opens_turn for each in found.values()],
        [each.answer_ms for each in found.values()],
    ]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _PLACES.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_PLACES)


def _mails(batch: pa.RecordBatch) -> Iterator[Mail]:
    for token, mails in zip(
        batch.column("token").to_pylist(), batch.column("mails").to_pylist(), strict=True
    ):
        for each in mails:
            activity_id, sent_at, side = json.loads(each)
            yield Mail(activity_id, datetime.fromisoformat(sent_at), Side(side), (token,))
