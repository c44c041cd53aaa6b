"""Activities from the rows of a table: rows of one activity together, whatever their order in the file."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from leadlight.relationship.v1 import activity_pb2

from clients.cli.failures import CommandError, unknown_column
from clients.cli.tables import Table, with_settled_types
from services.common.file_formats.activities import (
    UnreadableActivityError,
    activity_of,
    key_columns,
    key_of,
    moment_of,
)

_SLICE_ROWS = 20_000


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
        at = moment_of(first["time"])
        self.naive += at is not None and at.tzinfo is None
        try:
            made = activity_of(first["key"], rows, self.zone)
        except UnreadableActivityError as error:
            self.bad.append(f"activity {first['id'] or first['key']}: {error}")
            return None
        self.addresses.update(each.address for each in made.participants)
        return made


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
    parts = key_columns(has_id=bool(columns.activity_id))
    texts_of = [pc.fill_null(pc.cast(rows.column(name), pa.string()), "").to_pylist() for name in parts]
    hashed = [key_of(each) for each in zip(*texts_of, strict=True)]
    return rows.append_column("key", pa.array(hashed)).sort_by([("key", "ascending")])


def _rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for start in range(0, table.num_rows, _SLICE_ROWS):
        yield from table.slice(start, _SLICE_ROWS).to_pylist()
