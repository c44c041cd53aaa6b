"""What runs inside the processes of its workers and runner, by name alone.

The process that watches over the others names these two functions and imports nothing of what they do: spaCy and the
lexicons would cost each start its longest second.
"""

import threading

from services.common.server.bundle import ServiceBundle
from services.conversation.settings import ConversationSettings


def build(settings: ConversationSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.conversation import composition  # noqa: PLC0415

    return composition.build(settings)


def run_operations(settings: ConversationSettings, stop: threading.Event) -> None:
    """Hands in commitments and ends what is too old, until it is told to stop; see running.py."""
    from services.conversation import running  # noqa: PLC0415

    running.run_operations(settings, stop)
