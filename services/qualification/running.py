"""The process that delivers what other services are to be told, and does the kit's housekeeping."""

import threading

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.operations import run
from services.common.peers import Peers
from services.qualification.convert_dedupe import DedupePeer
from services.qualification.convert_relationship import RelationshipPeer
from services.qualification.convert_scoring import ScoringPeer
from services.qualification.delivering import Deliverer
from services.qualification.outbox import Carrier, Peer
from services.qualification.settings import QualificationSettings


def run_operations(settings: QualificationSettings, stop: threading.Event) -> None:
    """Delivers until it is told to stop."""
    migrate(settings.database_url, service=settings.service)
    db = Database(settings.database_url, service=settings.service)
    peers = Peers(settings)
    carriers: dict[Peer, Carrier] = {
        Peer.DEDUPE: DedupePeer(peers.channel("dedupe", settings.dedupe_address)),
        Peer.RELATIONSHIP: RelationshipPeer(peers.channel("relationship", settings.relationship_address)),
        Peer.SCORING: ScoringPeer(peers.channel("scoring", settings.scoring_address)),
    }
    # Each service in a thread of its own: a slow one keeps no other waiting.
    deliverers = [
        Deliverer(db, {peer: carrier}, retry_s=settings.delivery_retry_s)
        for peer, carrier in carriers.items()
    ]
    threads = [threading.Thread(target=each.run, args=(stop,), name="deliverer") for each in deliverers]
    for thread in threads:
        thread.start()
    try:
        # No operation of this service runs long; what is left is to forget old answers.
        run(db, {}, stop)
    finally:
        for thread in threads:
            thread.join()
        peers.close()
        db.close()
