"""The process that finishes erasures, and does the kit's housekeeping."""

import threading

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import run
from services.common.peers import Peers
from services.gateway.composition import make_erasing
from services.gateway.settings import GatewaySettings


def run_operations(settings: GatewaySettings, stop: threading.Event) -> None:
    """Finishes erasures until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    peers = Peers(settings)
    finishing = threading.Thread(target=make_erasing(settings, db, peers).run, args=(stop,), name="erasures")
    finishing.start()
    try:
        # No operation of the gateway's own runs long; what is left is to forget old answers.
        run(db, {}, stop)
    finally:
        finishing.join()
        peers.close()
        db.close()
