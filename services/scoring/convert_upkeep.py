"""Refreshes and drift reports to protobuf."""

from leadlight.scoring.v1 import model_pb2

from services.scoring.drift_report import DriftReport
from services.scoring.model_store import ModelLine


def refresh_response(scored: int, stale: int) -> model_pb2.RefreshScoresResponse:
    """What a refresh did."""
    return model_pb2.RefreshScoresResponse(scored_count=scored, stale_count=stale)


def drift_report_message(line: ModelLine, report: DriftReport) -> model_pb2.DriftReport:
    """How far a line's records have moved."""
    return model_pb2.DriftReport(
        model=f"models/{line.model_id}",
        version=line.shown_version,
        record_count=report.records,
        attributes=[
            model_pb2.AttributeDrift(attribute=each.attribute, stability_index=each.stability_index)
            for each in report.attributes
        ],
        retraining_advised=report.retraining_advised,
    )
