"""`leadlight qualify` as people run it: from lead to customer and back, with the whole suite."""

import json

import grpc
from leadlight.qualification.v1 import qualification_service_pb2_grpc

from tests.integration.qualification.world import lead, upsert
from tests.shell import Shell


def test_a_lead_is_planned_qualified_and_taken_back(suite: Shell) -> None:
    services = json.loads(suite.run("status", "--json").stdout)["services"]
    address = next(str(each["address"]) for each in services if each["name"] == "qualification")
    with grpc.insecure_channel(address) as channel:
        qualification_service_pb2_grpc.QualificationServiceStub(channel).UpsertLead(upsert(lead("L-17")))
    planned = suite.run("qualify", "lead/L-17", "--plan")
    assert planned.returncode == 0, planned.stderr
    assert "Nordlys Robotics ApS" in planned.stdout
    made = json.loads(suite.run("qualify", "lead/L-17", "--json").stdout)
    assert [each["action"] for each in made["created"]] == ["RECORD_ACTION_CREATE"] * 3
    again = suite.run("qualify", "lead/L-17")
    assert again.returncode == 1
    assert "[LEAD_NOT_OPEN]" in again.stderr
    assert again.stderr.count("\n") == 1
    assert suite.run("unqualify", "lead/L-17").returncode == 0
    given_up = suite.run("disqualify", "lead/L-17", "--reason", "lost")
    assert given_up.stdout == "lead/L-17 is disqualified\n"
    assert suite.run("reactivate", "lead/L-17").returncode == 0
