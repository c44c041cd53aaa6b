"""Expressions of time to protobuf: wall times become moments."""

from collections.abc import Sequence

from leadlight.notes.v1 import time_pb2

from services.common.server.wire import set_moment
from services.notes.times.values import Bound, Grain, Reading, TimeKind, TimeMention
from services.notes.wall_time import moment_of

_GRAINS = {grain: time_pb2.TimeGrain.Value(f"TIME_GRAIN_{grain.name}") for grain in Grain}
_KINDS = {kind: time_pb2.TimeKind.Value(f"TIME_KIND_{kind.name}") for kind in TimeKind}
_BOUNDS = {
    Bound.NONE: time_pb2.TIME_BOUND_UNSPECIFIED,
    Bound.DEADLINE: time_pb2.TIME_BOUND_DEADLINE,
    Bound.FROM: time_pb2.TIME_BOUND_FROM,
}


def mention_message(mention: TimeMention, time_zone: str) -> time_pb2.TimeMention:
    """An expression of time, with its wall times in a zone."""
    message = time_pb2.TimeMention(
        span_start=mention.span_start,
        span_end=mention.span_end,
        kind=_KINDS[mention.kind],
        readings=reading_messages(mention.readings, time_zone),
        bound=_BOUNDS[mention.bound],
        recurrence_rule=mention.rrule,
        in_gap=mention.in_gap,
        ambiguous=mention.is_ambiguous_fold,
        language=mention.language,
    )
    if mention.duration is not None:
        message.length.count = mention.duration.count
        message.length.unit = _GRAINS[mention.duration.grain]
    return message


def reading_messages(readings: Sequence[Reading], time_zone: str) -> list[time_pb2.TimeReading]:
    """The ways to understand an expression of time."""
    return [_reading(each, time_zone) for each in readings]


def _reading(reading: Reading, time_zone: str) -> time_pb2.TimeReading:
    message = time_pb2.TimeReading(
        grain=_GRAINS[reading.grain],
        has_date=reading.has_date,
        has_time=reading.has_time,
        past=reading.is_past,
        probability=reading.probability,
    )
    if reading.start is not None:
        set_moment(message.start, moment_of(reading.start, time_zone))
    if reading.end is not None:
        set_moment(message.end, moment_of(reading.end, time_zone))
    return message
