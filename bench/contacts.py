"""Contacts in any number, of the kind of the data folder's: people at companies, some of them twice or more.

Beyond the 100,000 that there are, each further hundred thousand has the same people's first names, with last names,
companies, e-mail addresses and telephones in other letters and digits, in other cities: their duplicates are as
theirs, first names and cities grow more common with the size, and nobody is met ten times over.
"""

import random
from pathlib import Path

import pandas as pd

from tests.quality._dedupe_sets import CONTACT, DedupeSet, contacts

_SMALL, _WHOLE = 10_000, 100_000
_CONSONANTS, _VOWELS = "bcdfghklmnprstvw", "aeiou"


def contacts_of(size: int) -> DedupeSet:
    """So many contacts: unique_id, cluster, fields."""
    base = contacts("10k" if size <= _SMALL else "100k", 0.0).parts[0]
    copies = [_copy(base, number) for number in range(-(-size // _WHOLE))]
    part = pd.concat(copies, ignore_index=True).head(size)
    part["unique_id"] = [str(number) for number in range(len(part))]
    return DedupeSet(f"contacts_{size}", (part,), CONTACT)


def write(measured: DedupeSet, path: Path) -> None:
    """The contacts as a Parquet file."""
    measured.parts[0].to_parquet(path)


def _copy(base: pd.DataFrame, number: int) -> pd.DataFrame:
    part = base.copy()
    if number == 0:
        return part
    others = str.maketrans(
        _CONSONANTS + _VOWELS,
        _CONSONANTS[number:] + _CONSONANTS[:number] + _VOWELS[number % 5 :] + _VOWELS[: number % 5],
    )
    shuffled = random.Random(number)  # noqa: S311 - a sample, no secret
    digits = str.maketrans("0123456789", "".join(shuffled.sample("0123456789", 10)))
    cities = sorted(base["city"].dropna().unique())
    city_of = dict(zip(cities, shuffled.sample(cities, len(cities)), strict=True))
    part["cluster"] = part["cluster"] + f"-{number}"
    part["last_name"] = part["last_name"].map(lambda name: name.translate(others), na_action="ignore")
    part["company"] = part["company"].map(lambda name: _renamed(name, others), na_action="ignore")
    part["email"] = part["email"].map(lambda address: _moved(address, others), na_action="ignore")
    part["phone"] = part["phone"].map(lambda number: number.translate(digits), na_action="ignore")
    part["city"] = part["city"].map(city_of, na_action="ignore")
    return part


def _renamed(name: str, others: dict[int, int]) -> str:
    """The company's name in other letters; the legal form at its end stays."""
    first, *rest = name.split(" ")
    return " ".join((first.translate(others), *rest))


def _moved(address: str, others: dict[int, int]) -> str:
    """The address in other letters, under the same top-level domain."""
    local, at, host = address.partition("@")
    label, dot, top = host.partition(".")
    return f"{local.translate(others)}{at}{label.translate(others)}{dot}{top}"
