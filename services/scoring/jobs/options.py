"""What the options of the scoring jobs say."""

from pathlib import Path

from services.common.batch.job import JobOption, JobOptions
from services.common.errors import invalid_argument

STAGES = JobOption(
    "stages", "Stages of a process and the columns of their times: stage=column, separated by semicolons.", ""
)


def listed(options: JobOptions, name: str) -> list[str]:
    """The parts of an option that are separated by semicolons."""
    return [each.strip() for each in options.text(name).split(";") if each.strip()]


def stages_of(options: JobOptions) -> tuple[tuple[str, str], ...]:
    """Each stage with its column, in the order of the process.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a part that names no column.
    """
    found = []
    for each in listed(options, "stages"):
        stage, _, column = each.partition("=")
        if not stage.strip() or not column.strip():
            raise invalid_argument("options.stages", f"{each!r} is no stage=column")
        found.append((stage.strip(), column.strip()))
    return tuple(found)


def content_of(path: Path, name: str) -> bytes:
    """A file that an option names.

    Raises:
        LeadlightError: INVALID_ARGUMENT if it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError:
        raise invalid_argument(f"options.{name}", f"{path.name} cannot be read") from None


def require_columns(columns: dict[str, str], there: list[str]) -> None:
    """Refuses options that name columns which are not there.

    Args:
        columns: Column by option, empty for none.
        there: The table's columns.

    Raises:
        LeadlightError: INVALID_ARGUMENT that names the option.
    """
    for option, column in columns.items():
        if column and column not in there:
            raise invalid_argument(
                f"options.{option}", f"there is no column {column!r}; there are {', '.join(there)}"
            )
