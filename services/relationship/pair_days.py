"""Daily exchange between a colleague and a contact, and what is left of it after decay."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MEETING_AS_MESSAGES = 2.0
"""A meeting counts as so many messages in each direction: it is two-way by nature."""


@dataclass(frozen=True)
class PairDay:
    """What passed between a colleague and a contact on one day.

    Attributes:
        colleague: Our side. Where no own side is known, either person.
        contact: The other side.
        day: Number of the day, 1 or more, such as `date.toordinal()`, in whatever zone the aggregate has.
        sent: Messages from the colleague to the contact.
        received: Messages from the contact to the colleague.
        meetings: Meetings, and calls that reached the other, that both took part in.
    """

    colleague: str
    contact: str
    day: int
    sent: int
    received: int
    meetings: int = 0


@dataclass(frozen=True)
class PairDays:
    """Daily exchange of many pairs, by column.

    Attributes:
        pairs: Each (colleague, contact) once.
        pair: Index into `pairs`, one per row.
        day: Number of the day, one per row, as are the counts.
        sent: Messages from the colleague.
        received: Messages from the contact.
        meetings: Meetings of both.
    """

    pairs: tuple[tuple[str, str], ...]
    pair: Ints
    day: Ints
    sent: Ints
    received: Ints
    meetings: Ints

    @classmethod
    def of(cls, rows: Iterable[PairDay]) -> "PairDays":
        """Gathers rows; a pair may have several rows on a day.

        Pairs and rows are put in order, so that the order they come in, which is a database's or an engine's, does
        not show in the last bits of sums.
        """
        index: dict[tuple[str, str], int] = {}
        table = [
            (
                index.setdefault((row.colleague, row.contact), len(index)),
                row.day,
                row.sent,
                row.received,
                row.meetings,
            )
            for row in rows
        ]
        columns = np.array(table, dtype=np.int64).reshape(-1, 5).T
        pairs = list(index)
        order = sorted(range(len(pairs)), key=pairs.__getitem__)
        place = np.empty(len(pairs), dtype=np.int64)
        place[order] = np.arange(len(pairs))
        columns[0] = place[columns[0]]
        rows_in_order = np.lexsort(columns[::-1])
        return cls(tuple(pairs[each] for each in order), *columns[:, rows_in_order])

    def before(self, day: int) -> "PairDays":
        """Returns the rows of earlier days, with the same pairs."""
        return self._rows(self.day < day)

    def within(self, first: int, end: int) -> "PairDays":
        """Returns the rows of the days from `first` until before `end`, with the same pairs."""
        return self._rows((self.day >= first) & (self.day < end))

    def total(self, column: Ints) -> Ints:
        """Sums a column by pair."""
        sums = np.zeros(len(self.pairs), dtype=np.int64)
        np.add.at(sums, self.pair, column)
        return sums

    def last_day(self) -> Ints:
        """Returns the last day of each pair; -1 for one without rows."""
        last = np.full(len(self.pairs), -1, dtype=np.int64)
        np.maximum.at(last, self.pair, self.day)
        return last

    def is_mutual(self) -> NDArray[np.bool_]:
        """Returns for each pair whether it wrote in both directions or met."""
        wrote = (self.total(self.sent) > 0) & (self.total(self.received) > 0)
        return wrote | (self.total(self.meetings) > 0)

    def decayed(self, before_day: int, half_life_days: float) -> tuple[Floats, Floats]:
        """Returns what is left of both directions at the start of a day.

        A message loses half its weight every `half_life_days`; a day's messages are taken to stand at its noon.

        Args:
            before_day: No row may be of this day or a later one.
            half_life_days: Above 0; infinity keeps everything.

        Returns:
            Sent and received, one number per pair each, meetings in both.
        """
        weight = np.exp2(-(before_day - self.day - 0.5) / half_life_days)
        met = MEETING_AS_MESSAGES * self.meetings
        return self._sum(weight * (self.sent + met)), self._sum(weight * (self.received + met))

    def _sum(self, values: Floats) -> Floats:
        sums = np.zeros(len(self.pairs))
        np.add.at(sums, self.pair, values)
        return sums

    def _rows(self, keep: NDArray[np.bool_]) -> "PairDays":
        return PairDays(
            self.pairs,
            self.pair[keep],
            self.day[keep],
            self.sent[keep],
            self.received[keep],
            self.meetings[keep],
        )
