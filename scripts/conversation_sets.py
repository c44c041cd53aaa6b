"""The openly licensed sets that conversation intelligence learns from and is measured on, in one form."""

import hashlib
import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "conversation"

RATED = {"tweets": "tweets_GroundTruth.txt", "amazon": "amazonReviewSnippets_GroundTruth.txt"}
LEAST_RATING = 0.25  # of the raters' mean, -4 to 4: what is weaker is neutral


def rated(name: str, *, held_out: bool) -> tuple[list[str], list[int]]:
    """Texts of one half of a rated set, with -1, 0 or 1 each."""
    texts, classes = [], []
    for line in (SHARED / "vader_groundtruth" / RATED[name]).read_text(encoding="utf-8").splitlines():
        _, rating, text = line.split("\t", 2)
        if is_held_out(text) is held_out:
            texts.append(text)
            classes.append(0 if abs(float(rating)) < LEAST_RATING else 1 if float(rating) > 0 else -1)
    return texts, classes


def is_held_out(text: str) -> bool:
    """Whether a text is in the half that nothing was trained on: by its hash, so that the halves stay the same."""
    return hashlib.sha256(text.encode()).digest()[0] >= 128
