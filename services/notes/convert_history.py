"""Analyses of history between protobuf and the service's own types."""

from google.protobuf.message import Message
from leadlight.notes.v1 import note_pb2

from services.common.operations import Operation
from services.common.server.wire import optional_timestamp


def history_response(notes: int, open_suggestions: int) -> note_pb2.AnalyzeHistoryResponse:
    """What an analysis found."""
    return note_pb2.AnalyzeHistoryResponse(note_count=notes, open_suggestion_count=open_suggestions)


def operation_metadata(operation: Operation) -> Message:
    """How far an operation is."""
    return note_pb2.AnalyzeHistoryMetadata(
        stage=operation.stage,
        progress=operation.progress,
        start_time=optional_timestamp(operation.started_at),
        restart_count=max(0, operation.attempts - 1),
    )
