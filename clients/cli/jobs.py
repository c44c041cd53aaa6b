"""`leadlight jobs`: work on a whole CRM at once, on this machine or on a Spark cluster."""

import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from clients.cli import output
from clients.cli.engines import (
    Engine,
    EngineOption,
    MasterOption,
    MemoryOption,
    RemoteOption,
    SparkConfOption,
    engine_order,
    pairs,
)
from clients.cli.failures import CommandError, UsageError, did_you_mean
from clients.cli.options import JsonOption
from services.common.batch.launch import run_program
from services.common.errors import Code, LeadlightError

app = typer.Typer(
    help="Work on a whole CRM at once: on this machine, or on a Spark cluster.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

# Each job's module; a program of its own runs it, since the command line knows nothing of services.
MODULES = {
    "conversation.history": "services.conversation.jobs.history",
    "dedupe.scan": "services.dedupe.jobs.scan",
    "notes.history": "services.notes.jobs.history",
    "relationship.rebuild": "services.relationship.jobs.rebuild",
    "scoring.features": "services.scoring.jobs.features",
    "scoring.rescore": "services.scoring.jobs.rescore",
}


@app.command("list")
def list_jobs(*, as_json: JsonOption = False) -> None:
    """List the jobs: what each reads, its options, and what it writes.

    Examples:
        leadlight jobs list
    """
    found = _asked({"list": list(MODULES.values())})
    if as_json:
        output.print_json(found)
        return
    for job in found:
        output.say(f"{job['name']}: {job['description']}")
        for each in job["inputs"]:
            others = ", and every other column" if each["keeps_others"] else ""
            output.say(f"  --input {each['name']}=FILE: {_columns(each['columns'])}{others}")
        for each in job["options"]:
            default = "must be given" if each["is_required"] else f"default {each['default'] or 'none'}"
            output.say(f"  --option {each['name']}=...: {each['description']}; {default}")
        for each in job["outputs"]:
            output.say(f"  writes {each['name']}: {_columns(each['columns']) or 'what it finds'}")


@app.command("run")
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job; see `leadlight jobs list`.")],
    *,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            metavar="NAME=FILE",
            help="CSV, JSON Lines, Parquet (a file, a folder, an s3a:// address for Spark), or "
            "postgresql://...?table=T; repeated.",
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="INPUT.NAME=COL", help="A column that is called otherwise; repeated."
        ),
    ] = None,
    options: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="NAME=VALUE", help="A setting of the job; repeated."),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="A .parquet or .csv file; a folder where the job writes several.",
        ),
    ],
    engine: EngineOption = Engine.DUCKDB,
    master: MasterOption = "",
    remote: RemoteOption = "",
    memory: MemoryOption = "",
    spark_conf: SparkConfOption = None,
    run_id: Annotated[
        str,
        typer.Option(
            "--run-id", metavar="ID", help="Of this run: the same ID goes on where an earlier attempt ended."
        ),
    ] = "",
    runs: Annotated[
        Path | None,
        typer.Option(
            "--runs",
            metavar="FOLDER",
            help="Where runs keep their checkpoints; for a cluster one that its machines share.",
            show_default="jobs/ in the data folder",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run a job; what it writes appears whole at the end, or not at all.

    Each stage leaves a checkpoint under the run's id. A run that was broken off goes on from there, and one that has
    ended is not run again.

    Examples:
        leadlight jobs run dedupe.scan --input file=crm.csv --column file.email=Mail -o found

        leadlight jobs run relationship.rebuild --input activities=mails.parquet -o ties --engine spark --master yarn
    """
    if name not in MODULES:
        raise UsageError(
            f"{name}: there is no such job{did_you_mean(name, list(MODULES))} See `leadlight jobs list`"
        )
    run_id = run_id or uuid.uuid4().hex
    order = {
        "module": MODULES[name],
        "inputs": _inputs(inputs or (), columns or ()),
        "options": dict(pairs(options or (), "--option")),
        "output": str(out),
        "engine": engine_order(engine, master, remote, memory, spark_conf or ()),
        "runs": str(runs or context.obj.data_dir / "jobs"),
        "run_id": run_id,
    }
    with output.progress_bar(name) as bar:
        try:
            found = _asked(order, bar)
        except CommandError as error:
            output.note(f"the run's id is {run_id}: --run-id {run_id} goes on where it ended")
            raise error from None
    if as_json:
        output.print_json({"job": name, "run_id": run_id, "output": str(out), **found})
        return
    for table, rows in found["rows"].items():
        output.say(f"{table}: {rows:,} rows")
    output.say(f"written to {out}")


def _asked(order: dict[str, Any], bar: output.Bar | None = None) -> Any:
    """What the program answers.

    Raises:
        CommandError: What it refused or failed at.
    """
    try:
        return run_program(order, bar.update) if bar else run_program(order)
    except LeadlightError as error:
        if error.code is Code.INVALID_ARGUMENT:
            raise UsageError(_for_people(error)) from None
        raise CommandError(error.message) from None


def _for_people(error: LeadlightError) -> str:
    """An error by the options that people have for what is at fault."""
    first = error.violations[0]
    kind, _, rest = first.field.partition(".")
    option = {"inputs": "--input", "options": "--option", "output": "-o", "memory": "--memory"}.get(
        kind, kind
    )
    return f"{option}{f' {rest}' if rest else ''}: {first.description}"


def _inputs(given: Sequence[str], columns: Sequence[str]) -> dict[str, dict[str, Any]]:
    inputs: dict[str, dict[str, Any]] = {}
    for name, location in pairs(given, "--input"):
        inputs[name] = {"location": location, "columns": {}}
    for target, column in pairs(columns, "--column"):
        name, _, wanted = target.partition(".")
        if name not in inputs or not wanted:
            raise UsageError(f"--column {target}={column}: write INPUT.NAME=COL for an --input that is given")
        inputs[name]["columns"][wanted] = column
    return inputs


def _columns(columns: Iterable[dict[str, Any]]) -> str:
    return ", ".join(f"{each['name']}{' (may lack)' if each['is_optional'] else ''}" for each in columns)
