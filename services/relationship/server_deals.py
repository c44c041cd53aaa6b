"""The servicer of deals: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from leadlight.relationship.v1 import deal_pb2, deal_service_pb2_grpc

from services.common.caller import Role
from services.common.context import current, current_tenant
from services.common.server.wire import optional_moment, ref
from services.relationship import convert_deals
from services.relationship.deals import DealService

Context = grpc.ServicerContext
_SEE_SELLERS = frozenset({Role.MANAGER, Role.ADMIN, Role.SERVICE})


class DealServicer(deal_service_pb2_grpc.DealServiceServicer):
    """`leadlight.relationship.v1.DealService`.

    Args:
        service: The use cases.
    """

    def __init__(self, service: DealService) -> None:
        self._service = service

    def GetSimilarDeals(
        self, request: deal_pb2.GetSimilarDealsRequest, context: Context
    ) -> deal_pb2.SimilarDeals:
        """Finds won deals that resemble an opportunity."""
        return convert_deals.similar_message(self._service.similar(current_tenant(), ref(request.ref, "ref")))

    def GetPipeline(self, request: deal_pb2.GetPipelineRequest, context: Context) -> deal_pb2.Pipeline:
        """Gives the open deals by close date, health and revenue."""
        as_of = optional_moment(request, "as_of_time", "as_of_time")
        return convert_deals.pipeline_message(self._service.pipeline(current_tenant(), as_of))

    def GetPeriodFacts(
        self, request: deal_pb2.GetPeriodFactsRequest, context: Context
    ) -> deal_pb2.PeriodFacts:
        """Says what a period brought and may bring."""
        start, end = convert_deals.period(request)
        with_sellers = bool(current().caller.roles & _SEE_SELLERS)
        owner = convert_deals.owner(request)
        facts = self._service.period(current_tenant(), start, end, owner=owner, with_sellers=with_sellers)
        return convert_deals.period_message(facts)

    def GetPeriodEffort(
        self, request: deal_pb2.GetPeriodEffortRequest, context: Context
    ) -> deal_pb2.PeriodEffort:
        """Says how much of own people's time a period took."""
        start, end = convert_deals.bounded_period(request)
        return convert_deals.effort_message(self._service.effort(current_tenant(), start, end))
