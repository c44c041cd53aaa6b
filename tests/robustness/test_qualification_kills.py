"""kill -9 of the qualification service: what was acknowledged is there whole, and reaches the others in the end."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from leadlight.dedupe.v1 import record_pb2 as dedupe_pb2
from leadlight.qualification.v1 import delivery_pb2, lead_pb2

from services.common.caller import LOCAL_CALLER
from tests.contract.served import Client, served
from tests.integration.qualification.world import lead, qualify, upsert
from tests.integration.working import eventually
from tests.robustness.processes import Running, running
from tests.robustness.table import Tried

pytestmark = pytest.mark.timeout(300)

S = "QualificationService."
WRITERS = 3
LEADS = 24


def write(service: Running, writer: int, acknowledged: set[str]) -> None:
    """Stores and qualifies leads, some of which may fail; notes those that were acknowledged."""
    client = service.client()
    for number in range(LEADS // WRITERS):
        lead_id = f"w{writer}-{number}"
        try:
            client.call(f"{S}UpsertLead", upsert(lead(lead_id, email=f"{lead_id}@customer.example")))
            client.call(f"{S}Qualify", qualify(lead_id, ignore_duplicates=True))
        except grpc.RpcError:
            continue
        acknowledged.add(lead_id)


def state(client: Client, lead_id: str) -> lead_pb2.Lead:
    found: lead_pb2.Lead = client.call(f"{S}GetLead", lead_pb2.GetLeadRequest(id=lead_id))
    return found


@pytest.mark.fault("kill -9 of a worker")
def test_what_was_acknowledged_outlives_kills_and_is_delivered(
    tmp_path: Path, sqlite_url: str, tried: Tried
) -> None:
    acknowledged: set[str] = set()
    folder = tmp_path / "dedupe"
    folder.mkdir()
    with served("dedupe", folder, run_operations=False, auth="local", jwt_secret=None) as dedupe:
        # The others are never there: what they are to be told waits, and keeps nobody else waiting.
        peers = dict.fromkeys(("relationship", "scoring", "notes"), "127.0.0.1:1") | {
            "dedupe": dedupe.address
        }
        environment = {f"LEADLIGHT_QUALIFICATION_{name.upper()}_ADDRESS": at for name, at in peers.items()}
        with running(tmp_path, sqlite_url, service="qualification", more=environment) as service:
            with ThreadPoolExecutor(WRITERS) as writers:
                futures = [writers.submit(write, service, n, acknowledged) for n in range(WRITERS)]
                eventually(lambda: len(acknowledged) >= LEADS // 4, timeout_s=120)
                service.runner().kill()
                service.workers()[0].kill()
                for future in futures:
                    future.result()
            service.kill_all()
        with running(tmp_path, sqlite_url, service="qualification", more=environment) as service:
            client = service.client()
            asked = delivery_pb2.ListDeliveriesRequest(service="dedupe")
            eventually(lambda: not client.call(f"{S}ListDeliveries", asked).deliveries, timeout_s=120)
            assert len(acknowledged) >= LEADS // 4
            for lead_id in sorted(acknowledged):
                made = state(client, lead_id)
                assert made.state == lead_pb2.LEAD_STATE_QUALIFIED
                assert len(made.qualification.created) == 3
                other = Client(dedupe.channel, LOCAL_CALLER.tenant, roles=None, service="dedupe")
                for ref in (made.qualification.account, made.qualification.contact):
                    other.call("DedupeService.GetRecord", dedupe_pb2.GetRecordRequest(ref=ref))
    tried(3, writes=2 * len(acknowledged))
