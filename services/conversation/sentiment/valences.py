"""Words with their valence, about -5 to 5, for Danish, Norwegian and Swedish: the lists that asent (MIT) carries.

The Danish list is AFINN. The files are read as they are: asent itself would go through a whole spaCy pipeline.
own_words.json has what sellers and customers say and the packaged lists lack.
"""

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_OWN = Path(__file__).with_name("own_words.json")
_FILES = {"da": "da_lexicon_afinn_v1.txt", "nb": "no_lexicon_v1.txt", "sv": "sv_lexicon_v1.txt"}


@cache
def valences(language: str) -> Mapping[str, float]:
    """A language's list: words and phrases in lower case.

    Args:
        language: "da", "nb" or "sv".
    """
    rows = (_folder() / _FILES[language]).read_text(encoding="utf-8").splitlines()
    columns = (row.split("\t") for row in rows if row.strip())
    packaged = {word.lower(): float(value) for word, value, *_ in columns}
    own: Mapping[str, float] = json.loads(_OWN.read_text(encoding="utf-8")).get(language, {})
    return {**packaged, **own}


def _folder() -> Path:
    # Found without being imported: its visualisation would load matplotlib.
    found = importlib.util.find_spec("asent")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("asent is not installed; the extra `conversation` brings it")
    return Path(found.origin).with_name("lexicons")
