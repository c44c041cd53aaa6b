"""The servicer of auto capture: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from leadlight.relationship.v1 import capture_pb2, capture_service_pb2_grpc

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.server.wire import ref
from services.common.server.writes import write
from services.relationship import convert_offers
from services.relationship.offers import OfferService

Context = grpc.ServicerContext


class CaptureServicer(capture_service_pb2_grpc.CaptureServiceServicer):
    """`leadlight.relationship.v1.CaptureService`.

    Args:
        service: The use cases around offers.
        committer: The worker's writes.
    """

    def __init__(self, service: OfferService, *, committer: GroupCommitter) -> None:
        self._service = service
        self._committer = committer

    def OfferActivities(
        self, request: capture_pb2.OfferActivitiesRequest, context: Context
    ) -> capture_pb2.OfferActivitiesResponse:
        """Offers what was seen to its owner."""
        owner, captured = convert_offers.owner(request), convert_offers.captured(request)

        def effect(session: TenantSession) -> capture_pb2.OfferActivitiesResponse:
            found = self._service.offer(session, owner, captured, store_them=not request.validate_only)
            return capture_pb2.OfferActivitiesResponse(
                results=[convert_offers.result_message(each) for each in found]
            )

        return write(self._committer, request, capture_pb2.OfferActivitiesResponse, effect)

    def ListOffers(
        self, request: capture_pb2.ListOffersRequest, context: Context
    ) -> capture_pb2.ListOffersResponse:
        """Lists the caller's offers, the newest activity first."""
        page = self._service.list(
            current_tenant(),
            convert_offers.caller_as_owner(),
            ref(request.ref, "ref") if request.HasField("ref") else None,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return capture_pb2.ListOffersResponse(
            offers=[convert_offers.offer_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )

    def TrackOffers(
        self, request: capture_pb2.TrackOffersRequest, context: Context
    ) -> capture_pb2.TrackOffersResponse:
        """Makes activities of the caller's offers."""
        owner, ids = convert_offers.caller_as_owner(), convert_offers.ids(request.activity_ids)
        regarding = [ref(each, f"regarding[{place}]") for place, each in enumerate(request.regarding)]

        def effect(session: TenantSession) -> capture_pb2.TrackOffersResponse:
            tracked = self._service.track(
                session,
                owner,
                ids,
                regarding=regarding,
                whole_threads=request.whole_threads,
                store_them=not request.validate_only,
            )
            return capture_pb2.TrackOffersResponse(activity_ids=tracked)

        return write(self._committer, request, capture_pb2.TrackOffersResponse, effect)

    def IgnoreOffers(
        self, request: capture_pb2.IgnoreOffersRequest, context: Context
    ) -> capture_pb2.IgnoreOffersResponse:
        """Takes the caller's offers off the list for good."""
        owner, ids = convert_offers.caller_as_owner(), convert_offers.ids(request.activity_ids)

        def effect(session: TenantSession) -> capture_pb2.IgnoreOffersResponse:
            ignored = self._service.ignore(
                session,
                owner,
                ids,
                whole_threads=request.whole_threads,
                store_them=not request.validate_only,
            )
            return capture_pb2.IgnoreOffersResponse(activity_ids=ignored)

        return write(self._committer, request, capture_pb2.IgnoreOffersResponse, effect)

    def SetCaptureExclusion(
        self, request: capture_pb2.SetCaptureExclusionRequest, context: Context
    ) -> capture_pb2.SetCaptureExclusionResponse:
        """Offers nothing with an address or domain, or again."""
        owner, exclusion = convert_offers.caller_as_owner(), convert_offers.exclusion(request.exclusion)
        forgotten = self._committer.submit(
            current_tenant(),
            lambda session: self._service.exclude(session, owner, exclusion, is_excluded=request.is_excluded),
        )
        return capture_pb2.SetCaptureExclusionResponse(forgotten_offer_count=forgotten)

    def ListCaptureExclusions(
        self, request: capture_pb2.ListCaptureExclusionsRequest, context: Context
    ) -> capture_pb2.ListCaptureExclusionsResponse:
        """Lists what the caller is never offered."""
        page = self._service.exclusions(
            current_tenant(),
            convert_offers.caller_as_owner(),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return capture_pb2.ListCaptureExclusionsResponse(
            exclusions=[convert_offers.exclusion_message(each) for each in page.rows],
            next_page_token=page.next_page_token,
        )
