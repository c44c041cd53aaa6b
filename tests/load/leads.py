"""The leads that are trained on and sent: real ones where the data folder is there, else the shipped sample."""

import csv
import os
import random
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SHARED_DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
SEED = 0

Attributes = dict[str, str | float]


@dataclass(frozen=True)
class Leads:
    """A file of closed leads.

    Attributes:
        path: The CSV file.
        delimiter: Its delimiter.
        label: Column with the outcome.
        positive: Text of a positive outcome.
        roles: Further options of `leadlight scoring train`: which column is the id, and when it was closed.
        not_attributes: Columns that a caller would not send as attributes.
    """

    path: Path
    delimiter: str
    label: str
    positive: str
    roles: tuple[str, ...] = ()
    not_attributes: frozenset[str] = frozenset()

    @property
    def training_options(self) -> list[str]:
        """What `leadlight scoring train` is told."""
        return [str(self.path), "--label", self.label, "--positive", self.positive, *self.roles]

    def rows(self) -> list[dict[str, str]]:
        """All rows as they are written."""
        with self.path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file, delimiter=self.delimiter))

    def sample(self, count: int) -> list[Attributes]:
        """Attributes of `count` rows, numbers as numbers, always the same rows."""
        chosen = random.Random(SEED).choices(self.rows(), k=count)  # noqa: S311 - a sample, no secret
        kept = self.not_attributes | {self.label}
        return [{name: _plain(text) for name, text in row.items() if name not in kept} for row in chosen]


def available() -> Leads:
    """UCI Bank Marketing from the data folder, else the synthetic sample."""
    real = SHARED_DATA / "scoring" / "bank_marketing.csv"
    if real.exists():
        return Leads(real, ";", "y", "yes")
    return Leads(
        REPOSITORY / "clients" / "cli" / "sample" / "leads.csv",
        ",",
        "outcome",
        "won",
        ("--id", "lead_id", "--created", "created", "--closed", "closed"),
        frozenset({"lead_id", "created", "closed"}),
    )


def _plain(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text
