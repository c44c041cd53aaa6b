"""The relationship service as the home page needs it: what periods brought, and what they took of own time."""

from collections.abc import Iterable
from typing import Any

import grpc
from google.type import money_pb2
from leadlight.relationship.v1 import deal_pb2, deal_service_pb2_grpc

from services.common.context import current
from services.common.peers import Peers, peer_error, time_for_peer_s
from services.common.server.wire import timestamp
from services.conversation.home.deals import DealFacts, OwnTime, TimeKind
from services.conversation.home.periods import Compared, Span

_NAME = "relationship"
_NANOS = 1_000_000_000
_TIMEOUT_S = 2.0  # the page is read by people: what comes later is left out


class RelationshipPeer:
    """See `home_service.DealSource`.

    Args:
        peers: Channels to other services.
        address: host:port of the relationship service.
    """

    def __init__(self, peers: Peers, address: str) -> None:
        self._deals = deal_service_pb2_grpc.DealServiceStub(peers.channel(_NAME, address))

    def ask(self, span: Compared, seller: str, *, with_sellers: bool) -> "AskedDeals":
        """Asks for a period and the one before, and does not wait."""
        timeout_s = time_for_peer_s(current(), _TIMEOUT_S)
        effort = deal_pb2.GetPeriodEffortRequest(
            start_time=timestamp(span.span.start), end_time=timestamp(span.span.end)
        )
        return AskedDeals(
            self._deals.GetPeriodFacts.future(_request(span.span, seller), timeout=timeout_s),
            self._deals.GetPeriodFacts.future(_request(span.before, seller), timeout=timeout_s)
            if span.before
            else None,
            self._deals.GetPeriodEffort.future(effort, timeout=timeout_s) if with_sellers else None,
        )


class AskedDeals:
    """See `home_service.PendingDeals`.

    Args:
        facts: The period's.
        before: Those of the period before.
        effort: Own time in the period.
    """

    def __init__(self, facts: Any, before: Any | None, effort: Any | None) -> None:
        self._facts = facts
        self._before = before
        self._effort = effort

    def facts(self) -> DealFacts:
        """What the period brought."""
        return _facts(_answer(self._facts))

    def facts_before(self) -> DealFacts | None:
        """What the period before brought."""
        return None if self._before is None else _facts(_answer(self._before))

    def own_time(self) -> OwnTime:
        """Milliseconds by kind, by address."""
        if self._effort is None:
            return {}
        return {
            each.address: {
                TimeKind.EMAIL: each.email_time.ToMilliseconds(),
                TimeKind.CALL: each.phone_call_time.ToMilliseconds(),
                TimeKind.MEETING: each.meeting_time.ToMilliseconds(),
            }
            for each in _answer(self._effort).people
        }


def _answer(pending: Any) -> Any:
    try:
        return pending.result()
    except grpc.RpcError as error:
        raise peer_error(error, _NAME) from error


def _request(span: Span, seller: str) -> deal_pb2.GetPeriodFactsRequest:
    return deal_pb2.GetPeriodFactsRequest(
        start_time=timestamp(span.start), end_time=timestamp(span.end), owner=seller
    )


def _facts(message: deal_pb2.PeriodFacts) -> DealFacts:
    return DealFacts(
        won=message.won_count,
        lost=message.lost_count,
        won_revenue=_sums(message.won_revenue),
        open_revenue=_sums(message.open_revenue),
        mean_deal=_sums(message.mean_deal_size),
        sellers={each.owner: _sums(each.revenue) for each in message.sellers},
    )


def _sums(amounts: Iterable[money_pb2.Money]) -> dict[str, int]:
    return {each.currency_code: each.units * _NANOS + each.nanos for each in amounts}
