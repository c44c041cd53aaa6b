"""Starts the notes service: `python -m services.notes`."""

import sys

from services.common.server.serve import main
from services.notes.processes import build, run_operations
from services.notes.settings import NotesSettings

if __name__ == "__main__":
    sys.exit(main(NotesSettings, build, runner=run_operations, imports=["services.notes.composition"]))
