"""The options that say what does whole-CRM work: DuckDB in a process here, or Apache Spark."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

import typer

from clients.cli.failures import UsageError


class Engine(StrEnum):
    """What does the work."""

    DUCKDB = "duckdb"
    SPARK = "spark"


EngineOption = Annotated[
    Engine, typer.Option(help="What does the work: duckdb in a process here, or Apache Spark.")
]
MasterOption = Annotated[
    str,
    typer.Option(metavar="URL", help="Spark's master: spark://host:7077, yarn, k8s://...; local without it."),
]
RemoteOption = Annotated[
    str, typer.Option(metavar="URL", help="A Spark Connect server, sc://host:15002, instead of --master.")
]
MemoryOption = Annotated[
    str,
    typer.Option(
        metavar="SIZE",
        help="What the process may take with DuckDB, which spills to disk beyond, or Spark's driver: 768MB, 4GB.",
    ),
]
SparkConfOption = Annotated[
    list[str] | None, typer.Option("--spark-conf", metavar="NAME=VALUE", help="A setting of Spark; repeated.")
]


def engine_order(
    engine: Engine, master: str, remote: str, memory: str, spark_conf: Iterable[str]
) -> dict[str, Any]:
    """The engine as the program that runs jobs takes it.

    Raises:
        UsageError: If options don't go together.
    """
    settings = dict(pairs(spark_conf, "--spark-conf"))
    if engine is not Engine.SPARK and (master or remote or settings):
        raise UsageError("--master, --remote and --spark-conf go with --engine spark")
    if master and remote:
        raise UsageError("--master and --remote exclude each other")
    return {
        "name": str(engine),
        "master": master,
        "remote": remote,
        "memory": memory,
        "spark": settings,
    }


def engine_arguments(
    engine: Engine, master: str, remote: str, memory: str, spark_conf: Iterable[str]
) -> list[str]:
    """The same as options of a program.

    Raises:
        UsageError: As `engine_order`.
    """
    order = engine_order(engine, master, remote, memory, spark_conf)
    named = {"--engine": order["name"], "--master": master, "--remote": remote, "--memory": memory}
    return [
        *(f"{option}={value}" for option, value in named.items() if value),
        *(f"--spark-conf={name}={value}" for name, value in order["spark"].items()),
    ]


def pairs(given: Iterable[str], option: str) -> list[tuple[str, str]]:
    """Names and values of an option NAME=VALUE that may be repeated.

    Raises:
        UsageError: If one is written otherwise.
    """
    found = []
    for each in given:
        name, is_set, value = each.partition("=")
        if not is_set or not name:
            raise UsageError(f"{option} {each}: write NAME=...")
        found.append((name, value))
    return found
