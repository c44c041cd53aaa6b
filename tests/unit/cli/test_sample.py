"""The samples of `leadlight quickstart` and `leadlight notes sample`."""

import csv
import json
import re
from collections import Counter
from pathlib import Path

from typer.testing import CliRunner

from clients.cli import notes
from clients.cli.main import app
from clients.cli.note_lines import read_lines
from clients.cli.quickstart import SAMPLE
from clients.cli.sample.make_leads import make_csv
from clients.cli.sample.make_notes import make_jsonl


def test_the_committed_file_is_what_the_script_makes() -> None:
    assert SAMPLE.read_text(encoding="utf-8") == make_csv()


def test_it_is_small_and_has_leads_of_every_outcome() -> None:
    assert SAMPLE.stat().st_size < 300_000
    rows = list(csv.DictReader(SAMPLE.read_text(encoding="utf-8").splitlines()))
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes["won"] > 400
    assert outcomes["lost"] > 400
    assert 40 < outcomes[""] < 150
    assert len({row["lead_id"] for row in rows}) == len(rows)


def test_no_address_or_number_can_be_somebodys() -> None:
    rows = csv.DictReader(SAMPLE.read_text(encoding="utf-8").splitlines())
    for row in rows:
        mailbox, _, domain = row["email"].partition("@")
        assert domain.endswith(".example") or (domain == "gmail.com" and "-" in mailbox)
        assert row["phone"] == "" or row["phone"].startswith(
            ("+49 30 23125 ", "+44 20 7946 0", "+1 202 555 01")
        )


def test_the_committed_notes_are_what_the_script_makes() -> None:
    assert notes.SAMPLE.read_text(encoding="utf-8") == make_jsonl()


def test_the_notes_are_few_and_in_five_languages() -> None:
    read = [line.note for line in read_lines(notes.SAMPLE)]
    assert len({note["id"] for note in read}) == len(read) == 80
    assert Counter(note["id"][:2] for note in read) == dict.fromkeys(("en", "da", "nb", "sv", "zh"), 16)
    assert all(note["text"] and note["reference_time"] and note["time_zone"] for note in read)


def test_no_address_or_number_in_a_note_can_be_somebodys() -> None:
    text = notes.SAMPLE.read_text(encoding="utf-8")
    assert re.findall(r"@\S+?(?=[,\s])", text)
    assert all(found.endswith(".example") for found in re.findall(r"@[\w.]+", text))
    assert all(
        found.startswith(("+44 20 7946 0", "+1 202 555 01")) for found in re.findall(r"\+[\d ]+", text)
    )


def test_the_notes_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    out = tmp_path / "notes.jsonl"
    result = CliRunner().invoke(app, ["notes", "sample", str(out)])
    assert result.exit_code == 0, result.output
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["id"] == "en-01"
    assert CliRunner().invoke(app, ["notes", "sample", str(tmp_path / "notes.csv")]).exit_code == 2
