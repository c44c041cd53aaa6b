"""One measured figure, beside the baseline it was measured with."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

_WIDTH = 150


@dataclass(frozen=True)
class Figure:
    """A figure as build/bench.json has it.

    Attributes:
        name: What was measured.
        value: The median.
        unit: Of value and baseline_value.
        baseline: What it was measured against in the same run; empty if against nothing.
        baseline_value: The median of that; None without a baseline.
        ratio: value / baseline_value; None without a baseline.
        n: How many measurements the median is of.
    """

    name: str
    value: float
    unit: str
    baseline: str
    baseline_value: float | None
    ratio: float | None
    n: int


def against(name: str, value: float, unit: str, *, baseline: tuple[str, float], n: int) -> Figure:
    """A figure with its ratio to a baseline, given as its name and its value."""
    return Figure(name, value, unit, *baseline, value / baseline[1], n)


def alone(name: str, value: float, unit: str, n: int) -> Figure:
    """A figure that stands for itself."""
    return Figure(name, value, unit, "", None, None, n)


def write(figures: Sequence[Figure], path: Path) -> None:
    """Writes build/bench.json; figures of earlier runs that were not measured anew stay."""
    names = {each.name for each in figures}
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    kept = [each for each in before if each["name"] not in names]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([*kept, *map(asdict, figures)], indent=2) + "\n", encoding="utf-8")


def show(figures: Sequence[Figure]) -> None:
    """Prints a table."""
    table = Table()
    for title in ("figure", "value", "unit", "baseline", "baseline value", "ratio", "n"):
        is_text = title in {"figure", "baseline"}
        table.add_column(title, justify="left" if is_text else "right", no_wrap=not is_text)
    for each in figures:
        of_baseline = "" if each.baseline_value is None else f"{each.baseline_value:,.4g}"
        ratio = "" if each.ratio is None else f"{each.ratio:.3g}"
        table.add_row(
            each.name, f"{each.value:,.4g}", each.unit, each.baseline, of_baseline, ratio, str(each.n)
        )
    console = Console()
    console.print(table, width=max(console.width, _WIDTH))
