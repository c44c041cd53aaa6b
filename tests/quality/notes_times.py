"""How well words of time are resolved and found, on sets that others wrote, beside dateparser and Recognizers-Text.

`python -m tests.quality.notes_times` prints a table and writes build/quality-notes_times.json; exit code 1 if a bar
of the spec is missed. Needs the data folder (LEADLIGHT_SHARED_DATA, default ../shared/data). Recognizers-Text is
measured if `recognizers-text-date-time` is installed (it is no dependency), and is said to be missing otherwise.

Matching. duckling_time_en: an expression is right if the first reading of the first mention, cut to the grain that
the set names, equals the set's first value; so dateparser (with PREFER_DATES_FROM future) scores the 0.385 of the
spec. Rows of kind instant that expect nothing (31 of 537) count as "nothing expected", not as instants.
recognizers_english: the mention that overlaps the case's span; a date is compared by the day, a time by the time of
day, both by the second; the case's "FutureResolution" is what is right. Instants are the cases of its date, time,
datetime and holiday parsers. Half of each set, by a hash of the text, was looked at while the grammar was written
("seen"); the other half was only measured ("unseen").

Where the spec's conventions differ from the sets', the spec wins and the case counts as wrong: bare hours fall into
working hours (Duckling: the next such hour, Recognizers: before noon), the end of a month is its last day (both: a
stretch), morning and evening are the tenant's (both: fixed hours), the end of a day is the working day's. "Next
Friday" is next week's, as in Recognizers. Not followed either: Duckling's "upcoming two weeks" is the second week
from now; here it is the stretch of two weeks.

xsid_valid: spans marked as datetime, exactly and by overlap.
"""

import hashlib
import importlib
import json
import os
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dateparser

from services.notes.times.conventions import TimeContext
from services.notes.times.resolve import resolve_times

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "notes"
RESULTS = REPOSITORY / "build" / "quality-notes_times.json"
LEAST_INSTANTS_RIGHT = 0.75
DUCKLING_REFERENCE = datetime.fromisoformat("2013-02-12T04:30:00")
DUCKLING_ZONE = ZoneInfo("Etc/GMT+2")  # the set's -02:00
LANGUAGES_OF_XSID = ("en", "da", "nb", "zh")
PARSERS_OF_INSTANTS = ("DateParser", "DateTimeParser", "TimeParser", "HolidayParser")
PARSERS_OF_PERIODS = ("DatePeriodParser", "TimePeriodParser", "DateTimePeriodParser")
CHARACTERS_OF_GRAIN = {
    "second": 19,
    "minute": 16,
    "hour": 13,
    "day": 10,
    "week": 10,
    "month": 7,
    "quarter": 7,
    "year": 4,
}

Answer = Callable[[str, datetime], datetime | None]
"""What a resolver says is the start of the first time in a text."""


@dataclass
class Tally:
    """How many of how many are right."""

    right: int = 0
    of: int = 0

    def add(self, *, is_right: bool) -> None:
        self.of += 1
        self.right += is_right

    @property
    def share(self) -> float:
        return self.right / self.of if self.of else 0.0


Tallies = defaultdict[str, Tally]


def is_seen(text: str) -> bool:
    """Whether a case is of the half that was looked at."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def leadlight(text: str, reference: datetime) -> datetime | None:
    mentions = resolve_times(text, "en", TimeContext(reference, DUCKLING_ZONE))
    if not mentions:
        return None
    reading = mentions[0].readings[0]
    return reading.start or reading.end


def by_dateparser(text: str, reference: datetime) -> datetime | None:
    settings = {"RELATIVE_BASE": reference, "PREFER_DATES_FROM": "future"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dateparser.parse(text, languages=["en"], settings=settings)  # type: ignore[arg-type]
    return found.replace(tzinfo=None) if found is not None else None


def by_recognizers() -> Answer | None:
    """Returns Microsoft's Recognizers-Text as a resolver, or None, with the reason printed, where it can't be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            package = importlib.import_module("recognizers_date_time")
    except ImportError as error:  # it is no dependency, and with emoji 2 it can't be imported
        print(f"Recognizers-Text is left out: {error}")
        return None

    def answer(text: str, reference: datetime) -> datetime | None:
        for result in package.recognize_datetime(text, "en-us", reference=reference):
            values = (result.resolution or {}).get("values", [])
            if values:
                return read_value(values[-1], reference)  # the last is the future one
        return None

    return answer


def read_value(value: dict[str, Any], reference: datetime) -> datetime | None:
    said = value.get("value") or value.get("start") or value.get("end")
    for text in (said, f"{reference.date()} {said}"):
        try:
            return datetime.fromisoformat(str(text))
        except ValueError:
            continue
    return None


def duckling_rows() -> Iterator[dict[str, Any]]:
    with (DATA / "duckling_time_en.jsonl").open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def on_duckling(answer: Answer) -> Tallies:
    """Returns what is right by kind, and for instants by seen and unseen half too."""
    tallies: Tallies = defaultdict(Tally)
    for row in duckling_rows():
        found = answer(row["text"], DUCKLING_REFERENCE)
        if not row.get("values"):
            tallies["nothing expected"].add(is_right=found is None)
            continue
        length = CHARACTERS_OF_GRAIN[row["grain"]]
        is_right = found is not None and found.isoformat()[:length] == row["values"][0][:length]
        tallies[row["kind"]].add(is_right=is_right)
        if row["kind"] == "instant":
            tallies["instant, seen" if is_seen(row["text"]) else "instant, unseen"].add(is_right=is_right)
    return tallies


def recognizers_cases(parser: str) -> Iterator[tuple[str, datetime, int, int, str, str]]:
    """Yields text, reference, span, and the kind and value of what the case expects."""
    path = DATA / "recognizers_english" / f"{parser}.json"
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        reference = case.get("Context", {}).get("ReferenceDateTime", "2016-11-07T00:00:00")[:19]
        for result in case["Results"]:
            future = (result.get("Value") or {}).get("FutureResolution")
            if future:
                kind, value = next(iter(future.items()))
                if not value.startswith("0001"):  # a date that no calendar has
                    start = result["Start"]
                    end = start + result["Length"]
                    yield case["Input"], datetime.fromisoformat(reference), start, end, kind, value


def on_recognizers() -> Tallies:
    tallies: Tallies = defaultdict(Tally)
    for parser in (*PARSERS_OF_INSTANTS, *PARSERS_OF_PERIODS):
        for text, reference, start, end, kind, value in recognizers_cases(parser):
            found = None
            for mention in resolve_times(text, "en", TimeContext(reference, ZoneInfo("UTC"))):
                if mention.span_start < end and mention.span_end > start:
                    found = mention.readings[0].start or mention.readings[0].end
                    break
            is_right = found is not None and is_value(found, kind, value)
            tallies[parser].add(is_right=is_right)
            if parser in PARSERS_OF_INSTANTS:
                tallies["instant"].add(is_right=is_right)
                tallies["instant, seen" if is_seen(text) else "instant, unseen"].add(is_right=is_right)
    return tallies


def is_value(found: datetime, kind: str, value: str) -> bool:
    if kind in ("date", "startDate", "endDate"):
        return found.isoformat()[:10] == value[:10]
    if kind in ("time", "startTime", "endTime"):
        return found.isoformat()[11:19] == value[:8]
    return found.isoformat(" ")[:19] == value[:19]


def xsid_sentences(language: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Yields sentences with the spans that are marked as datetime."""
    text, tokens = "", list[tuple[str, str]]()
    lines = (DATA / "xsid_valid" / f"{language}.valid.conll").read_text(encoding="utf-8").splitlines()
    for line in [*lines, "# text = "]:
        if line.startswith("# text ="):
            if text:
                yield text, marked_spans(text, tokens)
            text, tokens = line.removeprefix("# text =").strip(), []
        elif (parts := line.split("\t")) and parts[0].isdigit():
            tokens.append((parts[1], parts[3]))


def marked_spans(text: str, tokens: list[tuple[str, str]]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    end = 0
    for word, mark in tokens:
        start = max(text.find(word, end), end)
        end = start + len(word)
        if mark == "B-datetime":
            spans.append((start, end))
        elif mark == "I-datetime" and spans:
            spans[-1] = (spans[-1][0], end)
    return [trimmed(text, span) for span in spans]


def trimmed(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    while end > start and text[end - 1] in " .,?!\uff1f\u3002\uff0c":
        end -= 1
    return start, end


def on_xsid(language: str) -> dict[str, float]:
    """Returns F1 of spans, exactly and by overlap."""
    context = TimeContext(datetime.fromisoformat("2026-04-16T10:00"), ZoneInfo("Europe/Oslo"))
    counts = dict.fromkeys(("marked", "found", "same", "marked touched", "found touching"), 0)
    for text, marked in xsid_sentences(language):
        mentions = resolve_times(text, language, context)
        found = [trimmed(text, (mention.span_start, mention.span_end)) for mention in mentions]
        counts["marked"] += len(marked)
        counts["found"] += len(found)
        counts["same"] += len(set(marked) & set(found))
        counts["marked touched"] += sum(any(touch(one, other) for other in found) for one in marked)
        counts["found touching"] += sum(any(touch(one, other) for other in marked) for one in found)
    recall = counts["marked touched"] / counts["marked"]
    precision = counts["found touching"] / counts["found"]
    return {
        "exact": 2 * counts["same"] / (counts["marked"] + counts["found"]),
        "overlap": 2 * recall * precision / (recall + precision),
    }


def touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def main() -> int:
    """Measures, prints and writes; 1 if a bar is missed."""
    if not DATA.is_dir():
        sys.stderr.write(f"no data folder {DATA}: set LEADLIGHT_SHARED_DATA\n")
        return 2
    found: dict[str, dict[str, dict[str, float | int]]] = {}
    resolvers: dict[str, Answer] = {"leadlight": leadlight, "dateparser": by_dateparser}
    recognizers = by_recognizers()
    if recognizers is not None:
        resolvers["recognizers-text"] = recognizers
    for name, answer in resolvers.items():
        found[f"duckling_time_en, {name}"] = shown(f"duckling_time_en, {name}", on_duckling(answer))
    found["recognizers_english"] = shown("recognizers_english, leadlight", on_recognizers())
    spans = {language: on_xsid(language) for language in LANGUAGES_OF_XSID}
    for language, scores in spans.items():
        print(f"xsid_valid {language}: F1 of spans {scores['exact']:.3f}, by overlap {scores['overlap']:.3f}")
    instants = [
        found[name]["instant"]["share"] for name in ("duckling_time_en, leadlight", "recognizers_english")
    ]
    is_met = min(instants) >= LEAST_INSTANTS_RIGHT
    print(f"instants right at least {LEAST_INSTANTS_RIGHT} on both sets: {'yes' if is_met else 'NO'}")
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"resolved": found, "spans": spans}, indent=2) + "\n", encoding="utf-8")
    return int(not is_met)


def shown(title: str, tallies: Tallies) -> dict[str, dict[str, float | int]]:
    print(title)
    for name, tally in sorted(tallies.items()):
        print(f"  {name:<22} {tally.right:>4} of {tally.of:>4}  {tally.share:.3f}")
    return {
        name: {"right": tally.right, "of": tally.of, "share": tally.share} for name, tally in tallies.items()
    }


if __name__ == "__main__":
    sys.exit(main())
