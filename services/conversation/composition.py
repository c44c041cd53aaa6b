"""Puts the service together in each worker."""

from leadlight.conversation.v1 import conversation_service_pb2_grpc

from services.common.server.bundle import ServiceBundle
from services.conversation.entities.recogniser import recogniser
from services.conversation.sentiment.sentiment import warm
from services.conversation.server import ConversationServicer
from services.conversation.settings import ConversationSettings


def build(settings: ConversationSettings) -> ServiceBundle:  # noqa: ARG001
    """One worker's service."""
    return ServiceBundle(
        servicers=[
            (
                conversation_service_pb2_grpc.add_ConversationServiceServicer_to_server,
                ConversationServicer(),
            ),
        ],
        warm_ups=[recogniser, warm],
    )
