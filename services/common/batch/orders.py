"""Asks for a run of a job, as an operation that operation.py works on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from services.common.db import TenantSession
from services.common.operations import Operation, create_operation
from services.common.records import RecordKind

RUN_JOB = "RunJob"
"""The kind of the operation."""


@dataclass(frozen=True, slots=True)
class TableSource:
    """A table of a database that the operator has named.

    Attributes:
        connection: The name.
        table: With or without its schema.
    """

    connection: str
    table: str


@dataclass(frozen=True, slots=True)
class InputOrder:
    """Where an input comes from.

    Attributes:
        source: A file's name in the tenant's folder, or a table.
        columns: The source's column by the job's, where they are called otherwise.
    """

    source: str | TableSource
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobOrder:
    """What a caller wants to have run.

    Attributes:
        job: The job's name, such as "dedupe.scan".
        output: Where results go: a name in the tenant's folder; empty for the service's store.
        store_kind: For the store, what kind of records the ids are of.
        inputs: By name.
        options: By name; those left out have their defaults.
        run_id: Names the run; empty for the operation's own id.
    """

    job: str
    output: str = ""
    store_kind: RecordKind | None = None
    inputs: Mapping[str, InputOrder] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    run_id: str = ""


ORDER = TypeAdapter(JobOrder)


def ask_for_job(session: TenantSession, order: JobOrder) -> Operation:
    """A new operation."""
    return create_operation(session, kind=RUN_JOB, request=ORDER.dump_json(order), target=order.job)
