"""Writes build/sbom.json: the parts that the suite is made of, in CycloneDX's form.

python -m scripts.sbom

cyclonedx-py reads constraints.txt; licences and the models in this repository are added from `scripts.notices`. The
same lock file gives the same bytes: no time, no serial number, no address of an index.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scripts import notices

SBOM = notices.ROOT / "build" / "sbom.json"
_VERSION = SchemaVersion.V1_6


def main() -> int:
    """Writes the file.

    Raises:
        UnknownLicenceError: If a licence is not known.
        ValueError: If CycloneDX's schema refuses the file.
    """
    SBOM.parent.mkdir(exist_ok=True)
    made = json.dumps(sbom(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    wrong = JsonStrictValidator(_VERSION).validate_str(made)
    if wrong is not None:
        raise ValueError(f"CycloneDX's schema refuses it: {wrong}")
    SBOM.write_text(made, encoding="utf-8")
    return 0


def sbom() -> dict[str, Any]:
    """The whole document."""
    command = Path(sys.executable).with_name("cyclonedx-py")
    arguments = ["requirements", "constraints.txt", "--pyproject", "pyproject.toml"]
    form = ["--short-PURLs", "--output-reproducible", "--spec-version", _VERSION.to_version()]
    done = subprocess.run(
        [str(command), *arguments, *form, "--no-validate", "--of", "JSON", "-o", "-"],
        cwd=notices.ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    used = {each.name: each for each in notices.packages()}
    for component in found["components"]:
        package = used[component["name"]]
        component["licenses"] = [{"expression": package.licence}]
        # Where it may be fetched and the line that names it are the lock file's.
        for name in ("externalReferences", "description"):
            component.pop(name, None)
        component["properties"] = [{"name": "leadlight:used-by", "value": package.used_by}]
    found["components"] += [_model(path, what) for path, what, _ in notices.carried()]
    found["metadata"].pop("tools", None)
    return found


def _model(path: str, what: str) -> dict[str, Any]:
    content = (notices.ROOT / path).read_bytes()
    return {
        "type": "machine-learning-model",
        "bom-ref": path,
        "name": path,
        "description": what,
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}],
    }


if __name__ == "__main__":
    sys.exit(main())
