"""Jobs of all services under one address: listed together, run by the service whose they are."""

from pathlib import Path

import httpx
from pyarrow import parquet

from tests.contract.served import EVERY_ROLE, token
from tests.integration.gateway.conftest import World
from tests.integration.working import eventually


def test_jobs_of_all_services_are_one_list(http: httpx.Client) -> None:
    answer = http.get("/v1/jobs").json()
    names = [job["name"] for job in answer["jobs"]]
    assert names == sorted(names)
    assert {"jobs/notes.history", "jobs/relationship.rebuild"} <= set(names)
    # In this world nobody answers for these, or not for jobs.
    assert set(answer["unreachable"]) >= {"conversation", "dedupe"}
    first = http.get("/v1/jobs", params={"page_size": 1}).json()
    rest = http.get("/v1/jobs", params={"page_token": first["nextPageToken"]}).json()
    assert [job["name"] for page in (first, rest) for job in page["jobs"]] == names


def test_a_run_goes_to_the_service_that_its_name_begins_with(
    world: World, http: httpx.Client, tenant: str
) -> None:
    folder: Path = world.notes.settings.jobs_folder / tenant
    folder.mkdir()
    (folder / "notes.csv").write_text(
        "id,text,language,reference_time\nn1,Call Mia tomorrow at 10.,en,2026-03-11T09:30:00Z\n", "utf-8"
    )
    asked = {"inputs": {"notes": {"file": "notes.csv"}}, "output": "found"}
    assert http.post("/v1/jobs/notes.history:run", json={**asked, "validateOnly": True}).json() == {
        "done": True
    }
    begun = http.post("/v1/jobs/notes.history:run", json=asked).json()
    assert begun["metadata"]["name"] == "jobs/notes.history"
    eventually(lambda: bool(http.get(f"/v1/{begun['name']}").json().get("done")))
    operation = http.get(f"/v1/{begun['name']}").json()
    written = parquet.read_table(folder / "found" / "suggestions.parquet")
    assert operation["response"]["rows"]["suggestions"] == str(len(written)) != "0"


def test_what_is_wrong_is_said_by_the_one_that_knows(http: httpx.Client, tenant: str) -> None:
    def reason_of(name: str) -> tuple[int, str, str]:
        answer = http.post(f"/v1/jobs/{name}:run", json={"output": "found"})
        info = answer.json()["details"][0]["debug"]
        return answer.status_code, info["domain"], info["reason"]

    assert reason_of("nobody.knows") == (404, "leadlight.gateway", "RESOURCE_NOT_FOUND")
    assert reason_of("relationship.rebuild")[1:] == ("leadlight.relationship", "INVALID_FIELD")
    assert reason_of("dedupe.scan")[2] == "PEER_UNAVAILABLE"
    seller = {"authorization": f"Bearer {token(tenant, EVERY_ROLE - {'admin'})}"}
    assert http.get("/v1/jobs", headers=seller).status_code == 403


def test_runs_are_audited(world: World, http: httpx.Client, tenant: str) -> None:
    http.post("/v1/jobs/relationship.rebuild:run", json={"output": "found"})
    lines = (world.folder / "audit" / "gateway.jsonl").read_text("utf-8").splitlines()
    (line,) = [each for each in lines if tenant in each]
    assert '"event":"run_job"' in line
    assert "jobs/relationship.rebuild" in line
