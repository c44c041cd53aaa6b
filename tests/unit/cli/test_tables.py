"""Files as people have them: delimiters, encodings, types that change in the middle."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from clients.cli import tables
from clients.cli.failures import CommandError
from clients.cli.tables import Table, TypeChangedError, open_table, to_ipc, with_settled_types


def write(folder: Path, content: str | bytes, name: str = "leads.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(table: Table) -> pa.Table:
    return with_settled_types(table, lambda: pa.Table.from_batches(p.batch for p in table.pieces()))


def read_text(folder: Path, content: str | bytes) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = read(open_table(write(folder, content))).to_pydict()
    return columns


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "note, or remark; or|so\tthis"], ["1", "a"], ["2", 'say "hi"']]
    quoted = "\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    assert read_text(tmp_path, quoted) == {"id": [1, 2], "note, or remark; or|so\tthis": ["a", 'say "hi"']}


@pytest.mark.parametrize(
    ("content", "columns"),
    [
        ("\ufeffid,won\n1,yes\n", {"id": [1], "won": ["yes"]}),
        ("id,won\r\n1,yes\r\n", {"id": [1], "won": ["yes"]}),
        ("id,won\n1,yes", {"id": [1], "won": ["yes"]}),
        ('id,note\n1,"two\nlines"\n2,x\n', {"id": [1, 2], "note": ["two\nlines", "x"]}),
        ("id\n1\n2\n", {"id": [1, 2]}),
        ("a,b\nTRUE,yes\nfalse,no\n", {"a": [True, False], "b": ["yes", "no"]}),
        ("a,b\n,x\n1.5,\n", {"a": [None, 1.5], "b": ["x", None]}),
        ("a,b\nNaN,NULL\n1.5,x\n", {"a": [None, 1.5], "b": [None, "x"]}),
        ("plz,x\n01067,1\n80331,2\n", {"plz": ["01067", "80331"], "x": [1, 2]}),
        ("preis;x\n1,5;a\n2;b\n", {"preis": [1.5, 2.0], "x": ["a", "b"]}),
        ("x;y\n1,5;2.5\n", {"x": ["1,5"], "y": [2.5]}),
        ("at,x\n10:30,1\n11:00,2\n", {"at": ["10:30", "11:00"], "x": [1, 2]}),
        ("day,x\n2026-01-31,1\n", {"day": [dt.date(2026, 1, 31)], "x": [1]}),
        ("day,x\n31.01.2026,1\n", {"day": [dt.datetime.fromisoformat("2026-01-31T00:00:00")], "x": [1]}),
    ],
)
def test_values_are_read_as_what_they_are(
    tmp_path: Path, content: str, columns: dict[str, list[object]]
) -> None:
    assert read_text(tmp_path, content) == columns


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("id,,won\n1,2,3\n", "column 2 has no name"),
        ("id,won,id\n1,2,3\n", "used twice: id"),
        ("1,2\n3,4\n", "has no header"),
        ("id,won\n1,2,3\n", "a row has 3 fields where the header has 2"),
        ("id,name\n1,M\u00fcller\n".encode("latin-1"), "is not UTF-8"),
        ("id,name\n1,M\u00fcller\n".encode("utf-16"), "is not UTF-8"),
        (b"id,\xff\n1,2\n", "is not UTF-8"),
        (b"PK\x03\x04\x00\x00", "is no text file"),
    ],
)
def test_files_that_cannot_be_used_say_why_in_one_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(CommandError, match=message) as caught:
        read_text(tmp_path, content)
    assert "\n" not in str(caught.value)


def test_a_file_that_turns_out_not_to_be_utf8_far_behind_its_beginning(tmp_path: Path) -> None:
    lines = b"name,x\n" + b"Mueller,1\n" * 600_000 + b"M\xfcller,1\n"
    with pytest.raises(CommandError, match="is not UTF-8"):
        read_text(tmp_path, lines)


@pytest.mark.parametrize(
    ("early", "late", "kind"),
    [
        ("1", "1.5", pa.float64()),
        ("1", "n.n.", pa.string()),
        ("1.5", "n.n.", pa.string()),
        ("", "7", pa.int64()),
        ("", "text", pa.string()),
        ("true", "maybe", pa.string()),
        ("2026-01-31", "2026-01-31 10:00:00", pa.timestamp("ns")),
        ("2026-01-31", "soon", pa.string()),
    ],
)
def test_one_type_for_the_whole_column_even_if_it_shows_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, early: str, late: str, kind: pa.DataType
) -> None:
    monkeypatch.setattr(tables, "_BLOCK_BYTES", 4096)
    content = "a,b\n" + f"{early},x\n" * 3000 + f"{late},x\n"
    table = read(open_table(write(tmp_path, content)))
    assert table.schema.field("a").type == kind
    assert table.num_rows == 3001
    if kind == pa.string():
        assert table["a"][0].as_py() == (early or None)


def test_a_widened_column_starts_the_reader_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_BLOCK_BYTES", 4096)
    table = open_table(write(tmp_path, "a,b\n" + "1,x\n" * 3000 + "y,x\n"))
    with pytest.raises(TypeChangedError):
        list(table.pieces())


def test_columns_can_be_taken_as_they_are_written(tmp_path: Path) -> None:
    table = open_table(write(tmp_path, "id,won\n1,TRUE\n2.50,FALSE\n"))
    table.read_as_text("id", "won")
    assert read(table).to_pydict() == {"id": ["1", "2.50"], "won": ["TRUE", "FALSE"]}


def test_pieces_stay_within_the_limits_and_say_how_far_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PIECE_BYTES", 20_000)
    table = open_table(write(tmp_path, "a,b\n" + "1,some text\n" * 50_000))
    pieces = list(table.pieces(rows=4_000))
    assert sum(piece.batch.num_rows for piece in pieces) == 50_000
    assert max(piece.batch.num_rows for piece in pieces) <= 4_000
    assert max(piece.batch.nbytes for piece in pieces) <= 20_000
    assert pieces[-1].done == 1.0
    assert [piece.done for piece in pieces] == sorted(piece.done for piece in pieces)


def test_parquet_is_read_like_csv(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    parquet.write_table(pa.table({"id": [1, 2, 3], "name": ["a", None, "c"]}), path)
    table = open_table(path)
    table.read_as_text("id")
    assert table.columns == ["id", "name"]
    pieces = list(table.pieces(rows=2))
    assert [piece.batch.num_rows for piece in pieces] == [2, 1]
    assert pieces[0].batch.to_pydict() == {"id": ["1", "2"], "name": ["a", None]}


def test_what_only_looks_like_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read as Parquet"):
        open_table(write(tmp_path, "id,won\n1,2\n", "leads.parquet"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        open_table(tmp_path / "none.csv")
    with pytest.raises(CommandError, match="cannot be read"):
        open_table(tmp_path)


def test_a_piece_is_one_whole_arrow_stream() -> None:
    batch = pa.record_batch({"a": [1, 2, 3]}).slice(1, 2)
    with pa.ipc.open_stream(to_ipc(batch)) as stream:
        assert stream.read_all().to_pydict() == {"a": [2, 3]}
