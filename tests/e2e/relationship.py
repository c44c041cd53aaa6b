"""`leadlight relationship` as people run it, in a running suite."""

import csv
import json
from pathlib import Path
from typing import Any

from tests.shell import Shell

MAILS = """sender,recipients,sent_at,id,subject
ada@own.example,kim@x.example,2026-03-02T10:00:00Z,m1,Prices
ada@own.example,lee@x.example;max@x.example,2026-03-02T11:00:00Z,m5,Hello
kim@x.example,ada@own.example,2026-03-02T12:00:00Z,m2,Re: Prices
ben@own.example,kim@x.example,2026-03-03T09:00:00Z,m3,Hello
nobody,,2026-03-03T09:00:00Z,m4,
"""
MAILBOX = """From ada@own.example Mon Mar  2 10:00:00 2026
From: ada@own.example
To: kim@x.example
Date: Wed, 4 Mar 2026 10:00:00 +0000
Message-ID: <box1@own.example>

Words

From ada@own.example Mon Mar  2 10:00:00 2026
From: ada@own.example
To: ben@own.example
Date: Wed, 4 Mar 2026 11:00:00 +0000

Words
"""
NUMBERED = """from,to,time
1,2,991000000
1,3,991000000
2,1,991100000
"""


INBOX = """From ada@own.example Mon Mar  2 10:00:00 2026
From: ada@own.example
To: kim@customer.example
Date: Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <known@own.example>
Subject: Prices

From kim@customer.example Mon Mar  2 11:00:00 2026
From: kim@customer.example
To: ada@own.example
Date: Mon, 2 Mar 2026 11:00:00 +0000
Message-ID: <answer@customer.example>
In-Reply-To: <known@own.example>

From ada@own.example Mon Mar  2 12:00:00 2026
From: ada@own.example
To: kim@customer.example
Date: Mon, 2 Mar 2026 12:00:00 +0000
Message-ID: <private@own.example>
Sensitivity: Private

From kim@customer.example Mon Mar  2 13:00:00 2026
From: kim@customer.example
To: ada@own.example
Date: Mon, 2 Mar 2099 13:00:00 +0000
Message-ID: <future@customer.example>

From news@shop.example Mon Mar  2 13:00:00 2026
From: news@shop.example
To: ada@own.example
Date: Mon, 2 Mar 2026 13:00:00 +0000
Message-ID: <news@shop.example>

"""


def imported(suite: Shell, *arguments: object) -> dict[str, Any]:
    done = suite.run("relationship", "import", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    counts: dict[str, Any] = json.loads(done.stdout)
    return counts


def strengths(suite: Shell, out: Path, as_of: str, people: str) -> dict[tuple[str, str], float]:
    done = suite.run("relationship", "strengths", "--as-of", as_of, "-o", out)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        (row["person"], row["contact"]): float(row["strength"]) for row in rows if row["contact"] in people
    }


def test_a_row_per_receiver_and_nobody_who_is_own(suite: Shell, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(NUMBERED, encoding="utf-8")
    columns = ("--from", "from", "--to", "to", "--time", "time")
    assert imported(suite, rows, *columns)["added"] == 2
    found = strengths(suite, tmp_path / "ties.csv", "2001-06-10", "1 2 3")
    assert found.keys() == {("1", "2"), ("2", "1"), ("1", "3"), ("3", "1")}
    assert found["1", "2"] == found["2", "1"] > found["1", "3"] > 0
    assert strengths(suite, tmp_path / "early.csv", "2001-05-01", "1 2 3") == {}
    wrong = suite.run("relationship", "import", rows, "--from", "sender", "--to", "to", "--time", "time")
    assert wrong.returncode == 2
    assert "did you mean" in wrong.stderr or "The file has: from, to, time" in wrong.stderr


def test_mails_in_ties_and_insights_out(suite: Shell, tmp_path: Path) -> None:
    mails = tmp_path / "mails.csv"
    mails.write_text(MAILS, encoding="utf-8")
    columns = (
        "--from",
        "sender",
        "--to",
        "recipients",
        "--time",
        "sent_at",
        "--id",
        "id",
        "--subject",
        "subject",
    )
    arguments = (mails, *columns, "--own", "own.example", "--contacts")
    expected: dict[str, Any] = {"activities": 4, "added": 4, "corrected": 0, "unchanged": 0, "refused": 1}
    expected["not_offered"] = {}
    assert imported(suite, *arguments) == expected
    assert imported(suite, *arguments) == expected | {"added": 0, "unchanged": 4}
    found = strengths(suite, tmp_path / "ties.csv", "2026-03-10", MAILS)
    assert found.keys() == {
        ("ada@own.example", "kim@x.example"),
        ("ada@own.example", "lee@x.example"),
        ("ada@own.example", "max@x.example"),
        ("ben@own.example", "kim@x.example"),
    }
    assert max(found, key=lambda pair: found[pair]) == ("ada@own.example", "kim@x.example")
    done = suite.run("relationship", "insights", "contact/kim@x.example", "--as-of", "2026-03-10", "--json")
    assert done.returncode == 0, done.stderr
    insights = json.loads(done.stdout)
    assert insights["customer_responses"]["median"] == "7200s"
    shown = suite.run("relationship", "insights", "contact/kim@x.example", "--as-of", "2026-03-10")
    assert "2 from us, 1 from the customer" in shown.stdout
    danish = ("insights", "contact/kim@x.example", "--as-of", "2026-03-10", "--language", "da")
    assert "kunden" in suite.run("relationship", *danish).stdout.splitlines()[-1]
    box = tmp_path / "archive.mbox"
    box.write_text(MAILBOX, encoding="utf-8")
    found_in_box = imported(suite, box)
    assert (found_in_box["added"], found_in_box["not_offered"]) == (1, {"among own people": 1})
    missing = suite.run("relationship", "insights", "contact/none")
    assert (missing.returncode, "RESOURCE_NOT_FOUND" in missing.stderr) == (1, True)


def test_a_mailbox_offers_and_its_owner_decides(suite: Shell, tmp_path: Path) -> None:
    def answer(*arguments: object) -> Any:
        done = suite.run("relationship", *arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    mails = tmp_path / "known.csv"
    mails.write_text("from,to,time\nada@own.example,kim@customer.example,2026-01-05\n", encoding="utf-8")
    columns = ("--from", "from", "--to", "to", "--time", "time")
    imported(suite, mails, *columns, "--own", "own.example", "--contacts")
    inbox = tmp_path / "inbox.mbox"
    inbox.write_text(INBOX, encoding="utf-8")
    assert answer("capture", inbox) == {"offered": 2, "no_contact": 1, "private": 1, "refused": 1}
    assert [each["activity"]["id"] for each in answer("offers")] == [
        "answer@customer.example",
        "known@own.example",
    ]
    assert answer("track", "known@own.example", "--thread") == {
        "tracked": ["answer@customer.example", "known@own.example"]
    }
    assert answer("capture", inbox)["tracked"] == 2
    assert answer("never", "kim@customer.example")["forgotten"] == 0
    assert answer("never") == ["kim@customer.example"]
    shown = suite.run("relationship", "never", "kim@customer.example", "--undo")
    assert "offered again" in shown.stdout
    refused = suite.run("relationship", "ignore", "known@own.example")
    assert (refused.returncode, "RESOURCE_NOT_FOUND" in refused.stderr) == (1, True)
    wrong = suite.run("relationship", "capture", mails)
    assert (wrong.returncode, "only mailboxes" in wrong.stderr) == (2, True)
