"""Whether a request suits its job, by names alone: what the command line and `RunJob` refuse alike."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from services.common.errors import invalid_argument

CSV = ".csv"
_FILES = frozenset({".parquet", ".pq", CSV})


def check_inputs(job: str, optional: Mapping[str, bool], given: Collection[str]) -> None:
    """Refuses inputs that the job doesn't have, and asks for those it needs.

    Args:
        job: Its name.
        optional: Whether it may be left out, by input.
        given: Names of those that are given.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    for name in sorted(given):
        if name not in optional:
            there = ", ".join(sorted(optional))
            raise invalid_argument("inputs", f"{job} has no input {name}; it takes {there}")
    missing = sorted(name for name, may_lack in optional.items() if not may_lack and name not in given)
    if missing:
        raise invalid_argument("inputs", f"{job} needs {', '.join(missing)}")


def check_options(job: str, required: Mapping[str, str | None], given: Collection[str]) -> None:
    """Refuses options that the job doesn't have, and asks for those it needs.

    Args:
        job: Its name.
        required: What an option means where it must be given, else None, by option.
        given: Names of those that are given.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    for name in sorted(given):
        if name not in required:
            there = ", ".join(required) or "none"
            raise invalid_argument("options", f"{job} has no option {name}; it has {there}")
    for name, description in required.items():
        if description is not None and name not in given:
            raise invalid_argument(f"options.{name}", f"{job} needs it: {description}")


def check_output(job: str, tables: Sequence[str], output: Path) -> None:
    """Refuses a file where the job writes several tables, and what is no file of a known kind where it writes one.

    Raises:
        LeadlightError: INVALID_ARGUMENT.
    """
    is_file = output.suffix.lower() in _FILES
    if len(tables) > 1 and is_file:
        files = ", ".join(f"{name}.parquet" for name in tables)
        raise invalid_argument("output", f"{job} writes several files: name a folder for {files}")
    if len(tables) == 1 and not is_file:
        raise invalid_argument("output", "name a .parquet or .csv file")
