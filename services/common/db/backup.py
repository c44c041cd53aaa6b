"""A copy of a service's SQLite file while the service runs.

    python -m services.common.db.backup scoring /backup/scoring.db

The copy is one state of the database, with all that was acknowledged before the command began; writers go on
meanwhile. It is checked before it gets its name. PostgreSQL has pg_dump for this: docs/operations.md.
"""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from services.common.db.engine import normalised_url
from services.common.settings import SettingsError, load_settings, settings_type_of


class BackupError(Exception):
    """The copy could not be made; the message says why."""


def copy_sqlite(url: str, target: Path) -> None:
    """Copies the database behind `url` into a new file.

    Args:
        url: `sqlite:///path`.
        target: The copy; must not exist.

    Raises:
        BackupError: There is no such file, the target is there, or the copy is not sound.
    """
    parsed = normalised_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise BackupError("the database is PostgreSQL: use pg_dump")
    source = Path(parsed.database or "")
    if not source.exists():
        raise BackupError(f"{source} does not exist")
    if target.exists():
        raise BackupError(f"{target} exists already")
    unfinished = target.with_name(f"{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with (
            closing(
                sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30)
            ) as running,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            running.backup(copy)  # all pages in one step: one state, and readers do not hold up the writer
            # A copy in one file, which can be moved as it is.
            copy.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                raise BackupError(f"the copy of {source} is not sound: {verdict}")
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be copied: {error}") from error
    unfinished.chmod(0o600)
    unfinished.rename(target)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; see the module.

    Returns:
        Exit code: 0, or 1 with a line on standard error that says why.
    """
    parser = argparse.ArgumentParser(description="Copy a service's SQLite file while the service runs.")
    parser.add_argument("service", help='the service, such as "scoring"')
    parser.add_argument("target", type=Path, help="the new file")
    given = parser.parse_args(arguments)
    try:
        copy_sqlite(load_settings(settings_type_of(given.service)).database_url, given.target)
    except (SettingsError, BackupError) as error:
        sys.stderr.write(f"leadlight {given.service}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
