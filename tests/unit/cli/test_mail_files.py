"""Activities from mailboxes and mails."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from leadlight.relationship.v1 import activity_pb2

from clients.cli.activity_rows import Columns
from clients.cli.activity_sources import format_of, open_source
from clients.cli.captured import INTERNAL, PRIVATE, OwnNames, Source
from clients.cli.failures import CommandError, UsageError

OWN = OwnNames(frozenset({"own.example"}))
MAIL = """From: =?utf-8?b?w4VzZQ==?= <Ada@own.example>
To: "Kim, K" <kim@customer.example>, kim@customer.example
Cc: Lee <lee@customer.example>
Subject: =?iso-8859-1?q?Pris_p=E5?=
 =?iso-8859-1?q?_varen?=
Date: Mon, 2 Mar 2026 10:00:00 +0100
Message-ID: <one@own.example>
In-Reply-To: <zero@customer.example>
References: <first@customer.example> <zero@customer.example> <one@own.example>

Secret words
"""


def source_of(folder: Path, text: str | bytes, name: str = "a.eml", zone: str = "UTC") -> Source:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return open_source(path, format_of(path, ""), Columns("", "", ""), ZoneInfo(zone), OWN)


def mailbox(*mails: str) -> str:
    return "".join(f"From a@b Mon Mar  2 10:00:00 2026\n{mail}\n" for mail in mails)


def test_a_mail_has_its_people_ids_and_subject_but_not_its_words(tmp_path: Path) -> None:
    source = source_of(tmp_path, MAIL)
    (mail,) = source.activities()
    assert (mail.id, mail.message_id) == ("one@own.example", "one@own.example")
    assert mail.in_reply_to == "zero@customer.example"
    assert list(mail.references) == ["first@customer.example", "zero@customer.example"]
    assert mail.subject == "Pris på varen"
    assert mail.start_time.ToDatetime(tzinfo=UTC) == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert [(each.address, each.name, each.role) for each in mail.participants] == [
        ("Ada@own.example", "Åse", activity_pb2.PARTICIPANT_ROLE_FROM),
        ("kim@customer.example", "Kim, K", activity_pb2.PARTICIPANT_ROLE_TO),
        ("lee@customer.example", "Lee", activity_pb2.PARTICIPANT_ROLE_CC),
    ]
    assert mail.text == ""
    assert b"Secret" not in mail.SerializeToString()
    assert source.addresses == {"Ada@own.example", "kim@customer.example", "lee@customer.example"}


def test_bad_mails_are_told_and_the_others_taken(tmp_path: Path) -> None:
    source = source_of(
        tmp_path,
        mailbox(
            MAIL,
            MAIL.replace("Mon, 2 Mar 2026 10:00:00 +0100", "yesterday"),
            MAIL.replace("From: ", "X-From: "),
            MAIL.replace("To: ", "X-To: ", 1).replace("Cc: ", "X-Cc: "),
            MAIL.replace("one@", "two@"),
        ),
        "a.mbox",
    )
    assert [each.id for each in source.activities()] == ["one@own.example", "two@own.example"]
    assert source.bad == [
        "mail 2: no time can be read from 'yesterday'",
        "mail 3: it has no sender",
        "mail 4: it has no receiver",
    ]


def test_what_is_private_or_among_own_people_is_not_offered(tmp_path: Path) -> None:
    inside = "From: a@own.example\nTo: b@dk.own.example\nDate: Mon, 2 Mar 2026 10:00:00 +0100\n\n"
    source = source_of(tmp_path, mailbox(f"Sensitivity: Private\n{MAIL}", inside, MAIL), "a.mbox")
    assert len(list(source.activities())) == 1
    assert source.left_out == {PRIVATE: 1, INTERNAL: 1}
    assert "b@dk.own.example" not in source.addresses


def test_times_without_a_zone_take_the_one_that_is_told(tmp_path: Path) -> None:
    source = source_of(tmp_path, MAIL.replace(" +0100", ""), zone="Europe/Copenhagen")
    (mail,) = source.activities()
    assert mail.start_time.ToDatetime(tzinfo=UTC) == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert source.naive == 1


def test_a_mail_without_id_has_the_same_one_each_time(tmp_path: Path) -> None:
    bare = MAIL.replace("Message-ID", "X-ID")
    ids = [next(source_of(tmp_path, text).activities()).id for text in (bare, bare, bare.replace("Kim", "K"))]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("mail-")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: \xff\xfe\x00raw",
        b"Subject: =?nope?q?x?=",
        b"Subject: =?utf-8?b?!!!?=",
        b"Subject: " + b"x" * 5000,
    ],
    ids=["raw bytes", "unknown charset", "bad base64", "long"],
)
def test_odd_headers_stop_nothing(tmp_path: Path, header: bytes) -> None:
    plain = b"From: a@own.example\nTo: k@customer.example\nDate: Mon, 2 Mar 2026 10:00:00 +0100\n"
    (mail,) = source_of(tmp_path, plain + header + b"\n\n").activities()
    assert len(mail.subject) <= 500
    assert mail.SerializeToString()


def test_a_file_without_mails_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="holds no mails"):
        list(source_of(tmp_path, "no mailbox\n", "a.mbox").activities())
    with pytest.raises(CommandError, match="does not exist"):
        list(open_source(tmp_path / "b.eml", "eml", Columns("", "", ""), ZoneInfo("UTC"), OWN).activities())


def test_columns_are_for_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    with pytest.raises(UsageError, match=r"--from: .* has no columns"):
        open_source(path, "eml", Columns("sender", "", ""), ZoneInfo("UTC"), OWN)
    with pytest.raises(UsageError, match="--to, --time: name the columns"):
        open_source(path, "csv", Columns("sender", "", ""), ZoneInfo("UTC"), OWN)
    with pytest.raises(UsageError, match="no such format"):
        format_of(path, "pst")
    assert format_of(path, "mbox") == "mbox"
    assert format_of(tmp_path / "a.pq", "") == "parquet"
