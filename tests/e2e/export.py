"""Taking a model elsewhere: exported files score in a fresh environment that has nothing of the suite."""

import csv
import json
import os
import re
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shell import ROOT, Shell

SAMPLE = ROOT / "clients" / "cli" / "sample" / "leads.csv"
SCRIPT = ROOT / "docs" / "examples" / "score_exported.py"
SAMPLE_COLUMNS = ("--id", "lead_id", "--label", "outcome", "--created", "created", "--closed", "closed")
ROWS = 2_000


@dataclass(frozen=True)
class Elsewhere:
    """A Python environment of its own, without the suite."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    def install(self, *packages: str) -> None:
        """Installs packages in the versions that the project pins."""
        pins = self.folder / "pins.txt"
        # The file pins by digest too, which pip wants for all packages or for none.
        lines = (ROOT / "constraints.txt").read_text().splitlines()
        pinned = [line.rstrip(" \\") for line in lines if re.match(r"[\w.-]+==", line)]
        pins.write_text("\n".join(pinned))
        done = self.run(
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", pins, *packages
        )
        if done.returncode != 0:
            reason = f"pip could not install {', '.join(packages)}: {done.stderr.strip().splitlines()[-1]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LEADLIGHT_"))
        }
        return subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=self.folder,
            env=kept,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """An environment with onnxruntime and numpy alone."""
    fresh = Elsewhere(tmp_path_factory.mktemp("elsewhere"))
    venv.create(fresh.folder / "venv", with_pip=True)
    fresh.install("onnxruntime", "numpy")
    for absent in ("leadlight", "services", "phonenumbers", "email_validator", "sklearn", "pyarrow"):
        assert fresh.run("-c", f"import {absent}").returncode != 0
    return fresh


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def printed(suite: Shell, *arguments: object) -> str:
    """What a command prints that must succeed."""
    done = suite.run(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def exported(suite: Shell, folder: Path, *options: str) -> list[dict[str, str]]:
    """Trains on the sample, exports the model into a folder, and returns how the suite scores the sample."""
    trained = printed(suite, "scoring", "train", SAMPLE, *SAMPLE_COLUMNS, *options, "--json")
    model = json.loads(trained)["model_id"]
    printed(suite, "scoring", "export", model, "-o", folder)
    scores = folder / "suite.csv"
    columns = ("--id", "lead_id", "--model", model, "--reasons", "all")
    printed(suite, "scoring", "score", SAMPLE, *columns, "-o", scores)
    return rows_of(scores)


def scored_elsewhere(elsewhere: Elsewhere, folder: Path) -> list[dict[str, str]]:
    out = folder / "elsewhere.csv"
    done = elsewhere.run(SCRIPT, folder / "model.onnx", SAMPLE, out, "--id", "lead_id")
    assert done.returncode == 0, done.stderr
    return rows_of(out)


def compare(here: list[dict[str, str]], there: list[dict[str, str]]) -> None:
    assert len(here) == len(there) == ROWS
    for ours, own in zip(here, there, strict=True):
        assert own["id"] == ours["id"]
        assert float(own["probability"]) == pytest.approx(float(ours["probability"]), abs=1e-5)
        assert float(own["score"]) == float(ours["score"])
        for reason in json.loads(ours["reasons"]):
            assert float(own[f"points: {reason['attribute']}"]) == pytest.approx(reason["points"], abs=0.01)


def test_onnxruntime_and_numpy_alone_give_the_same_scores(
    suite: Shell, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    here = exported(suite, tmp_path, "--exclude", "email,phone")
    compare(here, scored_elsewhere(elsewhere, tmp_path))


def test_addresses_need_one_library_more(suite: Shell, elsewhere: Elsewhere, tmp_path: Path) -> None:
    here = exported(suite, tmp_path)
    card = json.loads((tmp_path / "card.json").read_text())
    used = {each["attribute"]: each["columns"] for each in card["report"]["attributes"]}
    assert "email:business_domain" in used["email"]
    without = elsewhere.run(SCRIPT, tmp_path / "model.onnx", SAMPLE, tmp_path / "out.csv")
    assert "email_validator" in without.stderr
    elsewhere.install("email-validator")
    compare(here, scored_elsewhere(elsewhere, tmp_path))
