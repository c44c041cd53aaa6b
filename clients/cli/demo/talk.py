"""What the people of the demo say and write, in five languages: calls, mails, notes, trackers. All of it is made up.

The texts are in talk.json, by language. A part of a call holds exchanges, the seller's words first; names in braces
are filled in by the generator. Job titles go from the one who decides to the one who does not, the same places in
every language. Of the rivals that customers name the demo tracks all but the last: one brand was never heard of.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_TEXTS: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))

CALLS: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] = _TEXTS["calls"]
MAILS: Mapping[str, Sequence[tuple[str, str]]] = _TEXTS["mails"]
NOTES: Mapping[str, Sequence[str]] = _TEXTS["notes"]
RIVALS: Sequence[str] = _TEXTS["rivals"]
TRACKED_KEYWORDS: Mapping[str, Mapping[str, Sequence[str]]] = _TEXTS["tracked_keywords"]
TITLES: Mapping[str, Sequence[str]] = _TEXTS["titles"]
SUBJECTS: Mapping[str, str] = _TEXTS["subjects"]
DEALS: Mapping[str, str] = _TEXTS["deals"]
ZONES: Mapping[str, str] = _TEXTS["zones"]
CURRENCIES: Mapping[str, str] = _TEXTS["currencies"]
