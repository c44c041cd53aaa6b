"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do: normal forms
and the tables would cost each start its longest second.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.dedupe.settings import DedupeSettings


def build(settings: DedupeSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.dedupe import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: DedupeSettings, stop: threading.Event) -> None:
    """Works on operations, until it is told to stop; see running.py."""
    from services.dedupe import running  # noqa: PLC0415

    running.run_operations(settings, stop)
