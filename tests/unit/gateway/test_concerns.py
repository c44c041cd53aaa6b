"""What speaks against a deal: each bound from both sides."""

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from leadlight.gateway.v1 import insight_pb2

from services.gateway.server_insights import concerns

NOW, DAY_S = 1_800_000_000, 86_400
HEALTH, STILL = insight_pb2.DEAL_CONCERN_HEALTH, insight_pb2.DEAL_CONCERN_STANDS_STILL
PASSED, UNDATED = insight_pb2.DEAL_CONCERN_CLOSE_DATE_PASSED, insight_pb2.DEAL_CONCERN_NO_CLOSE_DATE


def deal(
    health: int | None = 70, in_stage_s: int | None = 5, closes_s: int | None = NOW
) -> insight_pb2.PipelineDeal:
    return insight_pb2.PipelineDeal(
        health_score=health,
        stage_time=None if in_stage_s is None else Duration(seconds=in_stage_s),
        estimated_close_time=None if closes_s is None else Timestamp(seconds=closes_s),
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (deal(), []),
        (deal(health=40), []),
        (deal(health=39), [HEALTH]),
        (deal(health=None), []),
        (deal(in_stage_s=30 * DAY_S), []),
        (deal(in_stage_s=30 * DAY_S + 1), [STILL]),
        (deal(in_stage_s=None), []),
        (deal(closes_s=NOW - 1), [PASSED]),
        (deal(closes_s=None), [UNDATED]),
        (deal(39, 31 * DAY_S, NOW - 1), [HEALTH, STILL, PASSED]),
    ],
)
def test_bounds(given: insight_pb2.PipelineDeal, expected: list[int]) -> None:
    assert concerns(given, Timestamp(seconds=NOW), still_days=30, poor_below=40) == expected


def test_no_word_on_health_while_the_bound_is_unknown() -> None:
    assert concerns(deal(health=1), Timestamp(seconds=NOW), still_days=30, poor_below=None) == []
