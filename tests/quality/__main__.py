"""Runs every quality module and gathers what they found in build/quality.json.

python -m tests.quality [module ...]

A module has `main() -> int`, prints its table, writes `build/quality-<module>.json` and returns 1 when a bar of the
spec is missed. Exit code 1 if any did.
"""

import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"


def main(asked: list[str]) -> int:
    """Runs the modules asked for, by default all."""
    there = sorted(path.stem for path in HERE.glob("[a-z]*.py"))
    unknown = set(asked) - set(there)
    if unknown:
        sys.stderr.write(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(there)}\n")
        return 2
    worst = 0
    gathered: dict[str, object] = {}
    for name in asked or there:
        sys.argv = [f"tests.quality.{name}"]  # each has options of its own when it is run alone
        worst = max(worst, importlib.import_module(f"tests.quality.{name}").main())
        gathered[name] = json.loads((BUILD / f"quality-{name}.json").read_text(encoding="utf-8"))
    (BUILD / "quality.json").write_text(json.dumps(gathered, indent=2) + "\n", encoding="utf-8")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
