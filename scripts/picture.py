"""Draws docs/pictures/demo.svg from what `leadlight demo --once` really prints of the synthetic CRM.

Usage: python scripts/picture.py
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "pictures" / "demo.svg"
COLUMNS = 120


def main() -> None:
    """Entry point."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LEADLIGHT_DATA_DIR": folder, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS)}
        done = subprocess.run(
            [Path(sys.executable).with_name("leadlight"), "demo", "--once"],
            env=os.environ | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    printed = done.stdout.decode()
    # The first three screens: who to work on, how a relationship stands, who a lead already is.
    shown = printed[printed.index("Scoring:") : printed.index("Conversation:")].strip()
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True)
        console.print(Text.from_ansi(shown))
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        drawing = console.export_svg(title="make run: three of the screens, on a synthetic CRM")
        # The reader's own monospace font: a picture in a repository fetches nothing.
        PICTURE.write_text(re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL))


if __name__ == "__main__":
    main()
