"""The table of promises against tests names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = {"unit": "tests/unit/scoring", "integration": "tests/integration/scoring", "e2e": "tests/e2e"}
TABLE = ROOT / "docs" / "scoring-spec-tests.md"
_FILE = re.compile(
    r"`(?:(unit|integration|e2e|tests/contract)/)(test_\w+\.py)(?:: (test_\w+))?`|`(test_\w+)`"
)


def test_every_test_in_the_table_exists() -> None:
    missing = []
    named = 0
    content = ""
    for folder, file, first, further in _FILE.findall(TABLE.read_text(encoding="utf-8")):
        if file:
            path = ROOT / FOLDERS.get(folder, folder) / file
            content = path.read_text(encoding="utf-8") if path.exists() else ""
            if not content:
                missing.append(str(path))
        for name in filter(None, (first, further)):
            named += 1
            if f"def {name}(" not in content:
                missing.append(f"{file or 'same file'}: {name}")
    assert missing == []
    assert named > 100
