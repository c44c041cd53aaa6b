"""Ingest, cancelled at any moment, leaves nothing behind that was made and never awaited."""

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from leadlight.gateway.v1 import ingest_pb2

from services.common.context import using
from services.gateway.server_ingest import IngestServicer
from services.gateway.server_peers import AioPeers
from services.gateway.settings import GatewaySettings

REF = {"kind": "RECORD_KIND_LEAD", "id": "l1"}
ITEMS = (
    {"record": {"matched": {"ref": REF}}},
    {"note": {"note_id": "n1", "note": {"text": "Call Ann", "ref": REF}}},
    {"call": {"call": {"id": "c1", "start_time": {"seconds": 1_700_000_000}}}},
)


async def items() -> AsyncIterator[ingest_pb2.IngestRequest]:
    for item in ITEMS:
        yield ingest_pb2.IngestRequest(**item)


@pytest.mark.parametrize("steps", range(12))
def test_a_stream_that_ends_at_any_step_leaves_no_work_unawaited(tmp_path: Path, steps: int) -> None:
    # What was never awaited is a warning, and those are errors here.
    async def run() -> None:
        peers = AioPeers(GatewaySettings(data_dir=tmp_path))
        answers: Any = IngestServicer(peers).Ingest(items(), None)
        taking = asyncio.ensure_future(anext(answers))
        for _ in range(steps):
            await asyncio.sleep(0)
        taking.cancel()
        await asyncio.wait([taking])
        await answers.aclose()
        await peers.close()

    with using(deadline_s=float("inf")):
        asyncio.run(run())
    gc.collect()
