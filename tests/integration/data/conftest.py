"""Databases with tables, and programs that run beside the test and may be killed."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData
from sqlalchemy.schema import CreateSchema

from services.common.db import Database
from services.common.db.engine import schema_name
from services.common.tables import KIT_METADATA

PROGRAMS = Path(__file__).with_name("programs")

Make = Callable[..., Database]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def make_database(database_url: str) -> Iterator[Make]:
    """Makes a service's database with the tables of some metadata."""
    made: list[Database] = []

    def make(*metadata: MetaData, service: str = "kit") -> Database:
        db = Database(database_url, service=service)
        made.append(db)
        with db.write_all_tenants() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(CreateSchema(schema_name(service), if_not_exists=True))
            for tables in metadata:
                tables.create_all(connection)
        return db

    yield make
    for db in made:
        db.close()


@pytest.fixture
def kit_db(make_database: Make) -> Database:
    """A database with the kit's own tables."""
    return make_database(KIT_METADATA)


@pytest.fixture
def start_program() -> Iterator[Start]:
    """Starts a program of `programs/`; whatever still runs at the test's end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(name: str, *arguments: object) -> "subprocess.Popen[str]":
        command = [sys.executable, "-W", "error", str(PROGRAMS / name), *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, bufsize=1)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
