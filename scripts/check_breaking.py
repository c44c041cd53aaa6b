"""Refuses a change of the protos that would break callers, against the newest release tag, else the last landing.

Usage: python scripts/check_breaking.py
"""

import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def git(*arguments: str) -> str:
    """Returns what git prints, or an empty text when it fails."""
    done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def baseline() -> str:
    """Returns the commit to compare with: the newest release, else origin's main; empty when there is neither."""
    return git("describe", "--tags", "--match", "v*", "--abbrev=0") or git(
        "rev-parse", "--verify", "origin/main"
    )


def main() -> None:
    """Entry point."""
    against = baseline()
    if not against or not git("ls-tree", against, "protos/buf.yaml"):
        print("no earlier protos to compare with: nothing can break")
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = subprocess.run(
            ["git", "-C", str(ROOT), "archive", against, "protos"], capture_output=True, check=True
        ).stdout
        subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
        subprocess.run(
            ["buf", "breaking", "--against", str(Path(folder) / "protos")], cwd=ROOT / "protos", check=True
        )
    print(f"no breaking change against {against[:12]}")


if __name__ == "__main__":
    main()
