"""Puts the service together in each worker."""

from leadlight.conversation.v1 import (
    call_service_pb2_grpc,
    conversation_service_pb2_grpc,
    tracker_service_pb2_grpc,
)

from services.common.db import Database
from services.common.db.migrations import migrate
from services.common.group_commit import GroupCommitter
from services.common.server.bundle import ServiceBundle
from services.conversation.call_service import CallService
from services.conversation.entities.recogniser import recogniser
from services.conversation.sentiment.sentiment import warm
from services.conversation.server import ConversationServicer
from services.conversation.server_calls import CallServicer
from services.conversation.server_trackers import TrackerServicer
from services.conversation.settings import ConversationSettings
from services.conversation.tracker_service import TrackerService


def build(settings: ConversationSettings) -> ServiceBundle:
    """One worker's service."""
    url = settings.database_url
    migrate(url, service=settings.service)
    db = Database(url, service=settings.service)
    committer = GroupCommitter(db)
    calls = CallServicer(CallService(db), committer=committer)
    trackers = TrackerServicer(TrackerService(db), committer=committer)
    return ServiceBundle(
        servicers=[
            (
                conversation_service_pb2_grpc.add_ConversationServiceServicer_to_server,
                ConversationServicer(),
            ),
            (call_service_pb2_grpc.add_CallServiceServicer_to_server, calls),
            (tracker_service_pb2_grpc.add_TrackerServiceServicer_to_server, trackers),
        ],
        warm_ups=[recogniser, warm],
        closers=[committer.close, db.close],
    )
