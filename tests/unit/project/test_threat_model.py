"""What the threat model names as a defence is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
NAMED = re.compile(r"`((?:services|tests|docs|scripts)/[\w./-]+)`")


def test_every_file_that_stands_for_a_defence_exists() -> None:
    named = NAMED.findall((ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in ("threat-model.md", "operations.md", "load.md"):
        named = re.findall(r"`make ([a-z-]+)", (ROOT / "docs" / page).read_text(encoding="utf-8"))
        assert [each for each in named if f"\n{each}:" not in makefile] == [], page
