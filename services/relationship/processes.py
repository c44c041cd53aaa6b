"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do: statistics
and the tables would cost each start its longest second.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.relationship.settings import RelationshipSettings


def build(settings: RelationshipSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.relationship import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: RelationshipSettings, stop: threading.Event) -> None:
    """Rebuilds what is derived, until it is told to stop; see running.py."""
    from services.relationship import running  # noqa: PLC0415

    running.run_operations(settings, stop)
