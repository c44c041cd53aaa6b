"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do: it would
cost each start its longest second, and the watcher a hundred megabytes.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.scoring.settings import ScoringSettings


def build(settings: ScoringSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.scoring import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: ScoringSettings, stop: threading.Event) -> None:
    """Trains, until it is told to stop; see composition.py."""
    from services.scoring import composition  # noqa: PLC0415

    composition.run_operations(settings, stop)
