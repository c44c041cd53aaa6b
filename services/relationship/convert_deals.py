"""Deals between the service's own types and protobuf."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from google.type import money_pb2
from leadlight.relationship.v1 import deal_pb2

from services.common.errors import invalid_argument
from services.common.records import RecordKind, RecordRef
from services.common.server.wire import optional_moment, ref_message, timestamp
from services.relationship.activity import Kind
from services.relationship.convert_activities import address, milliseconds
from services.relationship.convert_insights import day_message
from services.relationship.convert_records import money_message
from services.relationship.convert_won_deals import BASES, deal_effort_message, field_messages
from services.relationship.membership import Amount
from services.relationship.period import BubbleChart, PeriodFacts
from services.relationship.won_deals import Comparison

_LONGEST = timedelta(days=3660)


def similar_message(compared: Comparison) -> deal_pb2.SimilarDeals:
    """Won deals to compare with."""
    return deal_pb2.SimilarDeals(
        basis=BASES[compared.found.basis],
        deals=[
            deal_pb2.SimilarDeal(
                ref=ref_message(RecordRef(RecordKind.OPPORTUNITY, match.deal.deal_id)),
                similarity=match.similarity,
                effort=deal_effort_message(effort),
            )
            for match, effort in zip(compared.found.matches, compared.efforts, strict=True)
        ],
        fields=field_messages(compared.model.fields),
        effort=deal_effort_message(compared.effort),
        mean_effort=deal_effort_message(compared.mean) if compared.mean is not None else None,
        learn_day=day_message(compared.model.learned_day),
    )


def pipeline_message(chart: BubbleChart) -> deal_pb2.Pipeline:
    """Open deals."""
    return deal_pb2.Pipeline(
        deals=[
            deal_pb2.PipelineDeal(
                ref=ref_message(bubble.ref),
                estimated_close_time=timestamp(bubble.closes_at),
                health_score=bubble.health,
                estimated_revenue=money_message(bubble.revenue) if bubble.revenue is not None else None,
            )
            for bubble in chart.bubbles
        ],
        without_date_count=chart.without_date,
        past_date_count=chart.past_date,
        without_health_count=chart.without_health,
    )


def period(
    request: deal_pb2.GetPeriodFactsRequest | deal_pb2.GetPeriodEffortRequest,
) -> tuple[datetime, datetime]:
    """A period's first moment and the first one after it.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    start = optional_moment(request, "start_time", "start_time")
    end = optional_moment(request, "end_time", "end_time")
    if start is None or end is None or end <= start:
        raise invalid_argument("end_time", "must be after start_time")
    return start, end


def bounded_period(request: deal_pb2.GetPeriodEffortRequest) -> tuple[datetime, datetime]:
    """A period whose activities can be read at once.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the field at fault.
    """
    start, end = period(request)
    if end - start > _LONGEST:
        raise invalid_argument("end_time", f"must be at most {_LONGEST.days:,} days after start_time")
    return start, end


def owner(request: deal_pb2.GetPeriodFactsRequest) -> str:
    """The address whose deals alone count, in normal form; empty for all.

    Raises:
        LeadlightError: INVALID_ARGUMENT when it is none.
    """
    return address(request.owner, "owner") if request.owner else ""


def effort_message(spent: Mapping[str, Mapping[Kind, int]]) -> deal_pb2.PeriodEffort:
    """What a period took of own people's time."""
    return deal_pb2.PeriodEffort(
        people=[
            deal_pb2.PersonEffort(
                address=person,
                email_time=milliseconds(kinds.get(Kind.EMAIL, 0)),
                phone_call_time=milliseconds(kinds.get(Kind.PHONE_CALL, 0)),
                meeting_time=milliseconds(kinds.get(Kind.MEETING, 0)),
            )
            for person, kinds in spent.items()
        ]
    )


def period_message(facts: PeriodFacts) -> deal_pb2.PeriodFacts:
    """What a period brought."""
    message = deal_pb2.PeriodFacts(
        won_count=facts.won,
        lost_count=facts.lost,
        win_rate=facts.win_rate,
        won_revenue=_sums(facts.won_revenue),
        open_revenue=_sums(facts.open_revenue),
        mean_deal_size=_sums(facts.mean_deal),
        without_revenue_count=facts.without_revenue,
        sellers=[
            deal_pb2.SellerRevenue(owner=owner, revenue=_sums(sums))
            for owner, sums in facts.by_seller.items()
        ],
    )
    message.time_left.FromTimedelta(facts.time_left)
    return message


def _sums(sums: Mapping[str, int]) -> list[money_pb2.Money]:
    return [money_message(Amount(currency, nanos)) for currency, nanos in sorted(sums.items())]
