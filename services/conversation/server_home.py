"""The servicer of the home page: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from leadlight.conversation.v1 import home_pb2, home_service_pb2, home_service_pb2_grpc

from services.common.context import current
from services.conversation import convert_home
from services.conversation.home_service import HomeService

Context = grpc.ServicerContext


class HomeServicer(home_service_pb2_grpc.HomeServiceServicer):
    """`leadlight.conversation.v1.HomeService`.

    Args:
        service: The use cases.
    """

    def __init__(self, service: HomeService) -> None:
        self._service = service

    def GetHome(self, request: home_service_pb2.GetHomeRequest, context: Context) -> home_pb2.Home:
        """Gives the home page of a period."""
        period = convert_home.period_of(request.period)
        asked = convert_home.asked_of(request.team, request.seller)
        return convert_home.home_message(self._service.home(current().caller, period, asked))

    def GetMentionDetails(
        self, request: home_service_pb2.GetMentionDetailsRequest, context: Context
    ) -> home_service_pb2.MentionDetails:
        """Says how often something is mentioned over time."""
        mention = convert_home.mention_of(request.kind, request.key)
        period = convert_home.period_of(request.period)
        asked = convert_home.asked_of(request.team, request.seller)
        found = self._service.mention(current().caller, mention, period, asked)
        return convert_home.mention_details_message(found)

    def GetSellerDetails(
        self, request: home_service_pb2.GetSellerDetailsRequest, context: Context
    ) -> home_service_pb2.SellerDetails:
        """Gives a seller's measures over time."""
        period = convert_home.period_of(request.period)
        asked = convert_home.asked_of(request.team, request.seller)
        found = self._service.seller(current().caller, period, asked)
        return convert_home.seller_details_message(found)

    def ListHomeCalls(
        self, request: home_service_pb2.ListHomeCallsRequest, context: Context
    ) -> home_service_pb2.ListHomeCallsResponse:
        """Lists the calls behind the numbers, the latest first."""
        mention = convert_home.optional_mention_of(request)
        page = self._service.calls(
            current().caller,
            convert_home.period_of(request.period),
            convert_home.asked_of(request.team, request.seller),
            mention,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return convert_home.calls_message(page, mention)
