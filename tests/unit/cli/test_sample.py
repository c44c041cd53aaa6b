"""The sample of `leadlight quickstart`."""

import csv
from collections import Counter

from clients.cli.quickstart import SAMPLE
from clients.cli.sample.make_leads import make_csv


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
