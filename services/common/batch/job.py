"""A job over a whole CRM: named inputs, named outputs, and the stages between them.

A service describes its jobs as constants; the runner (`jobs.py`) reads the inputs into tables, runs the stages on an
engine with a checkpoint after each, and writes the outputs. Job code never sees files or engines by name.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.errors import invalid_argument

TIME = pa.timestamp("us")
"""The type of every time in a job: UTC without a zone, so that both engines reckon alike."""


@dataclass(frozen=True)
class JobInput:
    """A table that a job reads; in the engine it stands under the input's name.

    Attributes:
        name: Of the input, and of its table.
        columns: Type by column: string, bool, int64, float64, date32, `TIME`, or lists of them.
        optional: Columns that a file may lack; they are NULL then.
        is_optional: Whether the input may be left out; its table is empty then.
        keeps_others: The table has the file's other columns too, under their own names. Parquet's have their types; a
            CSV's are numbers, true and false, or times where every value is one, else text.
        description: What a row is, for people.
    """

    name: str
    columns: Mapping[str, pa.DataType]
    optional: frozenset[str] = frozenset()
    is_optional: bool = False
    keeps_others: bool = False
    description: str = ""

    @property
    def schema(self) -> pa.Schema:
        """The table's columns, in order."""
        return pa.schema(list(self.columns.items()))


@dataclass(frozen=True)
class JobOption:
    """A setting of a job.

    Attributes:
        name: snake_case.
        description: With bounds and unit, for people.
        default: What holds when it isn't given; None if it must be given.
        is_file: Whether the value is a file's path; its content counts as part of the request.
    """

    name: str
    description: str
    default: str | None = None
    is_file: bool = False


@dataclass(frozen=True)
class JobOptions:
    """The settings of one run: every option of the job has a value.

    Attributes:
        values: Text by option.
        inputs: Names of the inputs that were given.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    inputs: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """An option's text; empty where the job's default is."""
        return self.values[name]

    def path(self, name: str) -> Path:
        """An option that is a file."""
        return Path(self.values[name])

    def number(self, name: str, least: float = -math.inf, most: float = math.inf) -> float:
        """An option that is a number.

        Raises:
            LeadlightError: INVALID_ARGUMENT if it is none, or not between the bounds.
        """
        try:
            value = float(self.values[name])
        except ValueError:
            raise invalid_argument(f"options.{name}", "is no number") from None
        if not least <= value <= most:
            raise invalid_argument(f"options.{name}", f"must lie between {least:g} and {most:g}")
        return value


StageFunction = Callable[[Engine, JobOptions], None]
"""Reads tables by name and makes the tables of its stage; what else it makes it drops."""


@dataclass(frozen=True)
class Stage:
    """One step of a job, with a checkpoint at its end.

    Attributes:
        name: For people, such as "comparing pairs".
        makes: Tables it leaves behind; a later attempt reads them back instead of running it again.
        run: Makes them. The same tables from the same tables, whatever the order of rows.
        steps: Tables whose making takes its time, on the way or at the end, in order; they count alike in how far
            the stage is. Those it leaves behind if none are named.
    """

    name: str
    makes: tuple[str, ...]
    run: StageFunction
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """A job over a whole CRM.

    Attributes:
        name: `service.job`, such as "dedupe.scan".
        description: What it does, in one sentence.
        inputs: What it reads.
        outputs: Schema by table; each is made by a stage, and written with its columns in this order, or for None as
            the stage made it.
        stages: In order; each sees the inputs and what the stages before it made.
        options: Its settings.
        order: What an output is sorted by, in SQL; those that aren't here come in no order.
    """

    name: str
    description: str
    inputs: tuple[JobInput, ...]
    outputs: Mapping[str, pa.Schema | None]
    stages: tuple[Stage, ...]
    options: tuple[JobOption, ...] = ()
    order: Mapping[str, str] = field(default_factory=dict)
