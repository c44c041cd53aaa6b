"""Puts the service together in each worker. The process that delivers has running.py."""

from concurrent.futures import ThreadPoolExecutor

from leadlight.common.v1 import subject_service_pb2_grpc
from leadlight.qualification.v1 import qualification_service_pb2_grpc

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.peers import Peers
from services.common.server.bundle import ServiceBundle
from services.common.server.subjects import SubjectServicer
from services.qualification.convert_dedupe import DedupePeer
from services.qualification.convert_notes import NotesPeer
from services.qualification.convert_relationship import RelationshipPeer
from services.qualification.convert_scoring import ScoringPeer
from services.qualification.facts import FactFinder
from services.qualification.preferences import PreferenceService
from services.qualification.qualifying import QualifyService
from services.qualification.server import QualificationServicer
from services.qualification.service import LeadService
from services.qualification.settings import QualificationSettings
from services.qualification.subject_store import QualificationSubjects

_BATCH_THREADS = 4
_FACT_THREADS = 12  # three services for each lead that is prepared at a time


def build(settings: QualificationSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    peers = Peers(settings)
    dedupe = DedupePeer(peers.channel("dedupe", settings.dedupe_address))
    relationship = RelationshipPeer(peers.channel("relationship", settings.relationship_address))
    scoring = ScoringPeer(peers.channel("scoring", settings.scoring_address))
    notes = NotesPeer(peers.channel("notes", settings.notes_address))
    batches = ThreadPoolExecutor(_BATCH_THREADS, thread_name_prefix="batch")
    asking = ThreadPoolExecutor(_FACT_THREADS, thread_name_prefix="facts")
    facts = FactFinder(scoring, relationship, notes, asking)
    servicer = QualificationServicer(
        LeadService(db, facts),
        QualifyService(db, dedupe, facts, [dedupe, relationship, notes]),
        PreferenceService(db),
        committer=committer,
        pool=batches,
    )
    subjects = SubjectServicer(db, QualificationSubjects(), committer=committer)
    return ServiceBundle(
        servicers=[
            (qualification_service_pb2_grpc.add_QualificationServiceServicer_to_server, servicer),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        closers=[batches.shutdown, asking.shutdown, committer.close, peers.close, db.close],
    )
