"""Fits the pipelines of baselines.py and predicts a table with each, in a process of its own.

python -m bench.predict_table TABLE.csv

Prints one JSON object: by pipeline read_s and predict_s.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench import baselines
from tests.load.leads import available

if __name__ == "__main__":
    leads = available()
    table = Path(sys.argv[1])
    found = {
        name: asdict(baselines.predict(baselines.fitted(name, leads), table, leads))
        for name in baselines.PIPELINES
    }
    sys.stdout.write(json.dumps(found) + "\n")
