"""What the compose files do on a container engine, from an empty machine to their end.

Starts docker/compose.yaml by the images that `make images` built, waits until every service is healthy, sends a lead,
a mail, a note and a call through the gateway as a caller would (TLS, token), asks what is known about the lead, stops
the containers, and takes them away with their volumes. All of it goes under a project name, a folder of certificates
and secrets of its own, so an installation on this machine keeps what it has; only the gateway's ports must be free.

    python -m scripts.check_compose [--postgres] [--compose "docker compose"]
"""

import argparse
import json
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import jwt
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.common.v1.record_pb2 import RECORD_KIND_LEAD, RecordRef
from leadlight.conversation.v1 import call_pb2, call_service_pb2
from leadlight.dedupe.v1 import record_pb2 as matched_pb2
from leadlight.gateway.v1 import ingest_pb2, insight_pb2
from leadlight.notes.v1 import note_pb2
from leadlight.qualification.v1 import lead_pb2
from leadlight.relationship.v1 import activity_pb2
from leadlight.relationship.v1 import record_pb2 as related_pb2
from leadlight.scoring.v1 import record_pb2 as scored_pb2
from leadlight_client import CallError, Leadlight, connect

from services.common.supervisor import SUITE

_DOCKER = Path(__file__).parents[1] / "docker"
_HEALTHY_WITHIN_S = 600
_TOKEN_LIFESPAN_S = 3600.0
_ADDRESS = "127.0.0.1:50050"
_LEAD = RecordRef(kind=RECORD_KIND_LEAD, id="L-17")
_CUSTOMER, _SELLER = "kim@customer.example", "ada@seller.example"


class CheckFailedError(Exception):
    """Something is not as it should be; the message says what."""


class _Project:
    """A project of Compose that nobody else has.

    Args:
        command: How Compose is called.
        files: The compose files.
        folder: Where certificates go; empty.
    """

    def __init__(self, command: Sequence[str], files: Sequence[Path], folder: Path) -> None:
        named = [part for file in files for part in ("--file", str(file))]
        self._command = [*command, "--project-name", "leadlight-check", "--project-directory", str(folder)]
        self._command += named
        self.secret = secrets.token_hex(32)
        self._environment = {
            "LEADLIGHT_JWT_SECRET": self.secret,
            "POSTGRES_PASSWORD": secrets.token_hex(32),
            "LEADLIGHT_PUBLISH": "127.0.0.1",
            "LEADLIGHT_HOST": "127.0.0.1",
        }

    def run(self, *arguments: str) -> str:
        """What Compose prints.

        Raises:
            CheckFailedError: It ended with another code than 0.
        """
        done = subprocess.run(
            [*self._command, *arguments],
            env=os.environ | self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CheckFailedError(f"compose {arguments[0]}: {done.stderr.strip()[-2000:]}")
        return done.stdout

    def show_logs(self, failure: type[BaseException] | None, *_: object) -> None:
        """The last lines of every container, on the way out with a failure."""
        if failure is not None:
            sys.stderr.write(self.run("logs", "--no-color", "--tail", "20"))

    def codes(self) -> dict[str, int]:
        """The exit code of each service's container."""
        lines = self.run("ps", "--all", "--format", "json").splitlines()
        return {row["Service"]: row["ExitCode"] for row in map(json.loads, lines)}


def things() -> list[ingest_pb2.IngestRequest]:
    """Something for each of the services."""
    yesterday = Timestamp(seconds=int(time.time()) - 86_400)
    lead = ingest_pb2.IngestedRecord(
        scored=scored_pb2.Record(ref=_LEAD),
        matched=matched_pb2.Record(ref=_LEAD, fields={"email": _CUSTOMER}),
        related=related_pb2.RelationshipRecord(ref=_LEAD, owner=_SELLER, addresses=[_CUSTOMER]),
        lead=lead_pb2.Lead(id=_LEAD.id, fields={"subject": "Forty robots", "last_name": "Holm"}),
    )
    lead.scored.attributes.update({"source": "Referral"})
    mail = activity_pb2.Activity(
        id="m-1",
        kind=activity_pb2.ACTIVITY_KIND_EMAIL,
        start_time=yesterday,
        participants=[
            activity_pb2.Participant(address=_CUSTOMER, role=activity_pb2.PARTICIPANT_ROLE_FROM),
            activity_pb2.Participant(address=_SELLER, role=activity_pb2.PARTICIPANT_ROLE_TO),
        ],
        regarding=[_LEAD],
    )
    note = note_pb2.Note(ref=_LEAD, text="Call Kim tomorrow at 10", time_zone="UTC")
    call = call_pb2.Call(
        id="c-1",
        regarding=_LEAD,
        start_time=yesterday,
        participants=[call_pb2.Participant(id="k", side=call_pb2.CALL_SIDE_CUSTOMER)],
        turns=[call_pb2.Turn(participant="k", text="I love it")],
        consent=True,
    )
    return [
        ingest_pb2.IngestRequest(record=lead),
        ingest_pb2.IngestRequest(activity=mail),
        ingest_pb2.IngestRequest(note=note_pb2.CreateNoteRequest(note=note, note_id="n-1")),
        ingest_pb2.IngestRequest(call=call_service_pb2.CreateCallRequest(call=call)),
    ]


def ask(leadlight: Leadlight) -> str:
    """Sends the things and asks for the lead's insights.

    Returns:
        What came, in one line.

    Raises:
        CheckFailedError: A service did not take its part or has nothing to say.
    """
    stored: set[str] = set()
    for answer in leadlight.ingest.Ingest(iter(things())):
        if answer.status.code:
            raise CheckFailedError(f"ingest of item {answer.index}: {answer.status.message}")
        stored |= {result.service for result in answer.results}
    behind = {service.name for service in SUITE} - {"gateway"}
    if stored != behind:
        raise CheckFailedError(f"nothing was stored by {', '.join(sorted(behind - stored))}")
    known = leadlight.insights.GetRecordInsights(insight_pb2.GetRecordInsightsRequest(ref=_LEAD))
    if known.unavailable:
        raise CheckFailedError(f"insights without {', '.join(part.service for part in known.unavailable)}")
    if known.scored.ref != _LEAD or not known.HasField("relationship"):
        raise CheckFailedError("insights without the record or its relationship")
    if not (known.suggestions and known.calls):
        raise CheckFailedError("insights without the note's suggestion or the call")
    return (
        f"{len(stored)} services stored their parts; insights with {len(known.suggestions)} suggestion and "
        f"{len(known.calls)} call"
    )


def check(project: _Project, folder: Path) -> None:
    """From nothing to the end; prints a line at each step.

    Raises:
        CheckFailedError: Something is not as it should be.
    """
    claims = {"tenant": "check", "sub": _SELLER, "roles": ["seller", "service"]}
    with ExitStack() as afterwards:
        afterwards.callback(project.run, "down", "--volumes")
        # The certificates are root's: a container takes them away.
        afterwards.callback(
            project.run, "run", "--rm", "--no-deps", "certificates", "sh", "-c", "rm -r /certificates/*"
        )
        afterwards.push(project.show_logs)
        project.run("down", "--volumes")  # what a run that was killed has left
        began_s = time.monotonic()
        project.run("up", "--detach", "--no-build", "--wait", "--wait-timeout", str(_HEALTHY_WITHIN_S))
        _say(f"{len(project.codes())} containers, healthy or done after {time.monotonic() - began_s:.0f} s")
        token = jwt.encode(claims | {"exp": time.time() + _TOKEN_LIFESPAN_S}, project.secret, "HS256")
        with connect(_ADDRESS, token=token, ca=folder / "certificates" / "ca.pem") as leadlight:
            _say(ask(leadlight))
        began_s = time.monotonic()
        project.run("stop")
        codes = project.codes()
        if any(codes.values()):
            raise CheckFailedError(f"exit codes after the stop: {codes}")
        _say(f"all stopped with 0 within {time.monotonic() - began_s:.0f} s")


def _told(error: BaseException) -> str:
    """What went wrong, first things first: taking all away may fail too, after the failure that matters."""
    before = None if error.__suppress_context__ else error.__context__
    return (_told(before) if before else "") + f"{error}\n"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """All services with SQLite, or with PostgreSQL."""
    parser = argparse.ArgumentParser(description="Start the compose files, ask the suite, stop it.")
    parser.add_argument("--postgres", action="store_true", help="with compose.postgres.yaml")
    parser.add_argument("--compose", default="docker compose", help='how Compose is called: "docker compose"')
    given = parser.parse_args()
    files = [_DOCKER / "compose.yaml"] + [_DOCKER / "compose.postgres.yaml"] * given.postgres
    with tempfile.TemporaryDirectory(prefix="leadlight-compose-") as folder:
        try:
            check(_Project(shlex.split(given.compose), files, Path(folder)), Path(folder))
        except (CheckFailedError, CallError, OSError) as error:
            sys.stderr.write(_told(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
