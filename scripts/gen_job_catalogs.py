"""Writes each service's catalog of jobs, or checks that they are current.

Usage: python scripts/gen_job_catalogs.py [--check]

A worker lists its jobs from it: importing their code would load engines and models.
"""

import argparse
import json
import sys
from pathlib import Path

from services.common.batch.catalog import FILE_NAME
from services.common.batch.program import describe, job_in

ROOT = Path(__file__).resolve().parent.parent
_STORED = "stored_"
"""A module of this beginning has the same job with what the service's store wants of it."""


def catalogs() -> dict[Path, str]:
    """What each service's catalog has to hold, by its file."""
    return {folder / FILE_NAME: _catalog(folder) for folder in sorted(ROOT.glob("services/*/jobs"))}


def _catalog(folder: Path) -> str:
    jobs = []
    for path in sorted(folder.glob("*.py")):
        if path.stem.startswith(_STORED) or "\nJOB = " not in path.read_text(encoding="utf-8"):
            continue
        package = ".".join(folder.relative_to(ROOT).parts)
        stored = path.with_name(f"{_STORED}{path.name}").exists()
        jobs.append(
            {
                **describe(job_in(f"{package}.{path.stem}")),
                "module": f"{package}.{path.stem}",
                "stored_module": f"{package}.{_STORED}{path.stem}" if stored else "",
            }
        )
    jobs.sort(key=lambda job: str(job["name"]))
    return json.dumps(jobs, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Writes or checks; 1 if one is not current."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if one is not current")
    check = parser.parse_args().check
    for path, text in catalogs().items():
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not current: run python {sys.argv[0]}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
