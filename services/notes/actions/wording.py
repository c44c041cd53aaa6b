"""Titles, places and materials in the note's own words."""

import re
from collections.abc import Sequence
from itertools import pairwise

from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue

_LONGEST_TITLE = 80
_SPACES = re.compile(r"\s+")
_EDGE = " \t\n,.;:!?-\u2013\u2014\u3001\u3002()"
_GAP = re.compile(r"\s+([,.;:!?)])")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
# What may stand before an expression of time and says nothing without it.
_LOOSE = frozenset(
    (
        *("on", "at", "by", "the", "in", "for", "to", "from", "until", "before"),
        *("den", "d.", "kl", "kl.", "om", "på", "i", "inden", "før", "senest", "til", "innen"),
        *("innan", "senast", "före", "till"),
    )
)
_LOOSE_HAN = frozenset("\u5728\u4e8e")  # at


def title_of(text: str, chunks: Sequence[Chunk]) -> str:
    """The words that ask, without their times, cut at a word's end behind 80 characters."""
    kept: list[str] = []
    at = chunks[0].start
    for chunk in chunks:
        if chunk.what is What.TIME:
            kept.append(_without_loose_end(text[at : chunk.start]))
            at = chunk.end
    kept.append(text[at : chunks[-1].end])
    title = _HAN_GAP.sub("", _GAP.sub(r"\1", _SPACES.sub(" ", " ".join(kept)))).strip(_EDGE)
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
    return stripped[:-1] if stripped[-1:] in _LOOSE_HAN else stripped


def place_of(text: str, chunks: Sequence[Chunk]) -> str:
    """Where: a name behind a word of place ("in Oslo", "at Café Norden", "on Teams")."""
    for before, chunk in pairwise(chunks):
        if before.is_(Cue.PLACE) and chunk.what is What.NAME:
            return text[chunk.start : chunk.end]
    return ""


def content_wording(text: str, chunks: Sequence[Chunk]) -> str:
    """The materials that are asked for, from the first word for one to the last."""
    materials = [chunk for chunk in chunks if chunk.is_(Cue.CONTENT)]
    if not materials:
        return ""
    return _SPACES.sub(" ", text[materials[0].start : materials[-1].end])
