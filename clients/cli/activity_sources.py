"""What `relationship import` reads: a table, a mailbox, a mail or a calendar, by the file's suffix."""

from pathlib import Path
from zoneinfo import ZoneInfo

from clients.cli.activity_rows import Columns, Rows
from clients.cli.captured import OwnNames, Source
from clients.cli.failures import UsageError
from clients.cli.tables import open_table

TABLES = ("csv", "parquet")
FORMATS = (*TABLES, "mbox", "eml", "ics")
_SUFFIXES = {".mbox": "mbox", ".mbx": "mbox", ".eml": "eml", ".ics": "ics", ".ical": "ics"}


def format_of(file: Path, asked: str) -> str:
    """A file's format: as asked for, else by its suffix; a table for any other.

    Raises:
        UsageError: If there is no such format.
    """
    if asked and asked not in FORMATS:
        raise UsageError(f"--format {asked}: there is no such format; there are {', '.join(FORMATS)}")
    suffix = file.suffix.lower()
    return asked or _SUFFIXES.get(suffix) or ("parquet" if suffix in {".parquet", ".pq"} else "csv")


def open_source(file: Path, file_format: str, columns: Columns, zone: ZoneInfo, own: OwnNames) -> Source:
    """Opens a file.

    Args:
        file: The file.
        file_format: From `format_of`.
        columns: Of a table; of others none is given.
        zone: Of times that name none.
        own: What mails and meetings among own people are told by.

    Raises:
        UsageError: If a table's columns are missing, or given for what has none.
        CommandError: If a table cannot be read; mailboxes and calendars say so later.
    """
    if file_format in TABLES:
        missing = [option for option, name in columns.needed().items() if not name]
        if missing:
            raise UsageError(f"{', '.join(missing)}: name the columns of {file}")
        table = open_table(file)
        columns.check(table)
        return Rows(table, columns, zone)
    given = [option for option, name in columns.options().items() if name]
    if given:
        raise UsageError(f"{', '.join(given)}: {file} is read as {file_format}, which has no columns")
    # Each is loaded when it is read: other commands need neither.
    if file_format == "ics":
        from clients.cli.calendar_files import CalendarFile  # noqa: PLC0415

        return CalendarFile(zone, own, path=file)
    from clients.cli.mail_files import MailFile  # noqa: PLC0415

    return MailFile(zone, own, path=file, is_mailbox=file_format == "mbox")
