"""The servicer of comments: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from google.protobuf.empty_pb2 import Empty
from leadlight.conversation.v1 import comment_pb2, comment_service_pb2, comment_service_pb2_grpc

from services.common.context import current, current_tenant
from services.common.group_commit import GroupCommitter
from services.common.server.wire import storable, timestamp
from services.conversation.comment_service import Comment, CommentService

Context = grpc.ServicerContext


class CommentServicer(comment_service_pb2_grpc.CommentServiceServicer):
    """`leadlight.conversation.v1.CommentService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
    """

    def __init__(self, service: CommentService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def CreateComment(
        self, request: comment_service_pb2.CreateCommentRequest, context: Context
    ) -> comment_pb2.Comment:
        """Writes a comment."""
        caller = current().caller
        text = storable(request.text, "text")
        place = request.turn if request.HasField("turn") else None
        comment = self._committer.submit(
            caller.tenant,
            lambda session: self._service.create(session, caller, request.call_id, text, place),
        )
        return _message(comment)

    def ListComments(
        self, request: comment_service_pb2.ListCommentsRequest, context: Context
    ) -> comment_service_pb2.ListCommentsResponse:
        """Lists a call's comments, the first written first."""
        page = self._service.list(
            current().caller, request.call_id, page_size=request.page_size, page_token=request.page_token
        )
        return comment_service_pb2.ListCommentsResponse(
            comments=map(_message, page.rows), next_page_token=page.next_page_token
        )

    def DeleteComment(self, request: comment_service_pb2.DeleteCommentRequest, context: Context) -> Empty:
        """Deletes a comment."""
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete(
                session, request.call_id, request.id, allow_missing=request.allow_missing
            ),
        )
        return Empty()


def _message(comment: Comment) -> comment_pb2.Comment:
    return comment_pb2.Comment(
        id=comment.comment_id,
        author=comment.author,
        text=comment.text,
        turn=comment.place,
        create_time=timestamp(comment.created_at),
    )
