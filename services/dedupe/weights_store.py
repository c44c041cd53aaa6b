"""Reads and writes the weights that a tenant's comparisons use."""

from dataclasses import dataclass
from datetime import datetime

from services.common.db import TenantReader, TenantSession
from services.dedupe.models import SettingsRow
from services.dedupe.normal_forms.version import NORMAL_FORM_VERSION


@dataclass(frozen=True, slots=True)
class EstimatedWeights:
    """Weights that a scan estimated.

    Attributes:
        text: As `Weights.to_json` wrote them.
        scan_id: The scan.
        estimated_at: When.
    """

    text: str
    scan_id: str
    estimated_at: datetime


def estimated_weights(session: TenantReader) -> EstimatedWeights | None:
    """The weights that a scan estimated; None while those hold that ship with the service."""
    row = session.get(SettingsRow)
    if row is None or row.weights is None or row.weights_at is None:
        return None
    return EstimatedWeights(row.weights, row.weights_scan, row.weights_at)


def write_weights(session: TenantSession, weights: EstimatedWeights | None) -> None:
    """Stores weights, or goes back to those that ship with the service."""
    values = {
        "weights": weights.text if weights else None,
        "weights_scan": weights.scan_id if weights else "",
        "weights_at": weights.estimated_at if weights else None,
    }
    session.upsert_rows(
        SettingsRow, [{"indexed_version": NORMAL_FORM_VERSION, **values}], update=list(values)
    )
