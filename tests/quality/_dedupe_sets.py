"""The data sets on which duplicate detection is measured, in leadlight's columns."""

import os
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "dedupe"
# Names of the columns in the sets, where they are not leadlight's.
RENAMED = {
    "first": "first_name",
    "last": "last_name",
    "given_name": "first_name",
    "surname": "last_name",
    "suburb": "city",
    "postcode": "postal_code",
    "date_of_birth": "birth_date",
    "dob": "birth_date",
    "soc_sec_id": "national_id",
    "name": "company",
    "company_name": "company",
}
PERSON = ("first_name", "last_name")
CONTACT = (*PERSON, "email", "phone", "company", "city")
FEBRL = (*PERSON, "address", "city", "postal_code", "birth_date", "national_id")


@dataclass(frozen=True)
class DedupeSet:
    """A set with its truth.

    Attributes:
        name: In the table.
        parts: One table to be searched for duplicates, or two to be linked: unique_id, cluster, fields; text.
        fields: Columns to compare, named as leadlight's fields.
        splink_best_f1: What the spec's table says of Splink at its best threshold; None if it isn't there.
    """

    name: str
    parts: tuple[pd.DataFrame, ...]
    fields: tuple[str, ...]
    splink_best_f1: float | None = None

    @property
    def true_pairs(self) -> int:
        """Pairs of the same cluster: within the table, or between the two."""
        sizes = [part["cluster"].value_counts() for part in self.parts]
        if len(sizes) == 1:
            return int((sizes[0] * (sizes[0] - 1) // 2).sum())
        return int((sizes[0] * sizes[1]).dropna().sum())


def _table(
    frame: pd.DataFrame, fields: tuple[str, ...], cluster: pd.Series, prefix: str = ""
) -> pd.DataFrame:
    renamed = frame.rename(columns=RENAMED)
    table = renamed[list(fields)].astype(object).where(renamed[list(fields)].notna(), None)
    table.insert(0, "unique_id", [f"{prefix}{number}" for number in range(len(frame))])
    table.insert(1, "cluster", cluster.astype(str).to_numpy())
    return table.reset_index(drop=True)


def contacts(size: str, splink_best_f1: float) -> DedupeSet:
    """The project's own contacts at companies."""
    frame = pd.read_parquet(DATA / f"contacts_{size}.parquet")
    part = _table(frame, CONTACT, frame["cluster"])
    return DedupeSet(f"contacts_{size}", (part,), CONTACT, splink_best_f1)


def fake_1000() -> DedupeSet:
    """Splink's demonstration set."""
    fields = (*PERSON, "birth_date", "city", "email")
    frame = pd.read_csv(DATA / "fake_1000" / "fake_1000.csv", dtype=str)
    return DedupeSet("fake_1000", (_table(frame, fields, frame["cluster"]),), fields, 0.838)


def _febrl_part(name: str) -> pd.DataFrame:
    frame = pd.read_csv(DATA / "febrl" / f"dataset{name}.csv", dtype=str, skipinitialspace=True)
    street = frame["street_number"].fillna("") + " " + frame["address_1"].fillna("")
    frame["address"] = street.str.strip()
    return _table(frame, FEBRL, frame["rec_id"].str.extract(r"rec-(\d+)")[0], prefix=f"{name}-")


def febrl(name: str) -> DedupeSet:
    """Synthetic people: set 2 within, set 4 as two files."""
    parts = ("4a", "4b") if name == "4" else (name,)
    found = tuple(_febrl_part(part) for part in parts)
    return DedupeSet(f"febrl{name}", found, FEBRL, 1.0 if name == "4" else None)


def fodors_zagat() -> DedupeSet:
    """Two restaurant guides."""
    fields = ("company", "address", "city")
    parts = []
    for guide in ("1", "2"):
        path = DATA / "fodors_zagat_raw" / f"restaurant-{guide}.csv"
        frame = pd.read_csv(path, dtype=str, skipinitialspace=True)
        parts.append(_table(frame, fields, frame["unique_id"].str.strip("'"), prefix=f"{guide}-"))
    return DedupeSet("fodors_zagat", tuple(parts), fields)


def company_names() -> DedupeSet:
    """Company names and their misspelt twins."""
    parts = []
    for name in ("test_names", "adjusted_test_names"):
        frame = pd.read_csv(DATA / "dnb_company_names" / f"{name}.csv", dtype=str)
        parts.append(_table(frame, ("company",), frame.iloc[:, 0], prefix=f"{name}-"))
    return DedupeSet("dnb_company_names", tuple(parts), ("company",))


def all_sets() -> tuple[DedupeSet, ...]:
    """Every set."""
    return (
        febrl("2"),
        febrl("4"),
        fake_1000(),
        contacts("10k", 0.879),
        contacts("100k", 0.878),
        fodors_zagat(),
        company_names(),
    )
