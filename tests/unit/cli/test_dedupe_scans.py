"""The commands around scans and rules: files through the scan itself, what is stored against canned answers."""

import csv
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import empty_pb2
from leadlight.common.v1 import record_pb2
from leadlight.dedupe.v1 import rule_pb2, rule_service_pb2_grpc, scan_pb2, scan_service_pb2_grpc
from pyarrow import parquet
from typer.testing import CliRunner, Result

from clients.cli.dedupe_scans import SAMPLE
from clients.cli.main import app
from clients.cli.sample.make_duplicates import make_csv

FIELDS = ("first_name", "last_name", "email", "phone", "company", "city", "postal_code")
MAP = ",".join(f"{field}={field}" for field in FIELDS)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["dedupe", *map(str, arguments)])


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    out = tmp_path / "crm.csv"
    result = run("sample", "-o", out)
    assert result.exit_code == 0, result.output
    return out


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_committed_sample_is_what_the_script_makes() -> None:
    assert SAMPLE.read_text(encoding="utf-8") == make_csv()


def test_no_address_or_number_of_the_sample_can_be_somebodys() -> None:
    for row in read(SAMPLE):
        assert row["email"].lower().endswith(".example")
        assert re.sub(r"\(0\)|\D", "", row["phone"]).startswith("442079460")


def test_a_file_is_scanned_and_its_duplicates_are_found(crm: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    result = run("scan", crm, "--id", "id", "--map", MAP, "-o", out, "--json")
    assert result.exit_code == 0, result.output
    known = {(row["same_as"], row["id"]) for row in read(crm) if row["same_as"]}
    pairs = read(out)
    assert {tuple(sorted((row["left"], row["right"]))) for row in pairs} == known
    probabilities = [float(row["probability"]) for row in pairs]
    assert probabilities == sorted(probabilities, reverse=True)
    told = json.loads(result.stdout)
    assert (told["records"], told["pairs"], told["output"]) == (len(read(crm)), len(known), str(out))


def test_two_files_are_linked_into_parquet(crm: Path, tmp_path: Path) -> None:
    rows = read(crm)
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for path, is_second in zip(files, (False, True), strict=True):
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(row for row in rows if bool(row["same_as"]) is is_second)
    out = tmp_path / "pairs.parquet"
    result = run("scan", files[0], "--other", files[1], "--id", "id", "--map", MAP, "-o", out)
    assert result.exit_code == 0, result.output
    table = parquet.read_table(out)
    assert table.schema.names == ["left", "right", "probability"]
    found = set(zip(table["left"].to_pylist(), table["right"].to_pylist(), strict=True))
    assert found <= {(row["same_as"], row["id"]) for row in rows}
    assert "pairs written to" in result.stdout


def test_columns_called_as_fields_need_no_map(crm: Path, tmp_path: Path) -> None:
    named, unnamed = tmp_path / "named.csv", tmp_path / "unnamed.csv"
    every = ",".join(f"{name}={name}" for name in read(crm)[0] if name not in ("id", "same_as"))
    assert run("scan", crm, "--id", "id", "--map", every, "-o", named).exit_code == 0
    assert run("scan", crm, "--id", "id", "-o", unnamed).exit_code == 0
    assert read(named) == read(unnamed) != []


def test_a_file_whose_columns_have_other_names_needs_a_map(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,given\n1,Ann\n", encoding="utf-8")
    result = run("scan", other, "--id", "id", "-o", tmp_path / "pairs.csv")
    assert (result.exit_code, "--map" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--id", "idd", "--map", MAP], 2, "did you mean id?"),
        (["--id", "id", "--map", "email=mail"], 2, "did you mean email?"),
        (["--id", "id", "--map", "mail=email"], 2, "did you mean email?"),
        (["--map", MAP], 2, "--id"),
        (["--id", "id", "--map", MAP, "--master", "yarn"], 2, "--engine spark"),
        (["--id", "id", "--map", MAP, "--threshold", "1.5"], 2, "--threshold 1.5"),
        (["--id", "id", "--map", MAP, "--region", "us"], 2, "--region us"),
        (["--id", "id", "--map", MAP, "--stored"], 2, "--stored"),
        (["--id", "id", "--map", MAP, "--other", "missing.csv"], 1, "missing.csv does not exist"),
        (["--id", "id", "--map", MAP, "-o", "nowhere/pairs.csv"], 2, "no folder"),
        (["--id", "id", "--map", MAP, "-o", "pairs.txt"], 2, "suffix"),
        # A blank one: the last column of originals.
        (["--id", "same_as", "--map", MAP], 1, "have none in column same_as"),
    ],
)
def test_what_goes_wrong_is_one_line(
    crm: Path, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    out = [] if "-o" in arguments else ["-o", tmp_path / "pairs.csv"]
    result = run("scan", crm, *arguments, *out)
    assert result.exit_code == code
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crm.csv"]


def test_no_file_is_no_place_for_a_files_options() -> None:
    result = run("scan", "--id", "id", "-o", "pairs.csv")
    assert result.exit_code == 2
    assert "--id, -o: name the FILE to scan" in result.stderr


LEFT = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_LEAD, id="L-1")
RIGHT = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_CONTACT, id="C-1")
CLUSTER = scan_pb2.Cluster(
    name="scans/5/clusters/1",
    records=[RIGHT, LEFT],
    record_count=2,
    least_probability=0.75,
    bridges=[scan_pb2.ClusterPair(left=RIGHT, right=LEFT, probability=0.75)],
)
SCAN = scan_pb2.Scan(name="scans/5", record_count=10, pair_count=1, cluster_count=30)
VAT = rule_pb2.Rule(
    name="rules/vat",
    display_name="VAT",
    conditions=[rule_pb2.Condition(field="vat", operator=rule_pb2.OPERATOR_SAME_FIRST, length=4)],
    state=rule_pb2.RULE_STATE_PUBLISHED,
)


class Server(
    scan_service_pb2_grpc.ScanServiceServicer,
    rule_service_pb2_grpc.RuleServiceServicer,
    operations_pb2_grpc.OperationsServicer,
):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[Any] = []

    def _running(self, request: Any) -> operations_pb2.Operation:
        self.asked.append(request)
        operation = operations_pb2.Operation(name=f"operations/{type(request).__name__}")
        operation.metadata.Pack(scan_pb2.ScanDuplicatesMetadata(stage="comparing pairs", progress=0.5))
        return operation

    def ScanDuplicates(self, request: Any, context: Any) -> operations_pb2.Operation:
        return self._running(request)

    def PublishRule(self, request: Any, context: Any) -> operations_pb2.Operation:
        return self._running(request)

    def GetOperation(self, request: Any, context: Any) -> operations_pb2.Operation:
        operation = operations_pb2.Operation(name=request.name, done=True)
        is_scan = request.name.endswith("ScanDuplicatesRequest")
        operation.response.Pack(SCAN if is_scan else rule_pb2.PublishRuleResponse(rule=VAT))
        return operation

    def ListClusters(self, request: Any, context: Any) -> scan_pb2.ListClustersResponse:
        self.asked.append(request)
        # One a page, so that a client has to follow the pages.
        return scan_pb2.ListClustersResponse(
            clusters=[CLUSTER], next_page_token="" if request.page_token else "2"
        )

    def GetWeights(self, request: Any, context: Any) -> scan_pb2.Weights:
        self.asked.append(request)
        level = scan_pb2.LevelWeight(level="same", match_rate=0.5, stranger_rate=0.25, weight=1.0)
        return scan_pb2.Weights(scan="scans/5", fields=[scan_pb2.FieldWeights(field="email", levels=[level])])

    def ResetWeights(self, request: Any, context: Any) -> scan_pb2.Weights:
        self.asked.append(request)
        return scan_pb2.Weights(is_default=True)

    def ListRules(self, request: Any, context: Any) -> rule_pb2.ListRulesResponse:
        return rule_pb2.ListRulesResponse(rules=[VAT], next_page_token="" if request.page_token else "2")

    def CreateRule(self, request: Any, context: Any) -> rule_pb2.Rule:
        self.asked.append(request)
        return VAT

    def UnpublishRule(self, request: Any, context: Any) -> rule_pb2.Rule:
        self.asked.append(request)
        return VAT

    def DeleteRule(self, request: Any, context: Any) -> empty_pb2.Empty:
        self.asked.append(request)
        return empty_pb2.Empty()


@pytest.fixture
def server() -> Iterator[Server]:
    canned = Server()  # type: ignore[abstract]  # what is not called stays unimplemented
    with ThreadPoolExecutor(2) as pool:
        running = grpc.server(pool)
        scan_service_pb2_grpc.add_ScanServiceServicer_to_server(canned, running)
        rule_service_pb2_grpc.add_RuleServiceServicer_to_server(canned, running)
        operations_pb2_grpc.add_OperationsServicer_to_server(canned, running)
        canned.address = f"127.0.0.1:{running.add_insecure_port('127.0.0.1:0')}"
        running.start()
        yield canned
        running.stop(0).wait()


def call(server: Server, *arguments: str) -> str:
    result = CliRunner().invoke(app, ["--address", server.address, "dedupe", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_what_is_stored_is_scanned_and_its_clusters_are_shown(server: Server) -> None:
    told = call(server, "scan", "--stored", "--threshold", "0.8", "--exclude-inactive", "--keep-weights")
    assert server.asked[0] == scan_pb2.ScanDuplicatesRequest(
        threshold=0.8, exclude_inactive=True, keep_weights=True
    )
    assert server.asked[1].parent == "scans/5"
    assert "contact/C-1, lead/L-1" in told
    assert "contact/C-1 - lead/L-1 (0.75)" in told
    assert "10 records scanned: 1 pairs in 30 clusters, 28 more of them" in told
    as_json = json.loads(call(server, "scan", "--json"))
    assert as_json["name"] == "scans/5"
    assert len(as_json["clusters"]) == 2


def test_clusters_are_listed_page_by_page_up_to_the_limit(server: Server) -> None:
    assert len(json.loads(call(server, "clusters", "--json"))) == 2
    assert len(json.loads(call(server, "clusters", "--json", "--limit", "1"))) == 1
    call(server, "clusters", "--bridges", "--record", "lead/L-1")
    assert server.asked[-1].only_with_bridge
    assert server.asked[-1].ref == LEFT


def test_weights_are_shown_and_reset(server: Server) -> None:
    told = call(server, "weights")
    assert "scans/5 estimated" in told
    assert "+1.0" in told
    assert "ship with the service" in call(server, "weights", "--reset")
    assert server.asked[-1] == scan_pb2.ResetWeightsRequest()


def test_rules_are_listed_made_published_and_deleted(server: Server) -> None:
    assert "vat: same first 4" in call(server, "rules", "list")
    rule = '{"display_name": "VAT", "conditions": [{"field": "vat", "operator": "OPERATOR_EXACT"}]}'
    call(server, "rules", "create", rule, "--id", "vat")
    assert server.asked[-1].rule_id == "vat"
    assert server.asked[-1].rule.conditions[0].operator == rule_pb2.OPERATOR_EXACT
    assert "rules/vat is published: VAT" in call(server, "rules", "publish", "vat")
    call(server, "rules", "unpublish", "rules/vat")
    assert server.asked[-1].name == "rules/vat"
    assert "rules/vat deleted" in call(server, "rules", "delete", "vat")
    result = CliRunner().invoke(app, ["--address", server.address, "dedupe", "rules", "create", '{"nam": 1}'])
    assert result.exit_code == 2
