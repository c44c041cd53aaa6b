"""What runs inside the spawned processes, by name alone.

The process that watches over the others names this function and imports nothing of what it does: spaCy and the
lexicons would cost each start its longest second.
"""

from services.common.server.bundle import ServiceBundle
from services.conversation.settings import ConversationSettings


def build(settings: ConversationSettings) -> ServiceBundle:
    """One worker's service; see composition.py."""
    from services.conversation import composition  # noqa: PLC0415

    return composition.build(settings)
