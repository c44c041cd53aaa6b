"""Generates the committed Python stubs from the protos, or checks that they are current.

Usage: python scripts/gen_protos.py [--check]
"""

import argparse
import filecmp
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import grpc_tools

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
GENERATED = PROTOS / "gen" / "python"
THIRD_PARTY = PROTOS / "third_party"
# The stubs of buf/validate come with ours; those of google/ are a dependency (googleapis-common-protos).
OWN_ROOTS = ("leadlight", "buf")


def pinned(package: str) -> str:
    """Returns the version of `package` in constraints.txt, so that two machines generate the same text."""
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if line.startswith(f"{package}=="):
            return line.split("==")[1].split()[0]
    raise SystemExit(f"{package} is not in constraints.txt")


def generate(target: Path) -> None:
    """Writes all stubs, their types and the service configs into the empty folder `target`."""
    for tool in ("grpcio-tools", "mypy-protobuf"):
        if version(tool) != pinned(tool):
            raise SystemExit(
                f"{tool} is {version(tool)}, constraints.txt says {pinned(tool)}: run `make setup`"
            )
    sources = sorted(PROTOS.glob("leadlight/**/*.proto"))
    validate = THIRD_PARTY / "buf" / "validate" / "validate.proto"
    includes = [f"-I{THIRD_PARTY}", f"-I{PROTOS}", f"-I{Path(grpc_tools.__file__).parent / '_proto'}"]
    services = [source for source in sources if "\nservice " in source.read_text()]
    bin_dir = Path(sys.executable).parent
    protoc = [sys.executable, "-m", "grpc_tools.protoc", *includes]
    messages = [
        f"--python_out={target}",
        f"--plugin=protoc-gen-mypy={bin_dir / 'protoc-gen-mypy'}",
        f"--mypy_out=quiet:{target}",
    ]
    subprocess.run([*protoc, *messages, *map(str, sources), str(validate)], check=True)
    stubs = [
        f"--grpc_python_out={target}",
        f"--plugin=protoc-gen-mypy_grpc={bin_dir / 'protoc-gen-mypy_grpc'}",
        f"--mypy_grpc_out=quiet:{target}",
    ]
    subprocess.run([*protoc, *stubs, *map(str, services)], check=True)
    for config in PROTOS.glob("leadlight/**/*_grpc_service_config.json"):
        shutil.copy(config, target / config.relative_to(PROTOS))
    for root in OWN_ROOTS:
        (target / root / "py.typed").touch()


def differences(fresh: Path, committed: Path) -> list[str]:
    """Returns the relative paths that are not the same in both folders."""

    def files(root: Path) -> set[Path]:
        return {
            path.relative_to(root)
            for path in root.rglob("*")
            if path.is_file() and path.parts[len(root.parts)] in OWN_ROOTS and path.suffix != ".pyc"
        }

    fresh_files, committed_files = files(fresh), files(committed)
    changed = {
        path
        for path in fresh_files & committed_files
        if not filecmp.cmp(fresh / path, committed / path, shallow=False)
    }
    return sorted(str(path) for path in changed | (fresh_files ^ committed_files))


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail if the committed stubs are not current")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        if check:
            stale = differences(fresh, GENERATED)
            if stale:
                raise SystemExit("stubs are not current, run `make protos`:\n  " + "\n  ".join(stale))
            print("stubs are current")
            return
        for root in OWN_ROOTS:
            shutil.rmtree(GENERATED / root, ignore_errors=True)
            shutil.copytree(fresh / root, GENERATED / root)


if __name__ == "__main__":
    main()
