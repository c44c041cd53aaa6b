"""Starts the relationship service: `python -m services.relationship`."""

import sys

from services.common.server.serve import main
from services.relationship.processes import build, run_operations
from services.relationship.settings import RelationshipSettings

if __name__ == "__main__":
    sys.exit(
        main(
            RelationshipSettings, build, runner=run_operations, imports=["services.relationship.composition"]
        )
    )
