import sys
from pathlib import Path

# `tests.integration.server.probe` by its name, here and in the processes spawned from here.
sys.path.insert(0, str(Path(__file__).parents[3]))
