"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.qualification.settings import QualificationSettings


def build(settings: QualificationSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.qualification import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: QualificationSettings, stop: threading.Event) -> None:
    """Delivers what other services are to be told, until it is told to stop; see running.py."""
    from services.qualification import running  # noqa: PLC0415

    running.run_operations(settings, stop)
