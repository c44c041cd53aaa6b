"""What trainings and drift reports read of the stored records."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import func
from sqlmodel import col, select

from services.common.db import TenantReader
from services.common.records import RecordKind
from services.scoring.encoding import Value
from services.scoring.grades import DEFAULT_RANGES
from services.scoring.matching import Filter, matches
from services.scoring.models import RecordRow
from services.scoring.records import Record
from services.scoring.stages import present_stage
from services.scoring.store import record_of


def closed_records(session: TenantReader, kind: RecordKind, conditions: Filter = ()) -> list[Record]:
    """Every closed record of a kind that matches a filter, in the order of closing: what training reads."""
    query = (
        select(RecordRow)
        .where(RecordRow.kind == kind, col(RecordRow.is_positive).is_not(None))
        .order_by(col(RecordRow.closed_at), col(RecordRow.record_id))
    )
    return [
        record_of(row, DEFAULT_RANGES) for row in session.exec(query) if matches(conditions, row.attributes)
    ]


def count_closed(session: TenantReader, kind: RecordKind) -> tuple[int, int]:
    """How many closed records of a kind were positive, and how many negative."""
    query = (
        select(RecordRow.is_positive, func.count())
        .where(RecordRow.kind == kind, col(RecordRow.is_positive).is_not(None))
        .group_by(col(RecordRow.is_positive))
    )
    counts: Mapping[bool | None, int] = dict(session.exec(query).all())
    return counts.get(True, 0), counts.get(False, 0)


def count_matching(
    session: TenantReader, kind: RecordKind, conditions: Filter, *, enough: int
) -> tuple[int, int]:
    """`count_closed` for the records that match a filter.

    Args:
        session: The tenant's session.
        kind: Leads or opportunities.
        conditions: The filter.
        enough: Counting ends once there are so many of both.
    """
    query = (
        select(RecordRow.is_positive, RecordRow.attributes)
        .where(RecordRow.kind == kind, col(RecordRow.is_positive).is_not(None))
        .execution_options(yield_per=1_000)
    )
    positive = negative = 0
    with session.exec(query) as rows:
        for is_positive, attributes in rows:
            if matches(conditions, attributes):
                positive, negative = positive + bool(is_positive), negative + (not is_positive)
                if min(positive, negative) >= enough:
                    break
    return positive, negative


def count_closed_in(
    session: TenantReader, kind: RecordKind, conditions: Filter, stage: str, *, enough: int
) -> int:
    """How many records that match a filter were closed while in a stage, counted until there are enough."""
    query = (
        select(RecordRow)
        .where(RecordRow.kind == kind, col(RecordRow.is_positive).is_not(None))
        .execution_options(yield_per=1_000)
    )
    found = 0
    with session.exec(query) as rows:
        for row in rows:
            if not row.stages or row.closed_at is None or not matches(conditions, row.attributes):
                continue
            last = present_stage(record_of(row, DEFAULT_RANGES).stages, row.closed_at)
            found += last is not None and last.name == stage
            if found >= enough:
                break
    return found


def closed_since(
    session: TenantReader, kind: RecordKind, conditions: Filter, since: datetime
) -> tuple[int, int]:
    """How many records that match a filter were closed since then, and how many of those with a positive outcome."""
    query = (
        select(RecordRow.is_positive, RecordRow.attributes)
        .where(RecordRow.kind == kind, col(RecordRow.closed_at) >= since)
        .execution_options(yield_per=1_000)
    )
    with session.exec(query) as rows:
        outcomes = [bool(outcome) for outcome, attributes in rows if matches(conditions, attributes)]
    return len(outcomes), sum(outcomes)


def attributes_since(
    session: TenantReader, kind: RecordKind, conditions: Filter, since: datetime, *, most: int
) -> list[Mapping[str, Value]]:
    """Attributes of the records, open and closed, that were stored or changed since then and match a filter.

    Args:
        session: The tenant's session.
        kind: Leads or opportunities.
        conditions: The filter.
        since: The first moment.
        most: So many of the newest.
    """
    query = (
        select(RecordRow.attributes)
        .where(RecordRow.kind == kind, col(RecordRow.updated_at) >= since)
        .order_by(col(RecordRow.updated_at).desc(), col(RecordRow.record_id))
        .execution_options(yield_per=1_000)
    )
    with session.exec(query) as rows:
        return list(islice((each for each in rows if matches(conditions, each)), most))
