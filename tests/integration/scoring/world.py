"""Leads with a pattern, a model trained on them once per session, and that model put into any tenant's hands."""

import io
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1 import record_pb2 as common_record_pb2
from leadlight.scoring.v1 import record_pb2

from services.common.db import Database, utc_now
from services.common.records import RecordKind
from services.scoring import model_store
from services.scoring.card import ModelCard
from services.scoring.compile import compile_model
from services.scoring.files import ServiceFiles, digest
from services.scoring.report import TrainingReport
from services.scoring.table import TrainingTable
from services.scoring.training import train

LEAD = common_record_pb2.RECORD_KIND_LEAD
OPPORTUNITY = common_record_pb2.RECORD_KIND_OPPORTUNITY
ROWS = 240
HOT = {"source": "referral", "budget": 9_000.0, "member": True}
COLD = {"source": "web", "budget": 100.0, "member": False}
WARM = {"source": "fair", "budget": 1_500.0, "member": True}


def leads(rows: int = ROWS, seed: int = 5) -> pa.Table:
    """Closed leads: referrals with a budget qualify, visitors of the web site seldom do."""
    rng = np.random.default_rng(seed)
    source = rng.choice(["web", "fair", "referral"], rows)
    budget = rng.gamma(2.0, 1500.0, rows).round()
    member = rng.random(rows) < 0.5
    logit = (
        -1.5 + 2.5 * (source == "referral") + 1.0 * (source == "fair") + budget / 2500.0 - 1.0 + 0.5 * member
    )
    qualified = rng.random(rows) < 1 / (1 + np.exp(-logit))
    return pa.table(
        {
            "lead": [f"L{number:04}" for number in range(rows)],
            "source": source,
            "budget": pa.array(np.where(rng.random(rows) < 0.05, np.nan, budget), from_pandas=True),
            "member": member,
            "qualified": np.where(qualified, "Yes", "No"),
        }
    )


@dataclass(frozen=True)
class Trained:
    """A model as training gives it, before a tenant has it."""

    onnx: bytes
    report: TrainingReport


@cache
def trained() -> Trained:
    """One model for the whole test session; training takes a second or two."""
    table = leads()
    outcome = np.array(table["qualified"].to_pylist()) == "Yes"
    columns = {name: table[name].combine_chunks() for name in ("source", "budget", "member")}
    model = train(TrainingTable(columns, outcome))
    return Trained(compile_model(model.ensemble, model.report.intervals), model.report)


def install(
    db: Database,
    files: ServiceFiles,
    tenant: str,
    *,
    kind: RecordKind = RecordKind.LEAD,
    versions: int = 1,
    publish: int | None = 1,
) -> str:
    """Gives a tenant the session's model under a name of its own; returns `models/{model}`."""
    model_id = f"leads-{uuid.uuid4().hex[:12]}"
    model = trained()
    with db.write(tenant) as session:
        model_store.add_model(session, model_id, kind, "Installed")
        session.flush()
        for _ in range(versions):
            number = model_store.reserve_version(session, model_id)
            card = ModelCard(kind, model_id, number, utc_now(), "tests", digest(model.onnx), model.report)
            files.write_model(tenant, model_id, number, model.onnx, card.to_json())
            version = model_store.ModelVersion(
                model_id, number, digest(model.onnx), digest(card.to_json()), utc_now()
            )
            model_store.add_version(session, version)
        if publish is not None:
            model_store.publish(session, model_id, publish)
    return f"models/{model_id}"


def ref(record_id: str, kind: common_record_pb2.RecordKind.ValueType = LEAD) -> common_record_pb2.RecordRef:
    return common_record_pb2.RecordRef(kind=kind, id=record_id)


def struct(attributes: dict[str, Any]) -> Struct:
    message = Struct()
    message.update(attributes)
    return message


def record(record_id: str, attributes: dict[str, Any] | None = None, **fields: Any) -> record_pb2.Record:
    kind = fields.pop("kind", LEAD)
    return record_pb2.Record(ref=ref(record_id, kind), attributes=struct(attributes or {}), **fields)


def upsert(
    record_id: str, attributes: dict[str, Any] | None = None, **fields: Any
) -> record_pb2.UpsertRecordRequest:
    """A request to store a record; `mask` and the fields of the request itself go round the record."""
    names = ("request_id", "validate_only", "reason_detail", "language")
    around = {name: fields.pop(name) for name in names if name in fields}
    mask = fields.pop("mask", None)
    request = record_pb2.UpsertRecordRequest(record=record(record_id, attributes, **fields), **around)
    if mask is not None:
        request.update_mask.paths.extend(mask)
    return request


def ago(**time: float) -> Timestamp:
    """So long before now."""
    message = Timestamp()
    message.FromDatetime(datetime.now(UTC) - timedelta(**time))
    return message


def closed(
    record_id: str, attributes: dict[str, Any] | None = None, *, won: bool = True, **fields: Any
) -> Any:
    """A request to store a closed record."""
    outcome = record_pb2.OUTCOME_POSITIVE if won else record_pb2.OUTCOME_NEGATIVE
    times = {"create_time": ago(days=9), "close_time": ago(days=2)} | fields
    return upsert(record_id, attributes, outcome=outcome, **times)


def eventually(condition: Callable[[], bool], timeout_s: float = 10.0) -> None:
    """Waits until it holds."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < end_s, "it never came to hold"
        time.sleep(0.02)


def ipc(table: pa.Table) -> bytes:
    """One complete Arrow IPC stream."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()
