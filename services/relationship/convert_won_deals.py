"""Won deals that an opportunity is compared with, as protobuf."""

from collections.abc import Iterable

from leadlight.relationship.v1 import deal_pb2, insight_pb2

from services.relationship.convert_activities import milliseconds
from services.relationship.similar_deals import Effort, Field
from services.relationship.won_deals import Comparison
from services.relationship.won_index import Basis

BASES = {
    Basis.SIMILAR: deal_pb2.SIMILAR_DEALS_BASIS_SIMILAR,
    Basis.NEWEST_WON: deal_pb2.SIMILAR_DEALS_BASIS_NEWEST_WON,
}


def won_deals_message(compared: Comparison) -> insight_pb2.WonDeals:
    """What similar won deals took, beside an opportunity's own numbers."""
    return insight_pb2.WonDeals(
        basis=BASES[compared.found.basis],
        deal_count=len(compared.found.matches),
        effort=deal_effort_message(compared.effort),
        mean_effort=deal_effort_message(compared.mean) if compared.mean is not None else None,
        fields=field_messages(compared.model.fields),
    )


def field_messages(fields: Iterable[Field]) -> list[deal_pb2.SimilarityField]:
    """What similarity is measured by."""
    return [
        deal_pb2.SimilarityField(name=field.name, information_bits=field.information, weight=field.weight)
        for field in fields
    ]


def deal_effort_message(effort: Effort) -> deal_pb2.DealEffort:
    """What a deal took."""
    message = deal_pb2.DealEffort(
        activity_count=effort.activities,
        own_time=milliseconds(round(effort.time_ms)),
        response_rate=effort.response_rate,
    )
    if effort.response_ms is not None:
        message.response_time.CopyFrom(milliseconds(round(effort.response_ms)))
    return message
