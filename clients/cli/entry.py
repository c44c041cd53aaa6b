"""Where the command starts: what must be so before gRPC is imported."""

import os


def main() -> None:
    """Runs the command line."""
    # gRPC's own log lines would stand between a command's; what went wrong is said by the command.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from clients.cli.main import app  # noqa: PLC0415 - gRPC reads its settings when it is imported

    app(prog_name="leadlight")
