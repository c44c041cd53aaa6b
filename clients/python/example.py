"""Scores a lead through Leadlight's gateway and shows why, then shows what a refused call says."""

import os

from leadlight.common.v1.record_pb2 import RECORD_KIND_CASE, RECORD_KIND_LEAD
from leadlight.scoring.v1.grade_pb2 import Grade
from leadlight.scoring.v1.score_pb2 import Score
from leadlight.scoring.v1.scoring_service_pb2 import ScoreRequest
from leadlight_client import CallError, connect

LEAD = {
    "source": "Referral",
    "industry": "Finance",
    "country": "Germany",
    "employees": 189,
    "website_visits": 5,
}


def main() -> None:
    """Entry point."""
    # Retries, deadlines and the token are the channel's; beyond loopback it speaks TLS.
    with connect(os.environ["LEADLIGHT_ADDRESS"], token=os.environ["LEADLIGHT_TOKEN"]) as leadlight:
        show(leadlight.scoring.Score(ScoreRequest(kind=RECORD_KIND_LEAD, attributes=LEAD)))
        try:
            leadlight.scoring.Score(ScoreRequest(kind=RECORD_KIND_CASE))
        except CallError as refusal:
            print(f"refused: {refusal.reason} by {refusal.domain}")
            for violation in refusal.violations:
                print(f"  {violation.field}: {violation.description}")


def show(score: Score) -> None:
    """Prints a score with its reasons."""
    grade = Grade.Name(score.grade).removeprefix("GRADE_")
    print(f"score {score.score}, grade {grade}, probability {score.probability:.3f}")
    for reason in score.reasons:
        print(f"{reason.points:+6.1f}  {reason.attribute} = {reason.value or '(blank)'}")


if __name__ == "__main__":
    main()
