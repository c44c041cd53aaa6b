"""`leadlight dedupe import`, `find`, `merge`, `unmerge`, `detach` and `merges` against a service in this process."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from typer.testing import CliRunner, Result

from clients.cli.main import app
from tests.contract.served import EVERY_ROLE, TENANT, Served, served, token

COLUMNS = "--map", "first_name=Vorname,last_name=Name,email=Mail,phone=Tel,company=Firma"
LEADS = """\
id,Vorname,Name,Mail,Tel,Firma,Title
L-1,Regina,Murphy,regina@contoso.com,(555) 010-4477,Contoso,CFO
L-2,Regina,Merphy,Regina@CONTOSO.com,+1 555 010 4477,Contoso.inc,
L-3,Kenny,Smith,info@contoso.com,,Contoso,
L-4,,,,,,only a title
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served("dedupe", tmp_path_factory.mktemp("cli")) as running:
        yield running


@pytest.fixture
def run(service: Served, tmp_path: Path) -> Any:
    """Runs a command for a tenant of the test's own."""
    tenant = f"{TENANT}-{tmp_path.name}"[:64]

    def runs(*arguments: object) -> Result:
        given = [str(each) for each in arguments]
        to = ["--address", service.address, "--token", token(tenant, EVERY_ROLE)]
        return CliRunner().invoke(app, ["dedupe", *given, *to])

    return runs


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(LEADS, encoding="utf-8")
    return path


@pytest.fixture
def imported(run: Any, leads: Path) -> Any:
    assert run("import", leads, "--id", "id", *COLUMNS, "--region", "US").exit_code == 0
    return run


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def error(result: Result, exit_code: int) -> str:
    assert result.exit_code == exit_code, result.output
    (line,) = result.stderr.splitlines()
    return line.removeprefix("error: ")


def test_an_import_stores_each_row_and_says_who_it_already_is(run: Any, leads: Path) -> None:
    result = run("import", leads, "--id", "id", *COLUMNS, "--region", "US", "--check")
    assert result.exit_code == 0, result.output
    assert "4 records stored, 1 of them with nothing to compare, 1 possible pairs" in result.stdout
    assert "lead/L-2" in result.stdout
    again = told(run("import", leads, "--id", "id", *COLUMNS, "--json"))
    assert again == {"stored": 4, "not_comparable": 1, "refused": [], "duplicates": []}


def test_columns_that_are_not_mapped_keep_their_names(imported: Any) -> None:
    done = told(imported("merge", "lead/L-4", "lead/L-1", "--dry-run", "--json"))
    assert done["result"]["fields"]["Title"] == "only a title"
    assert done["result"]["fields"]["phone"] == "(555) 010-4477"


def test_parquet_is_read_as_text(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "accounts.parquet"
    columns = {"key": [17, 18], "phone": [4533123456, None], "company": ["Fabrikam ApS", "Fabrikam"]}
    parquet.write_table(pa.table(columns), path)
    assert told(run("import", path, "--id", "key", "--kind", "account", "--json"))["stored"] == 2
    found = told(run("find", "account/17", "--among", "account", "--threshold", "0.01", "--json"))
    assert found["duplicates"][0]["ref"] == {"kind": "RECORD_KIND_ACCOUNT", "id": "18"}


def test_a_row_that_is_refused_is_named_and_the_others_are_stored(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"id,email\na,a@b.example\nb,{'x' * 1001}\nc,c@b.example\n", encoding="utf-8")
    result = run("import", path, "--id", "id", "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["stored"] == 2
    assert [each["record"] for each in found["refused"]] == ["lead/b"]
    shown = run("import", path, "--id", "id")
    assert "lead/b refused" in shown.stderr
    assert "2 records stored, 1 refused" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["--id", "idd"], 2, "did you mean id?"),
        (["--id", "id", "--map", "email=Mial"], 2, "did you mean Mail?"),
        (["--id", "id", "--map", "email"], 2, "write FIELD=COL"),
        (["--id", "id", "--map", "email=Mail,email=Tel"], 2, "each field once"),
        (["--id", "Tel"], 1, "row 3 has no id in column Tel"),
        (["--id", "id", "--region", "us"], 1, "--region"),
    ],
)
def test_what_is_wrong_with_an_import_is_said_in_one_line(
    run: Any, leads: Path, arguments: list[str], exit_code: int, says: str
) -> None:
    assert says in error(run("import", leads, *arguments), exit_code)


def test_a_file_that_is_not_there_is_named(run: Any, tmp_path: Path) -> None:
    assert "none.csv does not exist" in error(run("import", tmp_path / "none.csv", "--id", "id"), 1)


def test_a_record_is_found_stored_or_not_with_its_evidence(imported: Any) -> None:
    shown = imported("find", "lead/L-1")
    assert shown.exit_code == 0, shown.output
    assert "lead/L-2" in shown.stdout
    assert "phone same" in shown.stdout
    asked = '{"first_name": "Regina", "last_name": "Murphy", "company": "Contoso"}'
    found = told(imported("find", asked, "--json"))
    assert {each["ref"]["id"] for each in found["duplicates"]} == {"L-1", "L-2"}
    assert told(imported("find", "lead/L-1", "--among", "account", "--json")) == {}
    assert "No duplicates found." in imported("find", "lead/L-3", "--among", "contact").stdout
    assert "nothing to compare" in imported("find", '{"title": "CFO"}').stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        ([], 2, "RECORD"),
        (["{"], 2, "this is no JSON"),
        (['{"email": []}'], 2, "give a JSON object of texts"),
        (["L-1"], 2, "write KIND/ID"),
        (["lead/none"], 1, "lead/none"),
        (["lead/L-1", "--threshold", "0"], 2, "a probability above 0"),
    ],
)
def test_what_is_wrong_with_a_search_is_said_in_one_line(
    imported: Any, arguments: list[str], exit_code: int, says: str
) -> None:
    assert says in error(imported("find", *arguments), exit_code)


def test_a_merge_is_tried_done_listed_and_taken_back(imported: Any) -> None:
    asked = (
        "merge",
        "lead/L-1",
        "lead/L-2",
        "--survivor",
        "longest",
        "--set",
        "Title=",
        "--set",
        "city=Oslo",
    )
    dry = imported(*asked, "--dry-run")
    assert "lead/L-2 would be merged into lead/L-1; nothing is stored." in dry.stdout
    assert told(imported("merges", "--json")) == []
    done = imported(*asked)
    assert done.exit_code == 0, done.output
    for text in (
        "(555) 010-4477",
        "+1 555 010 4477",
        "CFO",
        "Oslo",
        "given",
        "lead/L-2 merged into lead/L-1",
    ):
        assert text in done.stdout
    (merge,) = told(imported("merges", "--record", "lead/L-2", "--state", "merged", "--json"))
    assert "lead/L-1" in imported("merges").stdout
    name = merge["name"].removeprefix("merges/")
    assert "nothing is stored" in imported("unmerge", name, "--dry-run").stdout
    assert "lead/L-1, lead/L-2 are as they were before." in imported("unmerge", name).stdout
    assert "MERGE_NOT_REVERSIBLE" in error(imported("unmerge", merge["name"]), 1)
    assert told(imported("merges", "--state", "merged", "--json")) == []


def test_a_master_that_was_changed_is_restored_only_when_that_is_given_up(imported: Any, leads: Path) -> None:
    name = told(imported("merge", "lead/L-1", "lead/L-3", "--json"))["name"]
    assert (
        imported("import", leads, "--id", "id", *COLUMNS).exit_code == 1
    )  # lead/L-3 is part of lead/L-1 now
    assert "MERGE_CHANGED_SINCE" in error(imported("unmerge", name), 1)
    restored = told(imported("unmerge", name, "--discard-changes", "--json"))
    assert [each["ref"]["id"] for each in restored["records"]] == ["L-1", "L-3"]


def test_one_record_is_taken_out_of_a_merge(imported: Any) -> None:
    name = told(imported("merge", "lead/L-1", "lead/L-2", "lead/L-3", "--json"))["name"]
    tried = imported("detach", name, "lead/L-3", "--dry-run")
    assert "lead/L-3 would be a record of its own; nothing is stored." in tried.stdout
    first = imported("detach", name.removeprefix("merges/"), "lead/L-3")
    assert "lead/L-3 is a record of its own again; lead/L-2 stay part of lead/L-1." in first.stdout
    assert imported("find", "lead/L-3").exit_code == 0
    assert told(imported("detach", name, "lead/L-2", "--json"))["state"] == "MERGE_STATE_UNDONE"
    assert "MERGE_NOT_REVERSIBLE" in error(imported("detach", name, "lead/L-2"), 1)
    assert "write KIND/ID" in error(imported("detach", name, "L-2"), 2)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        (["lead/L-1", "L-2"], 2, "OTHER L-2: write KIND/ID"),
        (["lead/L-1", "lead/L-1"], 1, "MERGE_INTO_ITSELF"),
        (["lead/L-1", "contact/L-2"], 1, "MERGE_KINDS_DIFFER"),
        (["lead/L-1", "lead/none"], 1, "lead/none is not stored"),
        (["lead/L-1", "lead/L-2", "--set", "city"], 2, "write FIELD=VALUE"),
    ],
)
def test_what_is_wrong_with_a_merge_is_said_in_one_line(
    imported: Any, arguments: list[str], exit_code: int, says: str
) -> None:
    assert says in error(imported("merge", *arguments), exit_code)


def test_what_is_stored_is_scanned_and_own_rules_find(imported: Any) -> None:
    # The service's own log stands in the same output here, so it is no JSON alone.
    scan = imported("scan", "--stored", "--keep-weights")
    assert "4 records scanned: 1 pairs in 1 clusters" in scan.stdout
    (cluster,) = told(imported("clusters", "--record", "lead/L-2", "--json"))
    assert [ref["id"] for ref in cluster["records"]] == ["L-1", "L-2"]
    assert told(imported("weights", "--json"))["is_default"]
    rule = '{"display_name": "Title", "conditions": [{"field": "Title", "operator": "OPERATOR_SIMILAR"}]}'
    assert imported("rules", "create", rule, "--id", "title").exit_code == 0
    assert "rules/title is published" in imported("rules", "publish", "title").stdout
    assert [each["state"] for each in told(imported("rules", "list", "--json"))] == [
        "RULE_STATE_PUBLISHED"
    ] * 5
