"""Talking points between protobuf and the service's own types."""

from collections.abc import Iterable

from leadlight.relationship.v1 import talking_point_pb2

from services.common.server.wire import timestamp
from services.relationship.talking_points import Category, TalkingPoint

CATEGORIES = {
    talking_point_pb2.TalkingPointCategory.Value(f"TALKING_POINT_CATEGORY_{category.name}"): category
    for category in Category
}
_NUMBERS = {category: number for number, category in CATEGORIES.items()}


def points_message(points: Iterable[TalkingPoint]) -> talking_point_pb2.ListTalkingPointsResponse:
    """What there is to talk about."""
    return talking_point_pb2.ListTalkingPointsResponse(
        points=[
            talking_point_pb2.TalkingPoint(
                category=_NUMBERS[point.category],
                quote=point.quote,
                send_time=timestamp(point.sent_at),
                activity_id=point.activity_id,
            )
            for point in points
        ]
    )
