"""What becomes of a note's suggestions when it is analysed again.

The rule, in this order:

1. A new finding of the same kind on the same words is the old suggestion. One that was accepted or dismissed stays as
   it was and moves with its words; an open one takes what was found now. Of the same words several times, the first
   meets the first.
2. A decided suggestion that was not found again stays when its words still stand in the note. A new finding on the
   same words under another kind is another reading of what was decided: it is not offered.
3. All other old suggestions go: nobody decided on them, or their words are gone. All other findings are new and open.

Words are the same when they differ in white space and case alone.
"""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from services.notes.actions.suggestion import Suggestion, SuggestionKind
from services.notes.note import StoredSuggestion


def words_of(text: str) -> str:
    """A text's words as they are compared."""
    return " ".join(text.split()).casefold()


def reconciled(
    before: Sequence[StoredSuggestion],
    text_before: str,
    found: Sequence[Suggestion],
    text: str,
    *,
    note_id: str,
    time_zone: str,
    last_number: int,
) -> tuple[list[StoredSuggestion], int]:
    """A note's suggestions after an analysis.

    Args:
        before: Its suggestions until now.
        text_before: The text that their spans point into.
        found: What the analysis of the text of now gave.
        text: The text of now.
        note_id: The note.
        time_zone: IANA zone of the wall times that were found.
        last_number: The highest number that one of the note's suggestions has had.

    Returns:
        The suggestions in the order of the text, and the highest number by now.
    """
    waiting: dict[tuple[SuggestionKind, str], deque[StoredSuggestion]] = defaultdict(deque)
    for old in _by_place(before):
        waiting[old.suggestion.kind, _words(text_before, old.suggestion)].append(old)
    kept: list[StoredSuggestion] = []
    new: list[Suggestion] = []
    for finding in sorted(found, key=lambda each: (each.span_start, each.span_end)):
        same = waiting[finding.kind, _words(text, finding)]
        if same:
            kept.append(_continued(same.popleft(), finding, time_zone))
        else:
            new.append(finding)
    for old in _by_place(each for group in waiting.values() for each in group if each.is_decided):
        words = _words(text_before, old.suggestion)
        again = next((each for each in new if _words(text, each) == words), None)
        if again is not None:
            new.remove(again)
            kept.append(_moved(old, again.span_start, again.span_end))
        elif (place := _place_of(words, text, near=old.suggestion.span_start)) is not None:
            kept.append(_moved(old, *place))
    numbered = [
        StoredSuggestion(note_id, number, each, time_zone)
        for number, each in enumerate(new, start=last_number + 1)
    ]
    return _by_place([*kept, *numbered]), last_number + len(numbered)


def _words(text: str, suggestion: Suggestion) -> str:
    return words_of(text[suggestion.span_start : suggestion.span_end])


def _by_place(suggestions: Iterable[StoredSuggestion]) -> list[StoredSuggestion]:
    return sorted(suggestions, key=lambda each: (each.suggestion.span_start, each.number))


def _continued(old: StoredSuggestion, finding: Suggestion, time_zone: str) -> StoredSuggestion:
    if old.is_decided:
        return _moved(old, finding.span_start, finding.span_end)
    return replace(old, suggestion=finding, time_zone=time_zone)


def _moved(old: StoredSuggestion, start: int, end: int) -> StoredSuggestion:
    return replace(old, suggestion=replace(old.suggestion, span_start=start, span_end=end))


def _place_of(words: str, text: str, *, near: int) -> tuple[int, int] | None:
    """Where the words stand in a text, the place next to `near` of several."""
    if not words:
        return None
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)
    places = [match.span() for match in pattern.finditer(text)]
    return min(places, key=lambda place: abs(place[0] - near), default=None)
