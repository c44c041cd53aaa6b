"""Everything `make quality` measures, one after the other; exit code 1 if a bar is missed."""

import argparse
import json
import sys

from tests.quality import coverage, low_evidence, replay, scoring

PARTS = {part.NAME: part for part in (replay, coverage, low_evidence)}


def run_part(name: str) -> bool:
    """Runs one part on its sets, writes build/quality-scoring-{name}.json; whether every bar is met."""
    part = PARTS[name]
    results, missed = {}, []
    for data in part.SETS:
        results[data], missed_here = part.run(scoring.SETS[data]())
        missed += missed_here
    path = scoring.RESULTS.with_name(f"quality-scoring-{name}.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"results": results, "missed": missed}, indent=2), encoding="utf-8")
    print("\n".join(f"MISSED {bar}" for bar in missed) or f"{name}: every bar is met")
    return not missed


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    choices = ["scoring", *PARTS]
    parser.add_argument("parts", nargs="*", default=choices, help=f"of {', '.join(choices)}")
    parts = parser.parse_args().parts
    met = [run_part(name) for name in parts if name in PARTS]
    if "scoring" in parts:
        sys.argv = sys.argv[:1]
        met.append(scoring.main() == 0)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
