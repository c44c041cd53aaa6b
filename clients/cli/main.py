"""The `leadlight` command."""

import importlib
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import grpc
import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from clients.cli.connection import Target
from clients.cli.failures import CommandError, explain
from services.common.run_file import default_data_dir

_WITH_VALUE = frozenset({"--address", "--token", "--ca", "--cert", "--key", "--data-dir"})
_FLAGS = frozenset({"--tls", "--embedded"})


_COMMANDS = {
    "up": "suite",
    "down": "suite",
    "status": "suite",
    "demo": "demo.command",
    "quickstart": "quickstart",
    "home": "call_home",
    "worklist": "worklist",
    "qualify": "qualification",
    "disqualify": "qualification",
    "reactivate": "qualification",
    "unqualify": "qualification",
    "export": "persons",
    "erase": "persons",
    "scoring": "scoring",
    "relationship": "relationship",
    "conversation": "conversation",
    "notes": "notes",
    "dedupe": "dedupe",
    "jobs": "jobs",
}
"""Each command's module: a command alone loads its own, which saves half of its start."""


class RootGroup(TyperGroup):
    """The top of the command line: options that may stand anywhere, each command loaded when it is asked for.

    What goes wrong becomes one line.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """See typer."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """See typer."""
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            module = importlib.import_module(f"clients.cli.{_COMMANDS[cmd_name]}")
            part = typer.Typer(add_completion=False, rich_markup_mode="rich")
            if cmd_name == _COMMANDS[cmd_name] and hasattr(module, "app"):
                part.add_typer(module.app, name=cmd_name)
            else:
                part.command(cmd_name)(getattr(module, cmd_name))
            self.commands[cmd_name] = typer.main.get_group(part).commands[cmd_name]
        return super().get_command(ctx, cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """See typer; it suggests what comes near a misspelt name among the commands that are loaded."""
        if args[0] not in _COMMANDS:
            for name in _COMMANDS:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See click; `leadlight scoring models --address A` means `leadlight --address A scoring models`."""
        return super().parse_args(ctx, _shared_options_first(args))

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command line; what goes wrong becomes one line and an exit code."""
        run = partial(super().main, args, prog_name, complete_var, False, windows_expand_args, **extra)
        if not standalone_mode:
            return run()
        try:
            sys.exit(run() or 0)
        except CommandError as error:
            _fail(error.exit_code, str(error))
        except grpc.RpcError as error:
            _fail(1, explain(error))
        except TyperException as error:
            path = getattr(getattr(error, "ctx", None), "command_path", "leadlight")
            # A command without arguments shows its help instead, and has no message.
            _fail(
                error.exit_code, f"{text} (see `{path} --help`)" if (text := error.format_message()) else ""
            )


def _fail(exit_code: int, message: str) -> NoReturn:
    if message:
        typer.echo(f"error: {' '.join(message.split())}", err=True)
    sys.exit(exit_code)


app = typer.Typer(
    cls=RootGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def leadlight(
    context: typer.Context,
    *,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar="LEADLIGHT_DATA_DIR",
            help="Data folder of the suite on this machine.",
            show_default="the system's place for a user's data",
        ),
    ] = None,
    address: Annotated[
        str, typer.Option(envvar="LEADLIGHT_ADDRESS", help="host:port of a service that runs elsewhere.")
    ] = "",
    token: Annotated[
        str, typer.Option(envvar="LEADLIGHT_TOKEN", help="Bearer token for a service that asks for one.")
    ] = "",
    tls: Annotated[bool, typer.Option("--tls", help="Speak TLS, trusting the system's roots.")] = False,
    ca: Annotated[
        Path | None, typer.Option(envvar="LEADLIGHT_CA", help="Speak TLS, trusting these PEM roots.")
    ] = None,
    cert: Annotated[Path | None, typer.Option(help="PEM certificate to show, for mTLS; with --key.")] = None,
    key: Annotated[Path | None, typer.Option(help="PEM private key of --cert.")] = None,
    embedded: Annotated[
        bool,
        typer.Option(
            "--embedded", help="Start what is needed for this command; the default when no suite runs."
        ),
    ] = False,
) -> None:
    """Sales intelligence on your own machines: train on your history, score leads, see why.

    Commands talk to the suite in the data folder, to a service at --address, or start what they need.
    The options below may stand before or after a command.

    Examples:
        leadlight demo

        leadlight scoring train closed.csv --kind lead --id id --label won --publish

        leadlight scoring score open.csv --id id -o scores.csv

        leadlight relationship import mails.csv --from sender --to recipients --time sent_at

        leadlight notes suggest notes.jsonl -o suggestions.jsonl

        leadlight dedupe import leads.csv --id id --check

        leadlight qualify lead/L-17 --plan

        leadlight conversation analyze call.vtt --seller "Anna Berg" -o analysis.json
    """
    target = Target(
        data_dir=data_dir or default_data_dir(),
        address=address,
        token=token,
        tls=tls,
        ca=ca,
        cert=cert,
        key=key,
        embedded=embedded,
    )
    target.check()
    context.obj = target


def _shared_options_first(args: list[str]) -> list[str]:
    """The arguments with those of the options that all commands share moved to the front."""
    shared: list[str] = []
    others: list[str] = []
    rest = iter(args)
    for argument in rest:
        if argument == "--":
            others += ["--", *rest]
        elif argument in _FLAGS or argument.partition("=")[0] in _WITH_VALUE:
            shared.append(argument)
            if argument in _WITH_VALUE:
                shared += [value for value in [next(rest, None)] if value is not None]
        else:
            others.append(argument)
    return shared + others
