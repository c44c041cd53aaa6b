"""Activities from the rows of a table: rows of one activity together, whatever their order in the file."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses, parsedate_to_datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from leadlight.relationship.v1 import activity_pb2

from clients.cli.failures import CommandError, unknown_column
from clients.cli.tables import Table, with_settled_types

_SEVERAL = re.compile(r"[;,]")
_SLICE_ROWS = 20_000
_MILLISECONDS_FROM = 1e11
"""A number of a time from here on is in milliseconds: as seconds it would be after the year 5000."""

_KINDS = {
    "email": activity_pb2.ACTIVITY_KIND_EMAIL,
    "e-mail": activity_pb2.ACTIVITY_KIND_EMAIL,
    "mail": activity_pb2.ACTIVITY_KIND_EMAIL,
    "meeting": activity_pb2.ACTIVITY_KIND_MEETING,
    "appointment": activity_pb2.ACTIVITY_KIND_MEETING,
    "call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phone call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phone_call": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "phonecall": activity_pb2.ACTIVITY_KIND_PHONE_CALL,
    "task": activity_pb2.ACTIVITY_KIND_TASK,
    "other": activity_pb2.ACTIVITY_KIND_OTHER,
}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file of activities; empty for one that is not there.

    Attributes:
        sender, receivers, time: Who, to whom, when.
        kind: What it is; a mail without it.
        duration: Minutes.
        thread: What its conversation is called.
        activity_id: Its id; without it rows that agree in all but the receivers are one activity.
        subject: Its subject.
    """

    sender: str
    receivers: str
    time: str
    kind: str = ""
    duration: str = ""
    thread: str = ""
    activity_id: str = ""
    subject: str = ""

    def check(self, table: Table) -> None:
        """Refuses a column that the file has not.

        Raises:
            UsageError: It names the option and the nearest column.
        """
        for option, name in self.options().items():
            if name and name not in table.columns:
                raise unknown_column(option, name, table.columns)

    def needed(self) -> dict[str, str]:
        """The columns that a table has to have, by option."""
        return {"--from": self.sender, "--to": self.receivers, "--time": self.time}

    def options(self) -> dict[str, str]:
        """All columns by option."""
        return {
            **self.needed(),
            "--kind": self.kind,
            "--duration": self.duration,
            "--thread": self.thread,
            "--id": self.activity_id,
            "--subject": self.subject,
        }


@dataclass
class Rows:
    """The activities of a file.

    Attributes:
        naive: Rows whose time named no zone, as far as they were read.
        bad: What is wrong with rows that were left out, as far as they were read.
        left_out: Nothing: a table holds what is to be taken in.
        addresses: Everybody who took part.
    """

    table: Table
    columns: Columns
    zone: ZoneInfo
    naive: int = 0
    bad: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    addresses: set[str] = field(default_factory=set)

    def activities(self) -> Iterator[activity_pb2.Activity]:
        """Each activity once, in the order of its key: the same file gives the same activities.

        Raises:
            CommandError: If the file cannot be read.
        """
        sorted_rows = _sorted(self.table, self.columns)
        for _, rows in groupby(_rows(sorted_rows), key=itemgetter("key")):
            made = self._activity(list(rows))
            if made is not None:
                yield made

    def _activity(self, rows: list[dict[str, Any]]) -> activity_pb2.Activity | None:
        first = rows[0]
        at = self._time(first["time"])
        kind = _KINDS.get((first["kind"] or "email").strip().casefold())
        sender = (first["sender"] or "").strip()
        receivers = dict.fromkeys(each for row in rows for each in _receivers(row["receivers"]))
        if at is None or kind is None or not sender or not receivers:
            self.bad.append(_fault(first, at, kind, sender))
            return None
        sender = _receivers(sender)[0] if "@" in sender else sender
        made = activity_pb2.Activity(
            id=first["id"] or f"row-{first['key']}",
            kind=kind,
            subject=(first["subject"] or "")[:500],
            thread_id=(first["thread"] or "")[:255],
        )
        made.start_time.FromDatetime(at)
        made.participants.add(address=sender, role=activity_pb2.PARTICIPANT_ROLE_FROM)
        for each in receivers:
            made.participants.add(address=each, role=activity_pb2.PARTICIPANT_ROLE_TO)
        if first["duration"]:
            made.duration.FromTimedelta(timedelta(minutes=float(first["duration"])))
        self.addresses.update(each.address for each in made.participants)
        return made

    def _time(self, value: object) -> datetime | None:
        at = _moment(value)
        if at is not None and at.tzinfo is None:
            self.naive += 1
            at = at.replace(tzinfo=self.zone)
        return at


def _sorted(table: Table, columns: Columns) -> pa.Table:
    """The columns in use under their names here, sorted by what makes rows one activity."""
    texts = [
        columns.sender,
        columns.receivers,
        columns.kind,
        columns.thread,
        columns.activity_id,
        columns.subject,
    ]
    table.read_as_text(*(name for name in texts if name))
    given = {
        "sender": columns.sender,
        "receivers": columns.receivers,
        "time": columns.time,
        "kind": columns.kind,
        "duration": columns.duration,
        "thread": columns.thread,
        "id": columns.activity_id,
        "subject": columns.subject,
    }

    def read() -> pa.Table:
        pieces = [
            pa.table(
                {
                    name: piece.batch.column(column)
                    if column
                    else pa.nulls(piece.batch.num_rows, pa.string())
                    for name, column in given.items()
                }
            )
            for piece in table.pieces()
        ]
        if not pieces:
            raise CommandError(f"{table.path} has no rows")
        return pa.concat_tables(pieces)

    rows: pa.Table = with_settled_types(table, read)
    parts = ["id"] if columns.activity_id else ["sender", "time", "kind", "thread", "subject"]
    texts_of = [pc.fill_null(pc.cast(rows.column(name), pa.string()), "") for name in parts]
    keys = pc.binary_join_element_wise(*texts_of, "\x1f").combine_chunks().to_pylist()
    hashed = [hashlib.sha256(key.encode()).hexdigest()[:32] for key in keys]
    return rows.append_column("key", pa.array(hashed)).sort_by([("key", "ascending")])


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for start in range(0, table.num_rows, _SLICE_ROWS):
        yield from table.slice(start, _SLICE_ROWS).to_pylist()


def _receivers(cell: str | None) -> list[str]:
    """The addresses in a cell, separated by ; or ,."""
    if not cell:
        return []
    if "<" in cell:
        return [address for _, address in getaddresses([cell.replace(";", ",")]) if address]
    return [each.strip() for each in _SEVERAL.split(cell) if each.strip()]


def _moment(value: object) -> datetime | None:
    """A time as files hold it: seconds or milliseconds since 1970, a timestamp, ISO 8601, or as mails write it."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, (int, float)):
        return datetime.fromtimestamp(value / 1000 if abs(value) >= _MILLISECONDS_FROM else value, UTC)
    if value is None:
        return None
    text = str(value).strip()
    # Where one time of a column is a text, all of them come as texts. Eight digits are a day.
    if text.isdecimal() and len(text) != len("20260302"):
        return _moment(int(text))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text)
        except ValueError:
            continue
    return None


def _fault(row: dict[str, Any], at: datetime | None, kind: int | None, sender: str) -> str:
    where = f"activity {row['id'] or row['key']}"
    if at is None:
        return f"{where}: no time can be read from {str(row['time'])[:40]!r}"
    if kind is None:
        return f"{where}: {str(row['kind'])[:40]!r} is no kind; there are {', '.join(sorted(_KINDS))}"
    return f"{where}: it has no sender" if not sender else f"{where}: it has no receiver"
