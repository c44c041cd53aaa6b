"""The servicer of who knows whom: each RPC in a few lines, from protobuf to a use case and back."""

from collections.abc import Iterator

import grpc
from leadlight.relationship.v1 import tie_pb2, tie_service_pb2_grpc

from services.common.caller import Role
from services.common.context import current, current_tenant
from services.common.errors import Code, LeadlightError, Reason
from services.common.group_commit import GroupCommitter
from services.common.languages import language
from services.common.server.wire import optional_moment
from services.relationship import convert_ties
from services.relationship.activity_store import portions
from services.relationship.connections import ConnectionService
from services.relationship.convert_activities import address

Context = grpc.ServicerContext
_TIES_PER_MESSAGE = 1000


class TieServicer(tie_service_pb2_grpc.TieServiceServicer):
    """`leadlight.relationship.v1.TieService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
    """

    def __init__(self, service: ConnectionService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def FindConnections(
        self, request: tie_pb2.FindConnectionsRequest, context: Context
    ) -> tie_pb2.FindConnectionsResponse:
        """Names the colleagues who know a contact best."""
        self._require_role()
        told_in = language(request.language, "language")
        known = self._service.find(
            current_tenant(),
            convert_ties.target(request),
            optional_moment(request, "as_of_time", "as_of_time"),
        )
        return convert_ties.known_message(known, told_in)

    def RequestIntroduction(
        self, request: tie_pb2.RequestIntroductionRequest, context: Context
    ) -> tie_pb2.Introduction:
        """Writes the mail that asks a colleague for an introduction."""
        self._require_role()
        written = self._service.introduction(
            current_tenant(),
            address(request.colleague, "colleague"),
            address(request.contact, "contact"),
            sender_name=request.sender_name,
            purpose=request.purpose,
            language=language(request.language, "language"),
        )
        return tie_pb2.Introduction(subject=written.subject, body=written.body)

    def StreamTies(
        self, request: tie_pb2.StreamTiesRequest, context: Context
    ) -> Iterator[tie_pb2.StreamTiesResponse]:
        """Gives every tie with its strength."""
        as_of = optional_moment(request, "as_of_time", "as_of_time")
        told_in = language(request.language, "language")
        for ties in portions(self._service.all_ties(current_tenant(), as_of), _TIES_PER_MESSAGE):
            current().check()
            yield tie_pb2.StreamTiesResponse(ties=[convert_ties.tie_message(tie, told_in) for tie in ties])

    def SetOptOut(self, request: tie_pb2.SetOptOutRequest, context: Context) -> tie_pb2.OptOutEntry:
        """Takes a person or a group out of every answer, or back in."""
        entry = convert_ties.opt_out(request, current().caller.subject)
        self._committer.submit(current_tenant(), lambda session: self._service.set_opt_out(session, entry))
        return convert_ties.entry_message(entry)

    def ListOptOutEntries(
        self, request: tie_pb2.ListOptOutEntriesRequest, context: Context
    ) -> tie_pb2.ListOptOutEntriesResponse:
        """Lists changes of opt-outs, the newest first."""
        page = self._service.list_entries(
            current_tenant(), page_size=request.page_size, page_token=request.page_token
        )
        return tie_pb2.ListOptOutEntriesResponse(
            entries=[convert_ties.entry_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def _require_role(self) -> None:
        allowed = frozenset({Role.MANAGER, Role.ADMIN, Role.SERVICE})
        if current().caller.roles & allowed or not self._service.for_managers_only(current_tenant()):
            return
        raise LeadlightError(
            Code.PERMISSION_DENIED,
            Reason.ROLE_REQUIRED,
            "who knows whom is answered to managers only here",
            metadata={"roles": ", ".join(sorted(allowed))},
        )
