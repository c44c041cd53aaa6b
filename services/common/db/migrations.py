"""Migrations: Alembic with everything but the revisions held here.

A service has `models.py` (its tables and `METADATA`: the list of metadata its database holds, the
kit's included) and `migrations/versions/`. Every process may call `migrate` at its start: one does
the work in one transaction, the others wait for it. An operator may make it a step of its own, with
the variables that the service has:

    python -m services.common.db.migrations up scoring
    python -m services.common.db.migrations down scoring 0001
    python -m services.common.db.migrations state scoring

Who develops writes the next revision from the difference between the models and the revisions:

    python -m services.common.db.migrations revise scoring "Add the model's drift report"
"""

import argparse
import importlib
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import alembic.command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from services.common.db.engine import WRITES, make_engine, schema_name
from services.common.db.failures import storage_errors
from services.common.errors import LeadlightError
from services.common.settings import SettingsError, load_settings, settings_type_of

# Any fixed number: one migration at a time in a PostgreSQL database, whatever the service.
_ADVISORY_LOCK = 0x1EAD_1167
# Alembic keeps what it works on in globals: threads of one process take turns.
_ALEMBIC = threading.RLock()


class MigrationError(RuntimeError):
    """The database can't be brought to this version; the message says what to do."""


class Migrations:
    """One service's revisions and the tables they lead to.

    Args:
        service: Name of the service, such as "scoring".
        versions: Folder of its revisions.
        metadata: What the tables are after the last revision, the kit's tables included.
    """

    def __init__(self, service: str, versions: Path, metadata: Sequence[MetaData]) -> None:
        self.service = service
        self.versions = versions
        self.metadata = list(metadata)

    def upgrade(self, url: str, revision: str = "head") -> None:
        """Brings the database to a revision; does nothing if it is there.

        Raises:
            MigrationError: The database knows a revision that this version doesn't.
            LeadlightError: UNAVAILABLE when the storage fails.
        """
        with self._locked(url) as connection:
            try:
                alembic.command.upgrade(self._config(connection), revision)
            except CommandError as error:
                raise MigrationError(
                    f"the {self.service} database can't be brought to revision {revision!r}: {error}; "
                    "if a newer version of leadlight has used it, run that version"
                ) from error

    def downgrade(self, url: str, revision: str = "base") -> None:
        """Takes the database back to a revision; what only later ones hold is lost.

        Raises:
            MigrationError: There is no such revision before the database's own.
            LeadlightError: UNAVAILABLE when the storage fails.
        """
        with self._locked(url) as connection:
            try:
                alembic.command.downgrade(self._config(connection), revision)
            except CommandError as error:
                raise MigrationError(
                    f"the {self.service} database can't be taken to revision {revision!r}: {error}"
                ) from error

    def state(self, url: str) -> tuple[str, str]:
        """The revision the database is at, empty before the first, and the newest of this version.

        Raises:
            LeadlightError: UNAVAILABLE when the storage fails.
        """
        with self._locked(url) as connection:
            context = MigrationContext.configure(connection, opts={"version_table": self._version_table})
            newest = ScriptDirectory.from_config(self._config(connection)).get_current_head()
            return context.get_current_revision() or "", newest or ""

    def differences(self, url: str) -> list[Any]:
        """What the models have and the migrated database hasn't, and the other way round: empty."""
        with self._locked(url) as connection:
            options = {"version_table": self._version_table, "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            # Alembic takes a sequence of metadata too; its signature names one only.
            return list(compare_metadata(context, cast("MetaData", self.metadata)))

    def revise(self, message: str) -> None:
        """Writes the next revision into `versions`, from the difference to the models."""
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/database.db"
            self.upgrade(url)
            number = f"{len(list(self.versions.glob('*.py'))) + 1:04d}"
            with self._locked(url) as connection:
                alembic.command.revision(self._config(connection), message, autogenerate=True, rev_id=number)

    @property
    def _version_table(self) -> str:
        return f"alembic_version_{self.service}"

    def _config(self, connection: Connection) -> Config:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("alembic_env")))
        config.set_main_option("version_locations", str(self.versions))
        config.set_main_option("path_separator", "newline")
        config.attributes["connection"] = connection
        config.attributes["metadata"] = self.metadata
        config.attributes["version_table"] = self._version_table
        return config

    @contextmanager
    def _locked(self, url: str) -> Iterator[Connection]:
        """One transaction in which no other process migrates."""
        engine = make_engine(url, service=self.service, pool_size=1, pool_timeout_s=60, lock_timeout_s=60)
        lock = _sqlite_lock if engine.dialect.name == "sqlite" else _postgresql_lock
        try:
            with (
                _ALEMBIC,
                storage_errors(),
                engine.connect().execution_options(**{WRITES: True}) as connection,
                lock(connection, self.service),
            ):
                yield connection
        finally:
            engine.dispose()


@contextmanager
def _sqlite_lock(connection: Connection, service: str) -> Iterator[None]:
    """BEGIN IMMEDIATE is the lock: SQLite's schema changes are transactional like any other."""
    # Batch mode drops the old table, which would delete or block what refers to it. The pragma
    # works outside a transaction only, so it goes round SQLAlchemy, which would begin one.
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    driver.execute("PRAGMA foreign_keys = OFF").close()
    with connection.begin():
        yield
        if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
            raise MigrationError(f"a revision of {service} leaves rows that refer to nothing")


@contextmanager
def _postgresql_lock(connection: Connection, service: str) -> Iterator[None]:
    """An advisory lock until the transaction's end."""
    with connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        # Not "if not exists" alone: that asks for the right to create even where there is nothing to do, and workers
        # may run as a role that has none.
        if not inspect(connection).has_schema(schema_name(service)):
            connection.execute(CreateSchema(schema_name(service), if_not_exists=True))
        yield


def migrations_of(service: str) -> Migrations:
    """The migrations of a service by the layout: `services/<service>/{models.py,migrations/versions}`."""
    models = importlib.import_module(f"services.{service}.models")
    versions = Path(cast("str", models.__file__)).parent / "migrations" / "versions"
    return Migrations(service, versions, models.METADATA)


def migrate(url: str, *, service: str) -> None:
    """Brings a service's database to the version of the code; safe when several processes start.

    Raises:
        MigrationError: The database belongs to a newer version.
        LeadlightError: UNAVAILABLE when the storage fails.
    """
    migrations_of(service).upgrade(url)


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; see the module.

    Returns:
        Exit code: 0, or 1 with a line on standard error that says why.
    """
    parser = argparse.ArgumentParser(
        description="Bring a service's database to a version, or tell which it has."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, told in _COMMANDS.items():
        command = commands.add_parser(name, help=told, description=told)
        command.add_argument("service", help='the service, such as "scoring"')
        if name == "up":
            command.add_argument("revision", nargs="?", default="head", help="the newest if left out")
        elif name == "down":
            command.add_argument("revision", help='such as 0001; "base" takes every table away')
        elif name == "revise":
            command.add_argument("message", help="what the revision does")
    given = parser.parse_args(arguments)
    try:
        settings = load_settings(settings_type_of(given.service))
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        migrations = migrations_of(given.service)
        match given.command:
            case "up":
                migrations.upgrade(settings.database_url, given.revision)
            case "down":
                migrations.downgrade(settings.database_url, given.revision)
            case "revise":
                migrations.revise(given.message)
                return 0
        at, newest = migrations.state(settings.database_url)
    except (SettingsError, MigrationError, LeadlightError) as error:
        sys.stderr.write(f"leadlight {given.service}: {error}\n")
        return 1
    except DBAPIError as error:  # such as a role that may not change tables
        sys.stderr.write(f"leadlight {given.service}: the database refuses: {error.orig}\n")
        return 1
    sys.stdout.write(f"{given.service}: at {at or 'base'}, newest {newest}\n")
    return 0


_COMMANDS = {
    "up": "bring the tables to a revision",
    "down": "take the tables back to a revision; what only later ones hold is lost",
    "state": "tell the revision the tables are at",
    "revise": "write the next revision of the code",
}


if __name__ == "__main__":
    sys.exit(main())
