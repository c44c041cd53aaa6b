"""The seam between the service and what reads texts: times/ and actions/ are called here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.notes.actions.suggest import NoteAnalysis, analyse_note, mentions_of
from services.notes.language import LANGUAGES, detect_language
from services.notes.language import warm as warm_language
from services.notes.text import PlainText, plain_text
from services.notes.times.conventions import Conventions, TimeContext
from services.notes.times.resolve import resolve_times
from services.notes.times.values import TimeMention


@dataclass(frozen=True, slots=True)
class Text:
    """A text with all that its meaning depends on.

    Attributes:
        text: As it was sent: plain, HTML or Markdown.
        language: One of the five languages, or empty to find it out.
        written_at: With a time zone; its words of time count from here.
        time_zone: IANA zone that they mean.
        conventions: What open words mean.
    """

    text: str
    language: str
    written_at: datetime
    time_zone: str
    conventions: Conventions = field(default_factory=Conventions)

    @property
    def context(self) -> TimeContext:
        """Where and when it was written."""
        zone = ZoneInfo(self.time_zone)
        return TimeContext(self.written_at.astimezone(zone).replace(tzinfo=None), zone, self.conventions)


def analyze(text: Text) -> NoteAnalysis:
    """What to create from a text, and what the other side took on; spans point into the text as it was sent."""
    return analyse_note(text.text, text.language or None, text.context)


def times_in(text: Text) -> tuple[TimeMention, ...]:
    """Every expression of time in a text, in order; spans point into the text as it was sent.

    A language that was given is that of the whole text; one that is found out may change from sentence to sentence.
    """
    plain = plain_text(text.text)
    mentions: Sequence[TimeMention]
    if text.language:
        mentions = resolve_times(plain.text, text.language, text.context)
    else:
        mentions = mentions_of(plain.text, detect_language(plain.text), text.context)
    return tuple(_in_original(each, plain) for each in mentions)


def warm() -> None:
    """Loads what the first note would wait for: grammars and classifiers of every language."""
    for language in LANGUAGES:
        analyze(Text("Call at 3", language, datetime(2026, 1, 1, tzinfo=UTC), "UTC"))
    warm_language()


def _in_original(mention: TimeMention, plain: PlainText) -> TimeMention:
    start, end = plain.original_span(mention.span_start, mention.span_end)
    return replace(mention, span_start=start, span_end=end)
