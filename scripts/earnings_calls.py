"""Calls of Earnings-21 as turns with the names that are marked in them."""

import ast
import csv
import json
from dataclasses import dataclass

from scripts.conversation_sets import SHARED

Span = tuple[int, int, int]  # turn, first and behind the last character


@dataclass(frozen=True)
class MarkedCall:
    """One call.

    Attributes:
        call_id: Of the recording.
        turns: Text by turn: words with their punctuation, parted by spaces.
        names: Marked spans by kind, without punctuation behind.
    """

    call_id: str
    turns: list[str]
    names: dict[str, set[Span]]


def earnings_calls() -> list[MarkedCall]:
    """All calls, by id."""
    folder = SHARED / "earnings21_part"
    calls = []
    for path in sorted((folder / "nlp_references").glob("*.nlp")):
        kinds = json.loads((folder / "wer_tags" / f"{path.stem}.wer_tag.json").read_text(encoding="utf-8"))
        turns: list[str] = []
        places: dict[str, list[Span]] = {}
        speaker = None
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE):
                if row["speaker"] != speaker:
                    turns.append("")
                    speaker = row["speaker"]
                start = len(turns[-1]) + bool(turns[-1])
                turns[-1] = f"{turns[-1]} {row['token']}{row['punctuation']}".lstrip()
                for name in ast.literal_eval(row["wer_tags"] or "[]"):
                    places.setdefault(name, []).append((len(turns) - 1, start, start + len(row["token"])))
        names: dict[str, set[Span]] = {}
        for name, spans in places.items():
            if name in kinds and spans[0][0] == spans[-1][0]:
                names.setdefault(kinds[name]["entity_type"], set()).add(
                    (spans[0][0], spans[0][1], spans[-1][2])
                )
        calls.append(MarkedCall(path.stem, turns, names))
    return calls
