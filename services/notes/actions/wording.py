"""Titles, places and materials in the note's own words."""

import re
from collections.abc import Sequence

from services.notes.actions.cues import Cue
from services.notes.actions.reading import Chunk, What

_LONGEST_TITLE = 80
_SPACES = re.compile(r"\s+")
_EDGE = " \t\n,.;:!?-–—、，。；：！？()（）"
_GAP = re.compile(r"\s+([,.;:!?)])")
_LOOSE = frozenset(
    "on at by the in for to from until before til den kl kl. om på i i på inden innen senast senest till före före's d. 在 于 之前 前".split()
)


def title_of(text: str, chunks: Sequence[Chunk]) -> str:
    """The words that ask, without their times, cut at a word's end behind 80 characters."""
    kept: list[str] = []
    at = chunks[0].start
    for chunk in chunks:
        if chunk.what is What.TIME:
            kept.append(_without_loose_end(text[at : chunk.start]))
            at = chunk.end
    kept.append(text[at : chunks[-1].end])
    title = _GAP.sub(r"\1", _SPACES.sub(" ", " ".join(kept))).strip(_EDGE)
    if len(title) > _LONGEST_TITLE:
        cut = title.rfind(" ", 0, _LONGEST_TITLE)
        title = title[: cut if cut > 0 else _LONGEST_TITLE].rstrip(_EDGE) + "…"
    return title[:1].upper() + title[1:]


def _without_loose_end(words: str) -> str:
    """Without the preposition that stood before a time."""
    stripped = words.rstrip(" \t,")
    head, _, last = stripped.rpartition(" ")
    if last.lower() in _LOOSE:
        return head
    return stripped[:-1] if stripped[-1:] in {"在", "于"} else stripped


def place_of(text: str, chunks: Sequence[Chunk]) -> str:
    """Where: a name behind a word of place ("in Oslo", "at Café Norden", "on Teams")."""
    for before, chunk in zip(chunks, chunks[1:], strict=False):
        if before.is_(Cue.PLACE) and chunk.what is What.NAME:
            return text[chunk.start : chunk.end]
    return ""


def content_wording(text: str, chunks: Sequence[Chunk]) -> str:
    """The materials that are asked for, from the first word for one to the last."""
    materials = [chunk for chunk in chunks if chunk.is_(Cue.CONTENT)]
    if not materials:
        return ""
    return _SPACES.sub(" ", text[materials[0].start : materials[-1].end])
