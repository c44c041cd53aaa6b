"""Similar won deals and talking points on made-up data only: whether they behave, not how good they are.

`python -m tests.quality.relationship_demo` prints both and writes build/quality-relationship_demo.json. No set of
deals with known likeness or of mails with marked talking points is at hand, so neither has a figure of quality, and
there is no bar.

Similar deals: 50 made-up histories of 30, 100 and 300 won and as many lost deals, in which two fields tell the
outcome and eight (numbers, choices, an id) tell nothing. How many of each are kept?

Talking points: sentences made up after the lexicon was finished, which was not changed for them, by the lexicon's
author: eight a language with a point, eight without.
"""

import json
import sys
from pathlib import Path

import numpy as np

from services.relationship.similar_deals import Deal, Value, learn_fields
from services.relationship.talking_points import MailText, points_of
from tests.quality.relationship import REPOSITORY, VARIANTS_BEGIN

RESULTS = REPOSITORY / "build" / "quality-relationship_demo.json"
SENTENCES = Path(__file__).parent / "_talking_points.jsonl"
HISTORIES = 50
DEALS_OF_EACH = (30, 100, 300)
TELLING = frozenset({"industry", "size"})
SILENT = frozenset({"id", "seller", "month", "pages", "price", "visits", "colour", "region"})


def made_up(number: int, rng: np.random.Generator, *, is_won: bool) -> Deal:
    """A deal whose industry and size lean to one side, and nothing else does."""
    shares = [0.6, 0.2, 0.2] if is_won else [0.25, 0.5, 0.25]
    attributes: dict[str, Value] = {
        "industry": str(rng.choice(["energy", "retail", "public"], p=shares)),
        "size": float(rng.lognormal(4.6 if is_won else 4.0, 0.7)),
        "id": f"x{number}",
        "seller": str(rng.integers(12)),
        "month": str(rng.integers(1, 13)),
        "colour": str(rng.choice(["red", "blue"])),
        "region": str(rng.integers(5)),
        "pages": float(rng.integers(1, 60)),
        "price": float(rng.lognormal(9, 1)),
        "visits": float(rng.poisson(4)),
    }
    return Deal(f"d{number}", attributes)


def kept_fields(of_each: int) -> tuple[float, float]:
    """Returns the share of telling and of silent fields that are kept."""
    telling = silent = 0
    for seed in range(HISTORIES):
        rng = np.random.default_rng(seed)
        won, lost = (
            [made_up(first + n, rng, is_won=is_won) for n in range(of_each)]
            for first, is_won in ((0, True), (of_each, False))
        )
        model = learn_fields(won, lost, today=1)
        names = {field.name for field in model.fields} if model else set()
        telling += len(names & TELLING)
        silent += len(names & SILENT)
    return telling / (HISTORIES * len(TELLING)), silent / (HISTORIES * len(SILENT))


def talking_point_counts() -> dict[str, dict[str, int]]:
    """Returns by language how many points there are, how many were found, and how many found ones are none."""
    counts: dict[str, dict[str, int]] = {}
    sent_at = np.datetime64(VARIANTS_BEGIN).astype("datetime64[us]").item()
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        mail = MailText("made up", sent_at, row["text"], row["language"])
        found = {point.category.value for point in points_of(mail)}
        right = {row["category"]} - {None}
        tally = counts.setdefault(row["language"], {"points": 0, "found": 0, "wrong": 0})
        tally["points"] += len(right)
        tally["found"] += len(found & right)
        tally["wrong"] += len(found - right)
    return counts


def main() -> int:
    """Prints and writes; there is no bar to miss."""
    print("Made-up data only: behaviour, no figure of quality.")
    fields = {}
    for of_each in DEALS_OF_EACH:
        telling, silent = kept_fields(of_each)
        fields[str(of_each)] = {"telling": telling, "silent": silent}
        kept = f"keeps {telling:.0%} of telling fields, {silent:.1%} of silent ones"
        print(f"similar deals, {of_each:>3} won and lost: {kept}")
    points = talking_point_counts()
    for language, tally in points.items():
        print(
            f"talking points, {language}: {tally['found']} of {tally['points']} found, {tally['wrong']} wrong"
        )
    RESULTS.parent.mkdir(exist_ok=True)
    found = {"made_up": True, "kept_fields": fields, "talking_points": points}
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
