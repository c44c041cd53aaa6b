"""Measures speed and memory against named baselines, each in the same run, into build/bench.json.

python -m bench [name ...]

Names: score_vs_health, table_scoring, single_record, training, training_size, refresh, two_workers, memory, notes,
dedupe, conversation, conversation_home, gateway, relationship, jobs, dashboard; by default all of them.
"""

import importlib
import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, show, write
from bench.workspace import Workspace
from tests.load.leads import REPOSITORY

MODULES = (
    "score_vs_health",
    "table_scoring",
    "single_record",
    "training",
    "training_size",
    "refresh",
    "two_workers",
    "memory",
    "notes",
    "dedupe",
    "conversation",
    "conversation_home",
    "gateway",
    "relationship",
    "jobs",
    "dashboard",
)
RESULTS = REPOSITORY / "build" / "bench.json"


def main(asked: list[str]) -> int:
    """Runs the modules asked for."""
    unknown = set(asked) - set(MODULES)
    if unknown:
        sys.stderr.write(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}\n")
        return 2
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="leadlight-bench-") as folder:
        workspace = Workspace(Path(folder))
        for name in asked or MODULES:
            sys.stderr.write(f"{name} ...\n")
            figures += importlib.import_module(f"bench.{name}").figures(workspace)
            write(figures, RESULTS)  # what is measured stays, whatever happens to the rest
    show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
