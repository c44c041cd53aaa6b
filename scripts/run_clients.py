"""Generates, builds and runs the example clients of every language against services that are started for them.

All of them do the same and must print the same. A language whose tool is not here, or whose packages cannot be had,
is skipped with the reason; --strict takes that for a failure too.

Usage: python scripts/run_clients.py [--strict] [LANGUAGE ...]
"""

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import jwt

from services.common.supervisor import SUITE, Ports, Supervisor

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build" / "tools" / "bin"
GO_CLIENT = ROOT / "build" / "clients" / "go"
SAMPLE = ROOT / "clients" / "cli" / "sample" / "leads.csv"
_COMMAND_TIMEOUT_S = 600.0
_TOKEN_LIFESPAN_S = 3600.0
_SCORING = "protos/leadlight/scoring"
_WITH_IMPORTS = (_SCORING, "protos/leadlight/common", "protos/third_party/buf")
_MAVEN = ("mvn", "-q", "-B")

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """How one language's client comes to be. Commands run in its folder.

    Attributes:
        name: In the table and on the command line.
        folder: Below clients/.
        run: Runs the client.
        needs: Programs that must be here.
        fetch: Brings packages and generators; where one fails, the registry has said no.
        generators: Folder with protoc's plugins, from the client's own.
        protos: What stubs are generated of, by the folder's buf.gen.yaml; none for the committed ones.
        build: Compiles the client; empty where nothing is compiled.
    """

    name: str
    folder: str
    run: Command
    needs: Command = ()
    fetch: tuple[Command, ...] = ()
    generators: str = "."
    protos: Command = ()
    build: Command = ()


def _npm(name: str, script: str) -> Language:
    return Language(
        name,
        "typescript",
        needs=("node", "npm"),
        fetch=(("npm", "ci", "--silent", "--no-audit", "--no-fund"),),
        generators="node_modules/.bin",
        protos=(_SCORING, "protos/third_party/google/rpc"),
        build=("npm", "run", "--silent", "build"),
        run=("npm", "run", "--silent", script),
    )


LANGUAGES = (
    Language("python", "python", run=(sys.executable, "example.py")),
    Language(
        "go",
        "go",
        needs=("go",),
        fetch=(
            ("go", "install", "google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12"),
            ("go", "install", "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2"),
            ("go", "mod", "download"),
        ),
        generators=str(TOOLS),
        protos=_WITH_IMPORTS,
        build=("go", "build", "-o", str(GO_CLIENT), "."),
        run=(str(GO_CLIENT),),
    ),
    _npm("grpc-js", "grpc"),
    _npm("connect-es", "connect"),
    Language(
        "java",
        "java",
        needs=("java", "mvn"),
        fetch=((*_MAVEN, "dependency:copy@tools"), (*_MAVEN, "dependency:copy-dependencies")),
        generators="target/tools",
        protos=_WITH_IMPORTS,
        build=(*_MAVEN, "compile"),
        run=("java", "-cp", os.pathsep.join(["target/classes", "target/dependency/*"]), "leadlight.Example"),
    ),
)


@dataclass(slots=True)
class Outcome:
    """One row of the table.

    Attributes:
        language: Whose.
        built: "yes", "no" or "skipped".
        ran: Likewise; "differs" where it printed something else than the others.
        seconds: For fetching, generating, building and running.
        printed: What the client said.
        note: Why it was skipped or failed.
    """

    language: str
    built: str = "no"
    ran: str = "no"
    seconds: float = 0.0
    printed: str = ""
    note: str = ""


class _FailedError(Exception):
    """A command failed; the message is what it said last."""


def build(language: Language, outcome: Outcome) -> None:
    """Fetches, generates and compiles.

    Raises:
        _FailedError: If the build fails.
    """
    missing = [program for program in language.needs if shutil.which(program) is None]
    if missing:
        outcome.built = outcome.ran = "skipped"
        outcome.note = f"{' and '.join(missing)} not found"
        return
    folder = ROOT / "clients" / language.folder
    generators = folder / language.generators
    environment = os.environ | {"GOBIN": str(TOOLS), "PATH": f"{generators}{os.pathsep}{os.environ['PATH']}"}
    try:
        for command in language.fetch:
            _run(command, folder, environment)
    except _FailedError as error:
        outcome.built = outcome.ran = "skipped"
        outcome.note = f"packages cannot be had: {error}"
        return
    if language.protos:
        for program in generators.glob("protoc*"):
            program.chmod(0o755)  # Maven copies programs as plain files
        paths = [part for path in language.protos for part in ("--path", path)]
        template = str(folder / "buf.gen.yaml")
        _run(("buf", "generate", "protos", "--template", template, *paths), ROOT, environment)
    if language.build:
        _run(language.build, folder, environment)
    outcome.built = "yes"


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What a command prints.

    Raises:
        _FailedError: If it fails or does not end.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _FailedError(f"{command[0]} did not end within {_COMMAND_TIMEOUT_S:.0f} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise _FailedError(f"{command[0]}: {said[-1].strip()}")
    return done.stdout


@contextmanager
def suite() -> Iterator[dict[str, str]]:
    """Scoring with a published model behind the gateway, with tokens: the variables that clients find them by."""
    secret = secrets.token_hex(32)
    claims = {
        "tenant": "clients",
        "sub": "clients",
        "roles": ["seller", "manager"],
        "exp": time.time() + _TOKEN_LIFESPAN_S,
    }
    token = jwt.encode(claims, secret, "HS256")
    with (
        tempfile.TemporaryDirectory() as folder,
        Supervisor(
            Path(folder),
            services=[service for service in SUITE if service.name in {"scoring", "gateway"}],
            ports=Ports.FREE,
            environment={"LEADLIGHT_AUTH": "jwt", "LEADLIGHT_JWT_SECRET": secret, "LEADLIGHT_WORKERS": "1"},
        ) as supervisor,
    ):
        found_at = {
            "LEADLIGHT_ADDRESS": supervisor.addresses["gateway"],
            "LEADLIGHT_URL": f"http://{supervisor.http_addresses['gateway']}",
            "LEADLIGHT_TOKEN": token,
        }
        columns = "--id lead_id --label outcome --positive won --created created --closed closed"
        train = ("scoring", "train", str(SAMPLE), *columns.split(), "--publish")
        _run((sys.executable, "-m", "clients.cli", *train), ROOT, os.environ | found_at)
        yield found_at


def run_all(languages: Sequence[Language]) -> list[Outcome]:
    """Builds every client, then runs those that were built one after the other."""
    outcomes = [Outcome(language.name) for language in languages]
    by_folder: dict[str, Outcome] = {}
    for language, outcome in zip(languages, outcomes, strict=True):
        if language.folder in by_folder:  # two clients of one package
            before = by_folder[language.folder]
            outcome.built, outcome.ran, outcome.note = before.built, before.ran, before.note
            continue
        by_folder[language.folder] = outcome
        print(f"building {language.folder}", file=sys.stderr, flush=True)
        with _timed(outcome):
            build(language, outcome)
    print("starting scoring and the gateway, training a model", file=sys.stderr, flush=True)
    with suite() as found_at:
        for language, outcome in zip(languages, outcomes, strict=True):
            if outcome.built == "yes":
                with _timed(outcome):
                    folder = ROOT / "clients" / language.folder
                    outcome.printed = _run(language.run, folder, os.environ | found_at)
                    outcome.ran = "yes"
    ran = [outcome for outcome in outcomes if outcome.ran == "yes"]
    for outcome in ran:
        if outcome.printed != ran[0].printed:
            outcome.ran, outcome.note = "differs", f"not what {ran[0].language} prints"
    return outcomes


@contextmanager
def _timed(outcome: Outcome) -> Iterator[None]:
    """Adds the time, and keeps what went wrong."""
    start_s = time.monotonic()
    try:
        yield
    except _FailedError as error:
        outcome.note = str(error)
    finally:
        outcome.seconds += time.monotonic() - start_s


def show(outcomes: Sequence[Outcome]) -> None:
    """Prints what each client said, the same text once, and the table."""
    said: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.printed:
            said.setdefault(outcome.printed, []).append(outcome.language)
    for text, languages in said.items():
        print(f"{', '.join(languages)}:\n{text}")
    print(f"{'language':<12} {'built':<8} {'ran':<8} {'seconds':>7}")
    for each in outcomes:
        row = f"{each.language:<12} {each.built:<8} {each.ran:<8} {each.seconds:>7.1f}  {each.note}"
        print(row.rstrip())


def main() -> None:
    """Entry point."""
    names = [language.name for language in LANGUAGES]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strict", action="store_true", help="fail where a language is skipped")
    parser.add_argument(
        "languages", nargs="*", choices=[*names, []], metavar="LANGUAGE", help=", ".join(names)
    )
    options = parser.parse_args()
    outcomes = run_all(
        [each for each in LANGUAGES if not options.languages or each.name in options.languages]
    )
    show(outcomes)
    fine = {"yes"} if options.strict else {"yes", "skipped"}
    if any(outcome.ran not in fine for outcome in outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
