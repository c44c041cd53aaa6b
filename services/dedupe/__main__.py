"""Starts the dedupe service: `python -m services.dedupe`."""

import sys

from services.common.server.serve import main
from services.dedupe.processes import build, run_operations
from services.dedupe.settings import DedupeSettings

if __name__ == "__main__":
    sys.exit(main(DedupeSettings, build, runner=run_operations, imports=["services.dedupe.composition"]))
