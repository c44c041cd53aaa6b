"""Starts the scoring service: `python -m services.scoring`."""

import sys

from services.common.server.serve import main
from services.scoring.processes import build, run_operations
from services.scoring.settings import ScoringSettings

if __name__ == "__main__":
    sys.exit(main(ScoringSettings, build, runner=run_operations, imports=["services.scoring.composition"]))
