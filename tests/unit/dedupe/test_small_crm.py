"""Weights estimated on a small CRM of few companies, where nearly all pairs are colleagues, still find duplicates."""

import csv
import random
from pathlib import Path

import pytest

from services.common.batch.duckdb_engine import DuckDbEngine
from services.dedupe.fields import Field
from services.dedupe.scan import ScanRequest, scan

FIELDS = (Field.FIRST_NAME, Field.LAST_NAME, Field.EMAIL, Field.PHONE, Field.COMPANY, Field.CITY)
FIRST_NAMES = (
    "James", "Mary", "Robert", "Linda", "David", "Susan", "Thomas", "Sarah", "Karen", "Daniel", "Nancy",
    "Mark", "Emily", "Steven", "Paul", "Donna", "Kevin", "Brian", "Laura", "Jason", "Sharon", "Ryan",
    "Amy", "Gary", "Eric", "Emma", "Scott", "Anna", "Justin", "Nicole",
)  # fmt: skip
LAST_NAMES = (
    "Smith", "Johnson", "Brown", "Jones", "Garcia", "Miller", "Davis", "Lopez", "Wilson", "Taylor",
    "Moore", "Jackson", "Martin", "Lee", "White", "Harris", "Clark", "Robinson", "Walker", "Young",
    "Allen", "King", "Wright", "Torres", "Hill", "Flores", "Green", "Adams", "Nelson", "Baker", "Hall",
    "Campbell", "Mitchell", "Carter", "Roberts", "Phillips", "Evans", "Turner", "Parker", "Edwards",
    "Collins", "Stewart", "Morris", "Murphy", "Cook", "Rogers", "Morgan", "Cooper",
)  # fmt: skip
COMPANIES = (
    "Contoso", "Fabrikam", "Northwind", "Adventure", "Tailspin", "Wingtip", "Litware", "Proseware",
    "Lucerne", "Coho",
)  # fmt: skip
CITIES = (
    "Oslo", "Bergen", "Boston", "Austin", "Denver",
)  # fmt: skip


def mistyped(chance: random.Random, text: str) -> str:
    place = chance.randrange(1, len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def crm(chance: random.Random, people: int, twice: int) -> tuple[list[list[str]], set[tuple[str, str]]]:
    """People at ten companies, all under the switchboard's number, some of them twice; and who is who."""
    rows = []
    for number in range(people):
        company = chance.randrange(len(COMPANIES))
        first, last = chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES)
        email = f"{first}.{last}{number}@{COMPANIES[company]}.com".lower()
        rows.append(
            [first, last, email, f"555010{company:04d}", f"{COMPANIES[company]} Inc", CITIES[company % 5]]
        )
    again = chance.sample(range(people), twice)
    for number in again:
        row = list(rows[number])
        field = chance.choice((0, 1, 2))
        row[field] = mistyped(chance, row[field])
        if chance.random() < 0.5:
            row[4] = row[4].split(" ")[0]
        if chance.random() < 0.3:
            row[2] = ""
        rows.append(row)
    same = {(f"{number:04d}", f"{people + place:04d}") for place, number in enumerate(again)}
    return [[f"{number:04d}", *row] for number, row in enumerate(rows)], same


@pytest.mark.parametrize(("people", "twice", "least"), [(120, 40, 0.9), (400, 40, 0.75)])
def test_duplicates_among_colleagues_are_found(tmp_path: Path, people: int, twice: int, least: float) -> None:
    found = right = expected = 0
    for seed in range(3):
        rows, same = crm(random.Random(seed), people, twice)
        path = tmp_path / f"{seed}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", *FIELDS], *rows])
        with DuckDbEngine() as engine:
            scan(engine, ScanRequest(path, "id", {field: field.value for field in FIELDS}))
            pairs = {
                (pair["left_id"], pair["right_id"])
                for pair in engine.collect("SELECT left_id, right_id FROM pairs").to_pylist()
            }
        found += len(pairs)
        right += len(pairs & same)
        expected += len(same)
    assert right / expected >= least
    assert right / found >= 0.9
