"""What a mention says beside its time: alternatives, what is missing, bounds, clock changes, zones, conventions."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from services.notes.times.conventions import Conventions, DateOrder, TimeContext
from services.notes.times.resolve import resolve_times
from services.notes.times.values import Bound, Duration, Grain, TimeKind, TimeMention
from tests.unit.notes.times.described import CONTEXT, described


def at(reference: str, zone: str = "Europe/Oslo", conventions: Conventions | None = None) -> TimeContext:
    return TimeContext(datetime.fromisoformat(reference), ZoneInfo(zone), conventions or Conventions())


def only(text: str, language: str = "en", context: TimeContext = CONTEXT) -> TimeMention:
    (mention,) = resolve_times(text, language, context)
    return mention


def starts(mention: TimeMention) -> list[str]:
    return [str(reading.start) for reading in mention.readings]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "2026-05-04", "2027-04-05"),
        ("da", "2026-05-04", "2027-04-05"),
        ("nb", "2026-05-04", "2027-04-05"),
        ("sv", "2026-05-04", "2027-04-05"),
    ],
)
def test_a_numeric_date_has_both_readings(language: str, first: str, second: str) -> None:
    text = "5/4" if language == "en" else "4/5"
    mention = only(text, language)
    assert [str(reading.start)[:10] for reading in mention.readings] == [first, second]
    assert mention.readings[0].probability > mention.readings[1].probability
    assert sum(reading.probability for reading in mention.readings) == pytest.approx(1)


def test_a_numeric_date_that_fits_one_order_only_has_one_reading() -> None:
    assert len(only("20/5").readings) == 1
    assert len(only("5/5").readings) == 1


def test_a_tenant_may_read_english_dates_day_first() -> None:
    context = replace(CONTEXT, conventions=Conventions(date_order=DateOrder.DAY_FIRST))
    assert described("4/5", "en", context) == "2026-05-04"
    assert described("4/5/2027", "en", context) == "2027-05-04"
    context = replace(CONTEXT, conventions=Conventions(date_order=DateOrder.MONTH_FIRST))
    assert described("5/4", "da", context) == "2026-05-04"


def test_a_bare_hour_keeps_the_other_half_of_the_day_as_a_second_reading() -> None:
    mention = only("halv fire", "da")
    assert starts(mention) == ["2026-04-16 15:30:00", "2026-04-17 03:30:00"]
    assert mention.readings[0].probability > mention.readings[1].probability
    assert len(only("kl. 15.30", "da").readings) == 1
    assert len(only("kl. 03.30", "da").readings) == 1


def test_working_hours_are_the_tenants() -> None:
    night_shift = Conventions(workday_start=time(18), workday_end=time(23, 30))
    assert described("tomorrow at 8", "en", replace(CONTEXT, conventions=night_shift)) == "2026-04-17T20:00"


def test_day_parts_and_the_end_of_day_are_the_tenants() -> None:
    early = Conventions(morning=(time(6), time(10)), end_of_day=time(16, 30))
    context = replace(CONTEXT, conventions=early)
    assert described("tomorrow morning", "en", context) == "2026-04-17 (06:00-10:00)"
    assert described("by EOD", "en", context) == "<=2026-04-16 (16:30)"


def test_what_is_missing_is_said() -> None:
    assert [(r.has_date, r.has_time) for r in only("at 15:00").readings] == [(False, True)]
    assert [(r.has_date, r.has_time) for r in only("tomorrow").readings] == [(True, False)]
    assert [(r.has_date, r.has_time) for r in only("tomorrow morning").readings] == [(True, False)]
    assert [(r.has_date, r.has_time) for r in only("tomorrow at 15:00").readings] == [(True, True)]
    assert [(r.has_date, r.has_time) for r in only("in 7 days").readings] == [(True, False)]
    assert [(r.has_date, r.has_time) for r in only("week 34").readings] == [(True, False)]


def test_the_past_is_said() -> None:
    assert only("last Friday").readings[0].is_past
    assert only("yesterday at 15:00").readings[0].is_past
    assert only("this morning").readings[0].is_past is False  # it is ten o'clock
    assert not only("today").readings[0].is_past
    assert not only("Friday").readings[0].is_past


def test_a_time_without_a_date_is_the_next_one() -> None:
    assert starts(only("at 15:00", context=at("2026-04-16T14:59")))[0] == "2026-04-16 15:00:00"
    assert starts(only("at 15:00", context=at("2026-04-16T15:00")))[0] == "2026-04-17 15:00:00"


def test_bounds() -> None:
    deadline = only("by Friday")
    assert (deadline.kind, deadline.bound) == (TimeKind.INTERVAL, Bound.DEADLINE)
    assert deadline.readings[0].start is None
    assert str(deadline.readings[0].end) == "2026-04-17 00:00:00"
    beginning = only("from Monday")
    assert (beginning.kind, beginning.bound, beginning.readings[0].end) == (
        TimeKind.INTERVAL,
        Bound.FROM,
        None,
    )


def test_what_is_due_or_begins_today_is_not_past() -> None:
    for text in ("by today", "from today", "by this week", "by 11:00", "since tomorrow"):
        assert not only(text).readings[0].is_past, text
    assert only("by yesterday").readings[0].is_past
    assert only("since 2020").readings[0].is_past


def test_a_distance_in_days_keeps_the_hour_but_names_a_date() -> None:
    reading = only("in 7 days", context=at("2026-04-16T10:15")).readings[0]
    assert str(reading.start) == "2026-04-23 10:00:00"
    assert (reading.grain, reading.has_time) == (Grain.DAY, False)
    reading = only("in two weeks", context=at("2026-04-16T10:15")).readings[0]
    assert str(reading.start) == "2026-04-30 00:00:00"


def test_an_interval_said_by_its_length_has_both() -> None:
    mention = only("tomorrow at 2 pm for 90 minutes")
    assert mention.duration == Duration(90, Grain.MINUTE)
    assert str(mention.readings[0].end) == "2026-04-17 15:30:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 hour 30 minutes", Duration(90, Grain.MINUTE)),
        ("one and a half hours", Duration(90, Grain.MINUTE)),
        ("half an hour", Duration(30, Grain.MINUTE)),
        ("two days", Duration(2, Grain.DAY)),
        ("a fortnight", Duration(14, Grain.DAY)),
    ],
)
def test_durations(text: str, expected: Duration) -> None:
    mention = only(text)
    assert mention.kind is TimeKind.DURATION
    assert mention.duration == expected
    assert (mention.readings[0].start, mention.readings[0].end) == (None, None)


def test_a_clock_time_in_the_gap_of_a_clock_change_is_moved_behind_it() -> None:
    mention = only("on March 28 at 2:30 am", context=at("2027-03-20T10:00"))
    assert mention.in_gap
    assert starts(mention) == ["2027-03-28 03:30:00"]


def test_a_clock_time_that_happens_twice_is_said() -> None:
    mention = only("on October 25 at 2:30 am", context=at("2026-10-20T10:00"))
    assert mention.is_ambiguous_fold
    assert not mention.in_gap
    assert starts(mention) == ["2026-10-25 02:30:00"]


def test_dates_alone_know_no_clock_changes() -> None:
    mention = only("on March 28", context=at("2027-03-20T10:00"))
    assert (mention.in_gap, mention.is_ambiguous_fold) == (False, False)


def test_a_named_zone_is_converted_to_the_notes_own() -> None:
    assert described("Friday 3pm GMT", "en", at("2026-04-16T10:00", "America/New_York")) == "2026-04-17T11:00"
    assert described("Friday 11pm PST", "en") == "2026-04-18T09:00"


def test_a_weekday_beside_a_date_tells_the_year_or_gives_way() -> None:
    assert described("Monday, May 4", "en") == "2026-05-04"
    assert described("Tuesday, May 4", "en") == "2026-05-04"  # it is a Monday: the date counts
    assert described("Monday, April 13", "en") == "2026-04-13"  # this year's was a Monday, next year's is not


def test_dates_that_no_calendar_has_are_no_times() -> None:
    assert described("February 30", "en") == "-"
    assert described("2026-13-45", "en") == "-"
    assert described("13:75", "en") == "-"
    assert described("uge 54", "da") == "-"


def test_leap_days_come_when_they_come() -> None:
    assert described("29 February", "en") == "2028-02-29"


def test_week_53_exists_in_some_years_only() -> None:
    assert described("week 53", "en") == "2026-W53"
    assert described("week 53", "en", at("2027-02-01T10:00")) == "2032-W53"


def test_spans_point_into_the_original() -> None:
    for text in (
        "Réunion: ring på fredag kl. 15",
        "Re\u0301union: ring pa\u030a fredag kl. 15",  # decomposed accents
        "👍🏽 ring på fredag kl. 15",
        "ring\u00a0på fredag kl. \uff11\uff15",
    ):
        mention = only(text, "da")
        assert text[mention.span_start : mention.span_end] == text[text.index("fredag") :]
        assert described(text, "da") == "2026-04-17T15:00"


def test_a_region_in_the_language_is_no_matter() -> None:
    assert resolve_times("tomorrow", "en-GB", CONTEXT) == resolve_times("tomorrow", "en", CONTEXT)


def test_a_language_without_a_grammar_is_an_error() -> None:
    with pytest.raises(ValueError, match="no grammar of time"):
        resolve_times("morgen", "de", CONTEXT)


def test_the_mention_names_its_grammar() -> None:
    assert only("i morgen", "nb").language == "nb"
    assert only("i morgen", "no").language == "nb"
    assert only("tomorrow", "EN_us".replace("_", "-")).language == "en"


def test_a_tenants_country_says_whose_holidays_are_meant() -> None:
    british = replace(CONTEXT, conventions=Conventions(country="GB"))
    assert described("Spring Bank Holiday", "en", british) == "2026-05-25"
    assert described("Constitution Day", "en") == "-"
    norwegian = replace(CONTEXT, conventions=Conventions(country="no"))
    assert described("Constitution Day", "en", norwegian) == "2026-05-17"
    assert described("by Labor Day", "en", norwegian) == "<=2026-05-01"
    nowhere = replace(CONTEXT, conventions=Conventions(country="XX"))
    assert described("Christmas", "en", nowhere) == "2026-12-25"
