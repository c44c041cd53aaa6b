"""Lock files hold names, versions and hashes: no address of a registry, nor of anything else."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCKS = (
    "constraints.txt",
    "clients/typescript/package-lock.json",
    "web/package-lock.json",
    "clients/go/go.sum",
)


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_stands_in_a_lock(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert text
    assert "://" not in text
