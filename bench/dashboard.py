"""The dashboard's first view in headless Chromium over 10,000 scored leads: from the click to a list one can use."""

import shutil
import statistics
import time
from collections.abc import Iterator

import grpc
from leadlight.common.v1 import record_pb2
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.relationship.v1 import relationship_service_pb2_grpc
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight.scoring.v1 import scoring_service_pb2_grpc
from playwright.sync_api import Browser, expect, sync_playwright

from bench.figures import Figure, alone
from bench.workspace import Workspace
from services.common.supervisor import SUITE, Ports, Supervisor

_LEADS, _PAGE = 10_000, 1_000
_VISITS = 9
_SERVICES = ("scoring", "relationship", "gateway")
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Each visit is a new visitor's: nothing is in the browser's cache."""
    folder = workspace.folder / "dashboard"
    shutil.copytree(workspace.data_dir, folder)
    services = [each for each in SUITE if each.name in _SERVICES]
    environment = {"LEADLIGHT_WORKERS": "1"}
    with Supervisor(
        folder, services=services, ports=Ports.FREE, environment=environment, announced=False
    ) as suite:
        with grpc.insecure_channel(suite.addresses["gateway"]) as channel:
            _load(channel, workspace)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=list(_FLAGS))
            address = f"http://{suite.http_addresses['gateway']}"
            _visit_ms(browser, address)
            visits_ms = [_visit_ms(browser, address) for _ in range(_VISITS)]
            browser.close()
    yield alone("Dashboard: first view over 10,000 leads", statistics.median(visits_ms), "ms", _VISITS)
    yield alone("Dashboard: slowest first view", max(visits_ms), "ms", _VISITS)


def _chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        raise RuntimeError("Chromium is not here: make chromium")
    return found


def _load(channel: grpc.Channel, workspace: Workspace) -> None:
    """Leads with scores, names and owners."""
    scoring = scoring_service_pb2_grpc.ScoringServiceStub(channel)
    relationship = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
    attributes = workspace.leads.sample(_PAGE)
    for start in range(0, _LEADS, _PAGE):
        scored = scored_pb2.BatchUpsertRecordsRequest()
        related = related_pb2.BatchUpsertRecordsRequest()
        for number in range(start, start + _PAGE):
            ref = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id=f"L-{number:05}")
            record = scored.requests.add().record
            record.ref.CopyFrom(ref)
            record.attributes.update(attributes[number % _PAGE])
            related.records.add(ref=ref, display_name=f"Lead {number:05}", owner="seller@own.example")
        scoring.BatchUpsertRecords(scored, timeout=120)
        relationship.BatchUpsertRecords(related, timeout=120)


def _visit_ms(browser: Browser, address: str) -> float:
    """Until the list stands and answers to the keyboard."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    begun_s = time.perf_counter()
    page.goto(address, wait_until="commit")
    row = page.get_by_role("table").get_by_role("link").first
    expect(row).to_be_visible(timeout=60_000)
    row.focus()
    expect(row).to_be_focused()
    took_ms = (time.perf_counter() - begun_s) * 1000
    context.close()
    return took_ms
