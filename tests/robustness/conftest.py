import sys
from pathlib import Path

# `tests.robustness.processes` by its name.
sys.path.insert(0, str(Path(__file__).parents[2]))
