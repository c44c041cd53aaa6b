"""Starts the qualification service: `python -m services.qualification`."""

import sys

from services.common.server.serve import main
from services.qualification.processes import build, run_operations
from services.qualification.settings import QualificationSettings

if __name__ == "__main__":
    sys.exit(
        main(
            QualificationSettings,
            build,
            runner=run_operations,
            imports=["services.qualification.composition"],
        )
    )
