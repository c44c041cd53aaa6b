"""The commands of qualification against a server with canned answers: what is asked, printed, and the exit code."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from leadlight.common.v1 import record_pb2
from leadlight.qualification.v1 import (
    lead_pb2,
    plan_pb2,
    qualification_pb2,
    qualification_service_pb2_grpc,
)
from typer.testing import CliRunner, Result

from clients.cli.main import app

ACCOUNT = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_ACCOUNT, id="A-1")
DEAL = record_pb2.RecordRef(kind=record_pb2.RECORD_KIND_OPPORTUNITY, id="O-1")


class Server(qualification_service_pb2_grpc.QualificationServiceServicer):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[Any] = []
        self.plan = plan_pb2.QualificationPlan(
            id="L-1",
            account=plan_pb2.PlannedRecord(
                action=plan_pb2.RECORD_ACTION_CREATE,
                ref=ACCOUNT,
                fields=[
                    plan_pb2.FieldValue(
                        field="name",
                        value="Nordlys [bold]",
                        origin=plan_pb2.FIELD_ORIGIN_MAPPING,
                        source_field="company_name",
                    )
                ],
            ),
            contact=plan_pb2.PlannedRecord(action=plan_pb2.RECORD_ACTION_SKIP),
            stage_after="Develop",
        )

    def PlanQualification(self, request: Any, context: Any) -> plan_pb2.QualificationPlan:
        self.asked.append(request)
        return self.plan

    def Qualify(self, request: Any, context: Any) -> qualification_pb2.Qualification:
        self.asked.append(request)
        created = plan_pb2.PlannedRecord(action=plan_pb2.RECORD_ACTION_CREATE, ref=DEAL)
        return qualification_pb2.Qualification(
            number=1, account=ACCOUNT, opportunities=[DEAL], created=[created]
        )

    def _lead(self, request: Any, context: Any) -> lead_pb2.Lead:
        self.asked.append(request)
        return lead_pb2.Lead(id=request.id, state=lead_pb2.LEAD_STATE_OPEN)

    Disqualify = Reactivate = Unqualify = _lead


@pytest.fixture
def server() -> Iterator[Server]:
    servicer = Server()  # type: ignore[abstract]  # the calls that the commands make are all it needs
    running = grpc.server(ThreadPoolExecutor(2))
    qualification_service_pb2_grpc.add_QualificationServiceServicer_to_server(servicer, running)
    servicer.address = f"127.0.0.1:{running.add_insecure_port('127.0.0.1:0')}"
    running.start()
    yield servicer
    running.stop(0).wait()


def run(server: Server, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--address", server.address], env={"COLUMNS": "200"})


def test_a_plan_shows_each_value_with_its_source(server: Server) -> None:
    result = run(server, "qualify", "lead/L-1", "--plan")
    assert result.exit_code == 0, result.output
    assert server.asked == [plan_pb2.PlanQualificationRequest(id="L-1", choices={})]
    for word in ("lead/L-1 would become", "A-1", "Nordlys [bold]", "company_name", "skip"):
        assert word in result.stdout


def test_a_plan_that_would_be_refused_says_why(server: Server) -> None:
    server.plan.account.duplicates.add(
        ref=ACCOUNT, probability=0.93, fields={"city": "Odense"}, telling_fields=["city"]
    )
    server.plan.problems.add(
        reason="DUPLICATE_FOUND", message="the account was not created", can_be_ignored=True
    )
    result = run(server, "qualify", "lead/L-1", "--plan")
    assert result.exit_code == 1
    assert "city Odense" in result.stdout
    assert "0.93" in result.stdout
    assert "! the account was not created" in result.stdout
    assert result.stderr == "error: it cannot be qualified like this\n"
    asked = run(server, "qualify", "lead/L-1", "--plan", "--json")
    assert asked.exit_code == 0
    assert json.loads(asked.stdout)["problems"][0]["reason"] == "DUPLICATE_FOUND"


def test_choices_are_passed_on(server: Server) -> None:
    options = [
        "--account",
        "A-9",
        "--contact",
        "none",
        "--opportunity",
        "new:Forty robots",
        "--opportunity",
        "new",
    ]
    result = run(server, "qualify", "lead/L-1", *options, "--ignore-duplicates")
    assert result.exit_code == 0, result.output
    (asked,) = server.asked
    assert asked.ignore_duplicates
    assert (asked.choices.account.existing, asked.choices.contact.skip) == ("A-9", True)
    assert [dict(each.create.fields) for each in asked.choices.opportunities] == [
        {"name": "Forty robots"},
        {},
    ]
    assert "account/A-1" in result.stdout
    assert "linked" in result.stdout
    assert "created" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "request_type"),
    [
        (["disqualify", "lead/L-1", "--reason", "cannot-contact"], lead_pb2.DisqualifyRequest),
        (["reactivate", "lead/L-1"], lead_pb2.ReactivateRequest),
        (["unqualify", "lead/L-1"], qualification_pb2.UnqualifyRequest),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_lead_is_moved(server: Server, arguments: list[str], request_type: type[Any]) -> None:
    result = run(server, *arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("lead/L-1 is ")
    (asked,) = server.asked
    assert isinstance(asked, request_type)
    assert json.loads(run(server, *arguments, "--json").stdout)["state"] == "LEAD_STATE_OPEN"


def test_a_reason_goes_with_its_words(server: Server) -> None:
    run(server, "disqualify", "lead/L-1", "--reason", "other", "--comment", "Moved")
    (asked,) = server.asked
    assert asked.disqualification == lead_pb2.Disqualification(
        reason=lead_pb2.DISQUALIFY_REASON_OTHER, comment="Moved"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["qualify", "L-1"], "write KIND/ID"),
        (["qualify", "account/A-1"], "only a lead can be qualified"),
        (["qualify", "lead/L-1", "--opportunity", "new:"], "write new:NAME"),
        (["disqualify", "lead/L-1"], "--reason"),
    ],
    ids=["no kind", "an account", "no name", "no reason"],
)
def test_wrong_usage_is_exit_code_2(server: Server, arguments: list[str], says: str) -> None:
    result = run(server, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not server.asked
