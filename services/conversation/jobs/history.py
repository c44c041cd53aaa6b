"""The job that analyses a history of calls, each as `AnalyzeCall` does; nothing is asked of other services."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial

import pyarrow as pa

from services.common.batch.engine import Engine
from services.common.batch.job import Job, JobInput, JobOption, JobOptions, Stage
from services.common.batch.tagged_rows import TAGGED, sort_out, tagged
from services.common.errors import LeadlightError, invalid_argument
from services.conversation.analysis import Context, analyze
from services.conversation.call import Call
from services.conversation.convert_files import analysis_rows
from services.conversation.inputs.own_json import call_of
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher

_TEXT, _NUMBER, _REAL = pa.string(), pa.int64(), pa.float64()
_BATCH_CALLS = 64
_NESTED = ("participants", "turns")

CALLS = JobInput(
    "calls",
    {
        "id": _TEXT,
        "participants": _TEXT,
        "turns": _TEXT,
        "language": _TEXT,
        "started_at": _TEXT,
        "consent": pa.bool_(),
        "title": _TEXT,
        "duration_s": _REAL,
    },
    optional=frozenset({"language", "started_at", "consent", "title", "duration_s"}),
    description="A call as `leadlight conversation analyze` takes it; participants and turns as JSON.",
)
_SPEECH = [
    ("speech_ms", _NUMBER),
    ("words", _NUMBER),
    ("words_per_minute", _REAL),
    ("questions", _NUMBER),
    ("fillers", _NUMBER),
    ("longest_turn_ms", _NUMBER),
]
TABLES: Mapping[str, pa.Schema] = {
    "measures": pa.schema(
        [
            ("call", _TEXT),
            ("language", _TEXT),
            ("duration_ms", _NUMBER),
            ("turn_count", _NUMBER),
            ("talk_percent", _REAL),
            ("listen_percent", _REAL),
            ("switches", _NUMBER),
            ("switches_per_hour", _REAL),
            ("pause_before_speaking_ms", _REAL),
            ("longest_customer_monologue_ms", _NUMBER),
            ("longest_seller_monologue_ms", _NUMBER),
            ("interruptions", _NUMBER),
            ("speed_unit", _TEXT),
            ("warnings", _TEXT),
        ]
    ),
    "speakers": pa.schema([("call", _TEXT), ("side", _TEXT), ("participant", _TEXT), *_SPEECH]),
    "turns": pa.schema(
        [
            ("call", _TEXT),
            ("turn", _NUMBER),
            ("participant", _TEXT),
            ("start_s", _REAL),
            ("end_s", _REAL),
            ("text", _TEXT),
            ("sentiment", _TEXT),
            ("score", _REAL),
        ]
    ),
    "hits": pa.schema(
        [
            ("call", _TEXT),
            ("turn", _NUMBER),
            ("tracker", _TEXT),
            ("kind", _TEXT),
            ("start", _NUMBER),
            ("end", _NUMBER),
            ("start_ms", _NUMBER),
        ]
    ),
    "entities": pa.schema(
        [
            ("call", _TEXT),
            ("turn", _NUMBER),
            ("start", _NUMBER),
            ("end", _NUMBER),
            ("label", _TEXT),
            ("text", _TEXT),
        ]
    ),
    "left_out": pa.schema([("call", _TEXT), ("reason", _TEXT)]),
}


@lru_cache(maxsize=4)
def context_of(keywords: str, competitors: str, organisations: str, *, without_consent: bool) -> Context:
    """What the options say of the tenant; kept, since an engine asks for it with every batch.

    Args:
        keywords: Phrases, separated by semicolons.
        competitors: Likewise.
        organisations: Names, likewise.
        without_consent: Calls without recorded consent are analysed too.

    Raises:
        LeadlightError: INVALID_ARGUMENT for a phrase without a word.
    """
    trackers = [
        Tracker(f"{kind}-{number}", kind, (phrase,))
        for kind, phrases in ((TrackerKind.KEYWORD, keywords), (TrackerKind.COMPETITOR, competitors))
        for number, phrase in enumerate(_listed(phrases), start=1)
    ]
    return Context(
        trackers=TrackerMatcher(trackers),
        tracked=[phrase for each in trackers for phrase in each.phrases],
        organisations=_listed(organisations),
        without_consent=without_consent,
    )


def analyze_batch(batch: pa.RecordBatch, options: JobOptions) -> pa.RecordBatch:
    """What is in each call of a batch.

    Args:
        batch: With the columns of `CALLS`.
        options: The job's.

    Returns:
        `TAGGED` rows of `TABLES`.
    """
    context = _context(options)
    return tagged(row for call in batch.to_pylist() for row in _rows(call, context))


def _rows(call: Mapping[str, object], context: Context) -> Iterator[tuple[str, Mapping[str, object]]]:
    try:
        analysis = analyze(_call(call), context)
    except LeadlightError as error:
        yield "left_out", {"call": call["id"], "reason": error.message}
    else:
        yield from analysis_rows(analysis)


def _call(row: Mapping[str, object]) -> Call:
    value = {name: cell for name, cell in row.items() if cell is not None}
    for name in _NESTED:
        try:
            value[name] = json.loads(str(row[name]))
        except (ValueError, RecursionError):
            raise invalid_argument(name, "is no JSON") from None
    return call_of(value)


def _context(options: JobOptions) -> Context:
    names = [options.text(name) for name in ("keywords", "competitors", "organisations")]
    return context_of(*names, without_consent=options.text("without_consent") == "true")


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(";") if each.strip()]


def _analyze(engine: Engine, options: JobOptions) -> None:
    _context(options)  # a phrase that cannot be tracked is refused before the first call is read
    engine.map_arrow("calls", partial(analyze_batch, options=options), TAGGED, "read_calls", _BATCH_CALLS)


def _sort_out(engine: Engine, _options: JobOptions) -> None:
    sort_out(engine, "read_calls", TABLES)


JOB = Job(
    name="conversation.history",
    description="Measures the calls of a history, with sentiment, names and tracked phrases, without commitments.",
    inputs=(CALLS,),
    outputs=TABLES,
    stages=(
        Stage("reading the calls", ("read_calls",), _analyze),
        Stage("writing down what they say", tuple(TABLES), _sort_out),
    ),
    options=(
        JobOption("keywords", "Phrases to listen for, separated by semicolons.", ""),
        JobOption("competitors", "Names to listen for, separated by semicolons.", ""),
        JobOption("organisations", "Names that are organisations, separated by semicolons.", ""),
        JobOption("without_consent", "true analyses calls without recorded consent too.", "false"),
    ),
)
