"""A throw-away PostgreSQL on a socket in a folder, from the binaries found on PATH or in Debian's place."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def binaries_folder() -> Path | None:
    """Where initdb and pg_ctl are, if they are."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).parent / "pg_ctl").exists():
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def make(binaries: Path, folder: Path) -> str:
    """Makes a server's data in `folder`; returns the URL that it will have."""
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    initdb = f"{binaries}/initdb -D {folder}/data -U postgres -A trust -E UTF8 --locale=C --no-sync"
    as_postgres(initdb.split(), folder)
    return f"postgresql://postgres@/postgres?host={folder}"


def start(binaries: Path, folder: Path, *, syncs: bool) -> None:
    """Starts the server, on a socket only; one that is never killed need not sync."""
    data = folder / "data"
    fsync = "on" if syncs else "off"
    options = f"-k {folder} -c listen_addresses= -c fsync={fsync} -c max_connections=100"
    as_postgres(
        [f"{binaries}/pg_ctl", "start", "-w", "-D", str(data), "-l", f"{folder}/log", "-o", options], folder
    )


def stop(binaries: Path, folder: Path) -> None:
    """Stops the server at once."""
    as_postgres([f"{binaries}/pg_ctl", "stop", "-D", f"{folder}/data", "-m", "immediate"], folder)


def as_postgres(command: list[str], folder: Path) -> None:
    """Runs one of PostgreSQL's programs; the test fails with what it says if it fails."""
    # PostgreSQL refuses to run as root.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    done = subprocess.run([*user, *command], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"{command[0]} failed: {done.stdout}{done.stderr}")
