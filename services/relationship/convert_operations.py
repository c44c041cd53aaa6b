"""Rebuilds between protobuf and the service's own types."""

from google.protobuf.message import Message
from leadlight.relationship.v1 import activity_pb2

from services.common.operations import Operation
from services.common.server.wire import optional_timestamp


def rebuild_response(activities: int, changed_rows: int) -> activity_pb2.RebuildAggregatesResponse:
    """What a rebuild found."""
    return activity_pb2.RebuildAggregatesResponse(activity_count=activities, changed_row_count=changed_rows)


def operation_metadata(operation: Operation) -> Message:
    """How far an operation is."""
    return activity_pb2.RebuildAggregatesMetadata(
        stage=operation.stage,
        progress=operation.progress,
        start_time=optional_timestamp(operation.started_at),
        restart_count=max(0, operation.attempts - 1),
    )
