"""Activities from the rows of a table."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from leadlight.relationship.v1 import activity_pb2
from pyarrow import parquet

from clients.cli.activity_rows import Columns, Rows
from clients.cli.failures import UsageError
from clients.cli.tables import open_table

COLUMNS = Columns("from", "to", "time")


def rows_of(folder: Path, text: str, columns: Columns = COLUMNS, zone: str = "UTC") -> Rows:
    path = folder / "rows.csv"
    path.write_text(text, encoding="utf-8")
    table = open_table(path)
    columns.check(table)
    return Rows(table, columns, ZoneInfo(zone))


def people(activity: activity_pb2.Activity) -> list[str]:
    return [each.address for each in activity.participants]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("991000000", datetime(2001, 5, 27, 21, 46, 40, tzinfo=UTC)),
        ("991000000000", datetime(2001, 5, 27, 21, 46, 40, tzinfo=UTC)),
        ("2026-03-02T10:00:00Z", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("2026-03-02T10:00:00+02:00", datetime(2026, 3, 2, 8, tzinfo=UTC)),
        ("2026-03-02 10:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ('"Mon, 2 Mar 2026 10:00:00 -0500"', datetime(2026, 3, 2, 15, tzinfo=UTC)),
    ],
)
def test_times(tmp_path: Path, written: str, read: datetime) -> None:
    rows = rows_of(tmp_path, f"from,to,time\na,b,{written}\n", zone="Europe/Copenhagen")
    (activity,) = rows.activities()
    assert activity.start_time.ToDatetime(tzinfo=UTC) == read


def test_receivers_in_one_cell_or_in_rows(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'from,to,time\na,"b; c,d",1\n')
    assert [people(each) for each in rows.activities()] == [["a", "b", "c", "d"]]
    rows = rows_of(tmp_path, 'from,to,time\na,"Kim, K <kim@x>; ""Lee"" <lee@x>",1\n')
    assert people(next(rows.activities()))[-1] == "lee@x"
    apart = rows_of(tmp_path, "from,to,time\na,b,1\nx,y,1\na,c,1\na,b,2\n")
    assert sorted(people(each) for each in apart.activities()) == [["a", "b"], ["a", "b", "c"], ["x", "y"]]


def test_the_same_rows_in_any_order_are_the_same_activities(tmp_path: Path) -> None:
    lines = ["a,b,1\n", "a,c,1\n", "b,a,5\n"]
    one = list(rows_of(tmp_path, "from,to,time\n" + "".join(lines)).activities())
    other = list(rows_of(tmp_path, "from,to,time\n" + "".join(lines[::-1])).activities())
    assert [each.id for each in one] == [each.id for each in other]


def test_ids_kinds_and_minutes(tmp_path: Path) -> None:
    columns = Columns("from", "to", "time", kind="kind", duration="min", activity_id="id", thread="thread")
    text = "from,to,time,kind,min,id,thread\na,b,1,Meeting,30,x,\na,c,1,meeting,30,x,\nb,a,2,,,y,T\n"
    found = {each.id: each for each in rows_of(tmp_path, text, columns).activities()}
    assert found["x"].kind == activity_pb2.ACTIVITY_KIND_MEETING
    assert found["x"].duration.seconds == 1800
    assert people(found["x"]) == ["a", "b", "c"]
    assert (found["y"].kind, found["y"].thread_id) == (activity_pb2.ACTIVITY_KIND_EMAIL, "T")


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    columns = Columns("from", "to", "time", kind="kind")
    text = "from,to,time,kind\na,b,soon,\n,b,1,\na,,1,\na,b,1,dance\na,b,1,call\n"
    rows = rows_of(tmp_path, text, columns)
    assert len(list(rows.activities())) == 1
    assert sorted(fault.split(": ", 1)[1][:20] for fault in rows.bad) == [
        "'dance' is no kind; ",
        "it has no receiver",
        "it has no sender",
        "no time can be read ",
    ]


def test_parquet_with_numbers_as_people(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    parquet.write_table(pa.table({"from": [1, 1], "to": [2, 3], "time": [10, 10]}), path)
    rows = Rows(open_table(path), COLUMNS, ZoneInfo("UTC"))
    assert [people(each) for each in rows.activities()] == [["1", "2", "3"]]


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--to receiver"):
        rows_of(tmp_path, "from,to,time\n", Columns("from", "receiver", "time"))
