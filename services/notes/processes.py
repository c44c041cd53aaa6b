"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do: grammars,
classifiers and the tables would cost each start its longest second.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.notes.settings import NotesSettings


def build(settings: NotesSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.notes import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: NotesSettings, stop: threading.Event) -> None:
    """Analyses history, until it is told to stop; see running.py."""
    from services.notes import running  # noqa: PLC0415

    running.run_operations(settings, stop)
