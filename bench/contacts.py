"""Contacts in any number, of the kind of the data folder's: people at companies, some of them twice or more.

Beyond the 100,000 that there are, each further hundred thousand has the same people's names at other companies, with
other e-mail domains and telephone numbers: their duplicates are as theirs, and namesakes grow with the size.
"""

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
    part["cluster"] = part["cluster"] + f"-{number}"
    part["company"] = part["company"].map(lambda name: _renamed(name, others), na_action="ignore")
    part["email"] = part["email"].map(lambda address: _moved(address, others), na_action="ignore")
    part["phone"] = part["phone"].map(lambda digits: f"{number}{digits}", na_action="ignore")
    return part


def _renamed(name: str, others: dict[int, int]) -> str:
    """The company's name in other letters; the legal form at its end stays."""
    first, *rest = name.split(" ")
    return " ".join((first.translate(others), *rest))


def _moved(address: str, others: dict[int, int]) -> str:
    """The address at another domain of the same top-level domain."""
    local, at, host = address.partition("@")
    label, dot, top = host.partition(".")
    return f"{local}{at}{label.translate(others)}{dot}{top}"
