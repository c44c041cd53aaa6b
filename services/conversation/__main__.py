"""Starts the conversation service: `python -m services.conversation`."""

import sys

from services.common.server.serve import main
from services.conversation.processes import build, run_operations
from services.conversation.settings import ConversationSettings

if __name__ == "__main__":
    sys.exit(
        main(
            ConversationSettings, build, runner=run_operations, imports=["services.conversation.composition"]
        )
    )
