"""Builds the dashboard (web/) into the gateway's package, or checks that what is there is what the sources build.

Usage: python scripts/build_web.py [--check] [--into FOLDER]
"""

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
BUILT = ROOT / "services" / "gateway" / "web"
_NPM_CI = ("npm", "ci", "--silent", "--no-audit", "--no-fund")


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--check", action="store_true", help="compare with the package instead of writing to it"
    )
    parser.add_argument("--into", type=Path, default=BUILT, help="folder to build into")
    arguments = parser.parse_args()
    missing = [program for program in ("node", "npm", "buf") if shutil.which(program) is None]
    if missing:
        sys.stderr.write(f"the dashboard was not built: {' and '.join(missing)} not found\n")
        # Whoever only uses the built files needs no Node; the one place that must not let it pass is CI.
        return 1 if not arguments.check or os.environ.get("CI") == "true" else 0
    if not arguments.check:
        build(arguments.into.resolve())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "web"
        build(fresh)
        _run("npm", "run", "--silent", "lint")
        different = differences(fresh, BUILT)
    for path in different:
        sys.stderr.write(f"services/gateway/web/{path} is not what web/ builds\n")
    if different:
        sys.stderr.write("run `make web` and commit what it writes\n")
    return 1 if different else 0


def build(into: Path) -> None:
    """Fetches packages where the lock file is newer, generates the client, checks types, bundles.

    Args:
        into: Folder that is replaced.
    """
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _run(*_NPM_CI)
    _run("npm", "run", "--silent", "generate")
    _run("npm", "run", "--silent", "build", LEADLIGHT_WEB_OUT=str(into))


def differences(fresh: Path, built: Path) -> list[str]:
    """Paths that only one of the folders has, or that differ."""
    ours, theirs = _files(fresh), _files(built)
    return sorted(
        path
        for path in ours | theirs
        if path not in ours & theirs or not filecmp.cmp(fresh / path, built / path, shallow=False)
    )


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _run(*command: str, **environment: str) -> None:
    try:
        subprocess.run(command, cwd=WEB, env=os.environ | environment, check=True)
    except subprocess.CalledProcessError as error:
        sys.exit(f"`{' '.join(command)}` failed with status {error.returncode}")


if __name__ == "__main__":
    sys.exit(main())
