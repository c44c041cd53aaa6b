"""Stored records in pages, in any order: the scored view."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from services.common.db import TenantReader
from services.common.paging import Page, PageLimits, SortKey, read_page
from services.common.records import RecordKind
from services.scoring.grades import Grade, GradeRanges
from services.scoring.models import RecordRow
from services.scoring.records import Record, RecordOrder
from services.scoring.store import record_of
from services.scoring.trend import Trend

_ORDERS = {
    RecordOrder.SCORE_DESC: SortKey(RecordRow.score_order, descending=True),
    RecordOrder.SCORE_ASC: SortKey(RecordRow.score_order),
    RecordOrder.EXPECTED_VALUE_DESC: SortKey(RecordRow.expected_order, descending=True),
    RecordOrder.EXPECTED_VALUE_ASC: SortKey(RecordRow.expected_order),
    RecordOrder.CREATE_TIME_DESC: SortKey(RecordRow.created_at, descending=True),
    RecordOrder.CREATE_TIME_ASC: SortKey(RecordRow.created_at),
}
_MISSING = {RecordOrder.SCORE_ASC, RecordOrder.EXPECTED_VALUE_ASC}
"""Orders whose column holds -1 for records without the value, which come last all the same."""
_LAST = "~"
"""What tokens of the list's last part begin with: the records without the value."""


def list_records(
    session: TenantReader,
    kind: RecordKind,
    ranges: GradeRanges,
    *,
    grades: Sequence[Grade],
    trend: Trend | None,
    include_closed: bool,
    order: RecordOrder,
    page_size: int,
    page_token: str,
) -> Page[Record]:
    """Records in the wanted order, then by rising id.

    Args:
        session: The tenant's session.
        kind: Leads or opportunities.
        ranges: For the grades of the filter and of the answer.
        grades: Only records of these; empty for all records.
        trend: Only records whose score has it; None for all records.
        include_closed: Closed ones too.
        order: What comes first.
        page_size: From the request.
        page_token: From the request.
    """
    query = select(RecordRow).where(RecordRow.kind == kind)
    if grades:
        query = query.where(or_(*(col(RecordRow.score).between(*ranges.bounds(grade)) for grade in grades)))
    if trend:
        query = query.where(RecordRow.trend == trend)
    if not include_closed:
        query = query.where(col(RecordRow.is_positive).is_(None))
    listed = _Listed(session, order, ["records", kind, *sorted(grades), trend or "", str(include_closed)])
    page = (
        listed.missing_last(query, page_size, page_token)
        if order in _MISSING
        else listed.page(query, page_size, page_token)
    )
    return Page([record_of(row, ranges) for row in page.rows], page.next_page_token)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list of records in one order; `scope` is what else its tokens are good for."""

    session: TenantReader
    order: RecordOrder
    scope: list[str]

    def page(self, query: SelectOfScalar[RecordRow], page_size: int, page_token: str) -> Page[RecordRow]:
        """A page in the order."""
        keys = [_ORDERS[self.order], SortKey(RecordRow.record_id)]
        return read_page(
            self.session, query, keys, page_size=page_size, page_token=page_token, scope=self.scope
        )

    def missing_last(
        self, query: SelectOfScalar[RecordRow], page_size: int, page_token: str
    ) -> Page[RecordRow]:
        """A page in rising order: first those with the value, then those that hold -1 for it, by rising id.

        Two ranges of one index, one after the other: to sort all by whether they have it would read them all.
        """
        column = _ORDERS[self.order].column
        without = query.where(column < 0)
        if page_token.startswith(_LAST):
            last = self.page(without, page_size, page_token.removeprefix(_LAST))
            return Page(last.rows, last.next_page_token and _LAST + last.next_page_token)
        first = self.page(query.where(column >= 0), page_size, page_token)
        room = PageLimits().size(page_size) - len(first.rows)
        if first.next_page_token:
            return first
        if not room:
            some = self.session.exec(without.limit(1)).first() is not None
            return Page(first.rows, _LAST if some else "")
        last = self.page(without, room, "")
        return Page([*first.rows, *last.rows], last.next_page_token and _LAST + last.next_page_token)
