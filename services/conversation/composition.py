"""Puts the service together in each worker."""

from google.longrunning import operations_pb2_grpc
from leadlight.common.v1 import job_service_pb2_grpc, subject_service_pb2_grpc
from leadlight.conversation.v1 import (
    call_service_pb2_grpc,
    comment_service_pb2_grpc,
    conversation_service_pb2_grpc,
    home_service_pb2_grpc,
    tracker_service_pb2_grpc,
)

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.operations import OperationStore
from services.common.operations.servicer import OperationsServicer
from services.common.peers import Peers
from services.common.server.bundle import ServiceBundle
from services.common.server.job_messages import run_metadata
from services.common.server.jobs import JobServicer
from services.common.server.subjects import SubjectServicer
from services.conversation.call_service import CallService
from services.conversation.comment_service import CommentService
from services.conversation.entities.recogniser import recogniser
from services.conversation.home_service import HomeService
from services.conversation.peer_notes import NotesPeer
from services.conversation.peer_relationship import RelationshipPeer
from services.conversation.sentiment.sentiment import warm
from services.conversation.server import DOMAIN, ConversationServicer
from services.conversation.server_calls import CallServicer
from services.conversation.server_comments import CommentServicer
from services.conversation.server_home import HomeServicer
from services.conversation.server_trackers import TrackerServicer
from services.conversation.settings import ConversationSettings
from services.conversation.settings_service import SettingsService
from services.conversation.subjects import ConversationSubjects
from services.conversation.tracker_service import TrackerService


def build(settings: ConversationSettings) -> ServiceBundle:
    """One worker's service. The process that works beside calls has running.py."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    peers = Peers(settings)
    notes = NotesPeer(peers, settings.notes_address, settings.notes_timeout_s)
    conversation = ConversationServicer(SettingsService(db), due_reader=notes, committer=committer)
    calls = CallServicer(CallService(db, notes), committer=committer)
    trackers = TrackerServicer(TrackerService(db), committer=committer)
    comments = CommentServicer(CommentService(db), committer=committer)
    home = HomeServicer(HomeService(db, RelationshipPeer(peers, settings.relationship_address)))
    operations = OperationsServicer(OperationStore(db), domain=DOMAIN, metadata=run_metadata)
    jobs = JobServicer(settings, committer=committer, operations=operations)
    subjects = SubjectServicer(db, ConversationSubjects(), committer=committer)
    return ServiceBundle(
        servicers=[
            (conversation_service_pb2_grpc.add_ConversationServiceServicer_to_server, conversation),
            (call_service_pb2_grpc.add_CallServiceServicer_to_server, calls),
            (tracker_service_pb2_grpc.add_TrackerServiceServicer_to_server, trackers),
            (comment_service_pb2_grpc.add_CommentServiceServicer_to_server, comments),
            (home_service_pb2_grpc.add_HomeServiceServicer_to_server, home),
            (operations_pb2_grpc.add_OperationsServicer_to_server, operations),
            (job_service_pb2_grpc.add_JobServiceServicer_to_server, jobs),
            (subject_service_pb2_grpc.add_SubjectServiceServicer_to_server, subjects),
        ],
        warm_ups=[recogniser, warm],
        closers=[committer.close, peers.close, db.close],
    )
