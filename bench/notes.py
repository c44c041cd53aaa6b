"""A note of 300 characters, its language not told, against dateparser and Recognizers-Text in the same run."""

import importlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from statistics import median

from dateparser.search import search_dates

from bench.figures import Figure, against, alone
from bench.workspace import Workspace
from services.notes.analysis import Text, analyze, times_in, warm
from tests.load import measure
from tests.load.measure import Load
from tests.load.notes import Note, notes_of
from tests.load.service import running

_HEALTH = "grpc.health.v1 Health/Check, same server"
_WRITTEN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_ROUNDS = 3
_SHORT, _LONG = 300, 30_000
_LOAD = Load(in_flight=50, rounds=5, seconds=2.0)

_CULTURES = {"en": "en-us", "zh": "zh-cn"}
"""Of the five languages those that Recognizers-Text knows dates of."""


def figures(workspace: Workspace) -> Iterator[Figure]:
    """Median time of a note, its growth with the length, and calls to the service."""
    notes = notes_of(_SHORT)
    warm()
    analysed_ms = _median_ms(lambda note: analyze(_text(note)), notes, _ROUNDS)
    resolved_ms = _median_ms(lambda note: times_in(_text(note)), notes, _ROUNDS)
    for baseline, (search, on) in _baselines(notes).items():
        baseline_ms = _median_ms(search, on, 1)
        own_ms = analysed_ms if on is notes else _median_ms(lambda note: analyze(_text(note)), on, _ROUNDS)
        name = f"Analysis of a {_SHORT}-character note, language not told"
        yield against(f"{name}: {baseline}", own_ms, "ms", baseline=(baseline, baseline_ms), n=len(on))
    yield alone(f"Times of a {_SHORT}-character note, language not told", resolved_ms, "ms", len(notes))
    yield from _growth()
    yield from _calls(workspace)


def _text(note: Note, language: str = "") -> Text:
    return Text(note.text, language, _WRITTEN, note.time_zone)


def _median_ms(read: Callable[[Note], object], notes: Sequence[Note], rounds: int) -> float:
    """Median over the notes of the best of some rounds."""
    found = []
    for note in notes:
        took = []
        for _ in range(rounds):
            begun_s = time.perf_counter()
            read(note)
            took.append(time.perf_counter() - begun_s)
        found.append(1e3 * min(took))
    return median(found)


def _baselines(notes: Sequence[Note]) -> dict[str, tuple[Callable[[Note], object], Sequence[Note]]]:
    def without_language(note: Note) -> object:
        return _quietly(lambda: search_dates(note.text))

    def with_language(note: Note) -> object:
        return _quietly(lambda: search_dates(note.text, languages=[note.language]))

    found: dict[str, tuple[Callable[[Note], object], Sequence[Note]]] = {
        "dateparser.search.search_dates": (without_language, notes),
        "dateparser.search.search_dates, told the language": (with_language, notes),
    }
    try:
        recognizers = importlib.import_module("recognizers_date_time")
    except ImportError:
        sys.stderr.write("recognizers-text-date-time is not installed: not measured against it\n")
        return found

    def recognize(note: Note) -> object:
        return _quietly(lambda: recognizers.recognize_datetime(note.text, _CULTURES[note.language]))

    known = [note for note in notes if note.language in _CULTURES]
    found["Recognizers-Text, told the language (English and Chinese notes)"] = (recognize, known)
    return found


def _quietly(call: Callable[[], object]) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call()


def _growth() -> Iterator[Figure]:
    """How much longer a hundred times the text takes; 100 is linear."""
    for name, read in (("Analysis", analyze), ("Times", times_in)):
        short_ms, long_ms = (
            _median_ms(lambda note: read(_text(note)), notes_of(length, 10), _ROUNDS)  # noqa: B023 - at once
            for length in (_SHORT, _LONG)
        )
        yield against(
            f"{name} of {_LONG:,} characters",
            long_ms,
            "ms",
            baseline=(f"of {_SHORT} characters", short_ms),
            n=10,
        )


def _calls(workspace: Workspace) -> Iterator[Figure]:
    measure.prepare_notes(workspace.folder)
    with running(workspace.folder / "notes", workers=1, service="notes") as service:
        results = measure.measure(service, workspace.folder, _LOAD, workers=1, calls=measure.CALLS["notes"])
        _, *others = results
    for each in others:
        yield Figure(
            f"{each.call}, {_SHORT}-character notes, 1 worker",
            each.per_second,
            "calls/s",
            _HEALTH,
            each.health_per_second,
            each.ratio,
            _LOAD.rounds,
        )
        yield alone(f"{each.call}: processor time, 1 worker", each.cpu_us, "us/call", _LOAD.rounds)
        yield alone(f"{each.call}: memory of a worker, 1 worker", each.rss_mib, "MiB", _LOAD.rounds)
