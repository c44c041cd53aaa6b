"""10,000 random merges, unmerges, detaches, upserts and deletes with kills in between, against a plain model.

python -m tests.quality.dedupe_merges [--calls 10000] [--kills 40] [--seed 11]

Exit code 1 if the tables of the service ever are not what the model says; see tests/robustness/merge_history.py.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from services.common.db import Database
from tests.robustness.merge_history import History
from tests.robustness.processes import running

BUILD = Path(__file__).parents[2] / "build"


def main() -> int:
    """Runs one history and writes what it was into build/quality-dedupe_merges.json."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=10_000)
    options.add_argument("--kills", type=int, default=40)
    options.add_argument("--seed", type=int, default=11)
    asked = options.parse_args()
    begun_s = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/dedupe.db"
        with running(Path(folder), url, service="dedupe") as service:
            db = Database(url, service="dedupe")
            history = History(service, db, random.Random(asked.seed))  # noqa: S311 - the same each time
            try:
                history.run(asked.calls, asked.kills)
                is_equal = True
            except AssertionError as error:
                sys.stderr.write(f"{error}\n")
                is_equal = False
            finally:
                db.close()
    found = {
        "calls": asked.calls,
        "kills": asked.kills,
        "is_equal": is_equal,
        "seconds": round(time.monotonic() - begun_s, 1),
        "answers": dict(sorted(history.counts.items())),
    }
    BUILD.mkdir(exist_ok=True)
    (BUILD / "quality-dedupe_merges.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
    return 0 if is_equal else 1


if __name__ == "__main__":
    sys.exit(main())
