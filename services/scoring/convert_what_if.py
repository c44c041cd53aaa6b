"""What-if between protobuf and the service's own types."""

from leadlight.scoring.v1 import scoring_service_pb2

from services.common.records import RecordRef
from services.scoring.convert import score_message
from services.scoring.what_if import WhatIf


def what_if_message(what_if: WhatIf, of: RecordRef | None) -> scoring_service_pb2.ExplainResponse:
    """Both scores and what lies between them."""
    return scoring_service_pb2.ExplainResponse(
        before=score_message(what_if.before, of),
        after=score_message(what_if.after, of),
        changes=[
            scoring_service_pb2.ContributionChange(
                attribute=each.attribute,
                before_points=each.before_points,
                after_points=each.after_points,
                points=each.points,
            )
            for each in what_if.changes
        ],
        sentence=what_if.sentence,
    )
