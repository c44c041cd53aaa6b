"""English."""

from services.notes.times import feasts
from services.notes.times.engine import Rule
from services.notes.times.grammar.clocks import HALF_PAST_RULES
from services.notes.times.grammar.dates import day_of_month, glued_day_of_month
from services.notes.times.grammar.distances import weekday_week
from services.notes.times.grammar.points import SPACED_RULES
from services.notes.times.language import Language, words_of
from services.notes.times.languages import cldr
from services.notes.times.languages.english_feasts import add_feasts
from services.notes.times.languages.marks import add_marks
from services.notes.times.meaning import When
from services.notes.times.values import Grain

_ONES = words_of(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
)
_ONES += ["seventeen", "eighteen", "nineteen"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70}
_TENS |= {"eighty": 80, "ninety": 90}
_ORDINALS = words_of(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

_WEAK_MONTHS = {"may", "march", "mar", "apr", "jan"}
_WEAK_WEEKDAYS = {"sat", "sun", "mon", "wed"}
"""Words that are more often a verb or a noun than a time."""

_UNITS = {
    "second|seconds|sec|secs": (Grain.SECOND, 1),
    "minute|minutes|min|mins": (Grain.MINUTE, 1),
    "hour|hours|hr|hrs|h": (Grain.HOUR, 1),
    "day|days": (Grain.DAY, 1),
    "week|weeks|wk|wks": (Grain.WEEK, 1),
    "month|months": (Grain.MONTH, 1),
    "quarter|quarters|qtr|qtrs": (Grain.QUARTER, 1),
    "year|years|yr|yrs": (Grain.YEAR, 1),
    "fortnight|fortnights": (Grain.DAY, 14),
    "decade|decades": (Grain.YEAR, 10),
}
_MODIFIERS = {
    "next|the next|following": "next",
    "coming|upcoming": "coming",
    "last|past|previous|this past|the past": "last",
    "this|current|the current|this current|this coming": "this",
}


def build() -> Language:
    """Returns English words of time."""
    language = Language("en", is_month_first=True, names_are_capital=True, rules=_RULES)
    add_marks(language)
    _numbers(language)
    _calendar(language)
    _relative(language)
    _clock(language)
    _grammar(language)
    add_feasts(language)
    return language


_RULES = (
    *HALF_PAST_RULES,
    *SPACED_RULES,
    Rule("date_months", "num dash month", glued_day_of_month),
    Rule("anchored", "weekday unit", weekday_week),
    Rule("anchored", "length on weekday", weekday_week),
    Rule("date_months", "month dash|slash? the? ord|num", day_of_month),
)


def _numbers(language: Language) -> None:
    for value, word in enumerate(_ONES):
        language.add("num", value, word)
    for word, tens in _TENS.items():
        language.add("num", tens, word)
        for one in range(1, 10):
            language.add("num", tens + one, f"{word} {_ONES[one]}")
    for value, word in enumerate(_ORDINALS, 1):
        language.add("ord", value, word)
    for word, tens in (("twenty", 20), ("thirty", 30), ("forty", 40), ("fifty", 50)):
        for one in range(1, 10):
            language.add("ord", tens + one, f"{word} {_ORDINALS[one - 1]}")
    language.add("ord", 30, "thirtieth")
    language.add("ord", 40, "fortieth")
    language.add("ord", 50, "fiftieth")
    _years(language)
    language.add("num", 1, "a", "an")
    language.add("vague", True, "a", "an", "few", "a few", "couple", "a couple", "oh", "ou")
    language.add("num", 2, "a couple", "a couple of", "couple", "couple of", "a pair of", "pair of")
    language.add("num", 3, "a few", "few")
    language.add("num", 12, "a dozen", "dozen")
    language.add("decimal", 0.75, "three quarters of an", "three quarters of a", "three quarters")
    language.add("num", 0, "oh", "ou")
    language.add("ordinal_mark", True, "st", "nd", "rd", "th")


def _years(language: Language) -> None:
    for century, word in ((1900, "nineteen"), (2000, "twenty")):
        for decade, tens in _TENS.items():
            for one, digit in enumerate(["", *_ONES[1:10]]):
                language.add("year", century + tens + one, f"{word} {decade} {digit}".strip())
    for value in range(100):
        tail = _below_hundred(value)
        for words in [f"two thousand {tail}", f"two thousand and {tail}"] if value else ["two thousand"]:
            language.add("year", 2000 + value, words)


def _below_hundred(value: int) -> str:
    if value < 20:
        return _ONES[value]
    word = next(word for word, tens in _TENS.items() if tens == value // 10 * 10)
    return word if value % 10 == 0 else f"{word} {_ONES[value % 10]}"


def _calendar(language: Language) -> None:
    for month, names in cldr.months("en").items():
        for name in names | ({"sept"} if month == 9 else set()):
            language.add_month(month, name, is_weak=name in _WEAK_MONTHS)
            if len(name) <= 4 and name != "may":
                language.dotted(name)
    extra = {0: (), 1: ("tues",), 2: ("weds",), 3: ("thur", "thurs"), 4: (), 5: (), 6: ()}
    for weekday, names in cldr.weekdays("en").items():
        for name in (*names, *extra[weekday]):
            language.add_weekday(weekday, name, is_weak=name in _WEAK_WEEKDAYS)
            if len(name) < 6:
                language.dotted(name)
            else:
                language.add("weekdays", weekday, f"{name}s")
    language.add_all("unit", _UNITS)
    language.dotted("sec", "min", "hr", "hrs", "mins", "secs", "yr", "yrs", "wk", "qtr")
    language.add("week_word", True, "week number", "week no", "calendar week", "cw", "wk")
    language.dotted("week no")
    language.add("week_word", True, "week")
    language.add("quarter_letter", True, "q")
    language.add("in_year", True, "year")
    language.add_feast("weekend", feasts.weekend, "weekend", "week-end", "the weekend")
    language.add("weekdays_plural", True, "weekends")
    for name, season in (("winter", feasts.winter), ("spring", feasts.spring), ("summer", feasts.summer)):
        language.add_feast(name, season, name)
    language.add_feast("autumn", feasts.autumn, "autumn")
    language.add_feast("first half", feasts.half_year(1), "h1")
    language.add_feast("second half", feasts.half_year(2), "h2")
    language.add("workday", True, "weekday", "workday", "working day", "business day")
    language.add("workdays", True, "weekdays", "on weekdays", "workdays")


def _relative(language: Language) -> None:
    for words, days in {
        "today|todays": 0,
        "tomorrow|tomorrows|tmrw|tmr|tomorow|tommorow|tommorrow|tomorrrow": 1,
        "yesterday|yesterdays": -1,
        "the day after tomorrow|day after tomorrow": 2,
        "the day before yesterday|day before yesterday": -2,
    }.items():
        language.add_relative(Grain.DAY, days, *words.split("|"))
    language.add_relative(Grain.DAY, 0, "at this time", "this day")
    language.add_relative(Grain.DAY, 0, "tonight", "tonite", part="evening")
    language.add_relative(Grain.DAY, -1, "last night", part="evening")
    language.add(
        "now", True, "now", "right now", "just now", "immediately", "at the moment", "at this moment"
    )
    language.add("now", True, "asap", "as soon as possible", "straight away", "right away", "at once")
    language.add_all("mod", _MODIFIERS)
    language.add("mod_after", "after_next", "after next", "after the next")
    language.add("mod_after", "before_last", "before last")
    language.add("ago", True, "ago", "before now", "back", "in the past")
    language.add("hence", True, "hence", "from now", "later", "from this moment", "out")
    language.add("in", True, "in")
    language.add("within", True, "within", "in less than", "inside of")
    language.add("starting", True, "starting", "beginning", "commencing", "starting on", "beginning on")
    language.add("during", True, "during", "in the course of", "over the course of")
    language.add("more", True, "more", "further", "additional", "full", "whole", "business", "working")
    language.add("edge", "begin", "beginning", "start", "the beginning", "the start", "early", "first thing")
    language.add("edge", "end", "end", "the end", "late")
    language.add("edge", "mid", "middle", "the middle", "mid")
    for side, names in (("end", ("eow", "eom", "eoq", "eoy")), ("begin", ("bow", "bom", "boq", "boy"))):
        for word, grain in zip(names, (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR), strict=True):
            if word not in ("bow", "boy"):
                language.add("edge_of_unit", (grain, side), word, f"the {word}")
    for words, value in {
        "year end|yearend": (Grain.YEAR, "end"),
        "quarter end": (Grain.QUARTER, "end"),
        "month end": (Grain.MONTH, "end"),
        "mid week|midweek": (Grain.WEEK, "mid"),
        "mid month": (Grain.MONTH, "mid"),
        "mid year|midyear": (Grain.YEAR, "mid"),
    }.items():
        language.add("edge_of_unit", value, *words.split("|"))
    language.add("week_of", True, "w/c", "w/b", "week commencing", "week beginning")
    language.add("half_of", 1, "first half of", "the first half of")
    language.add("half_of", 2, "second half of", "the second half of")
    language.add_part(
        "end_of_day", "eod", "the eod", "end of day", "end of the day", "close of business", "cob"
    )
    language.add_part("end_of_day", "end of business", "the end of the day", "end of the business day")


def _clock(language: Language) -> None:
    language.add_clock(12, "noon", "midday", "the midday", "12 noon", "high noon")
    language.add_clock(24, "midnight", "mid-night")
    language.add("clock_noon", When(), "noon", "midday")
    language.add_part("morning", "morning", "the morning", "in the morning", "mornings", "in morning")
    language.add_part("early_morning", "early morning", "in the early morning", "early in the morning")
    language.add_part("forenoon", "late morning", "mid-morning", "midmorning", "forenoon")
    language.add_part("afternoon", "afternoon", "the afternoon", "in the afternoon", "in afternoon", "arvo")
    language.add_part(
        "afternoon", "early afternoon", "late afternoon", "mid-afternoon", "midafternoon", "this aft"
    )
    language.add_part("evening", "evening", "the evening", "in the evening", "early evening", "late evening")
    language.add_part(
        "night", "night", "the night", "at night", "in the night", "late at night", "late night"
    )
    language.add_part("lunch", "lunch", "lunchtime", "lunch time", "at lunch")
    language.add("ampm", "am", "am", "a.m.", "a.m", "a m", "a. m.", "AM")
    language.add("ampm", "pm", "pm", "p.m.", "p.m", "p m", "p. m.", "p")
    language.add("oclock", True, "o'clock", "oclock", "o clock")
    language.add("half", True, "half", "half a", "half an", "a half")
    language.add("half_past", True, "half past")
    language.add("and_half", True, "and a half", "and half", "and an half")
    language.add("quarter_hour", True, "quarter", "a quarter", "qtr")
    language.add("past", True, "past", "after")
    language.add("to_hour", True, "to", "til", "till", "before", "of")
    language.add_all(
        "zone", {"et|eastern|eastern time": -300, "pt|pacific|pacific time": -480, "ct|central time": -360}
    )


def _grammar(language: Language) -> None:
    language.add("on", True, "on")
    language.add("at", True, "at")
    language.add("of", True, "of")
    language.add("the", True, "the")
    language.add("for", True, "for")
    language.add("from", True, "from")
    language.add("to", True, "to", "through", "thru")
    language.add("until", True, "until", "till", "til", "untill", "through", "thru", "up to", "up until")
    language.add("between", True, "between", "in between")
    language.add("and", True, "and", "&")
    language.add("but", True, "but", "and")
    language.add(
        "by", True, "by", "no later than", "not later than", "due", "due by", "due on", "at the latest by"
    )
    language.add(
        "before", True, "before", "prior to", "sometime before", "sometimes before", "anytime before"
    )
    language.add("after", True, "after", "later than", "anytime after", "sometime after", "not before")
    language.add(
        "since",
        True,
        "since",
        "as of",
        "effective",
        "from",
        "starting",
        "beginning on",
        "starting from",
        "starting on",
    )
    language.add("or", True, "or")
    language.add("every", True, "every", "each")
    language.add("other", True, "other", "second")
    language.add_all(
        "frequency",
        {
            "daily|everyday|once a day": (Grain.DAY, 1),
            "weekly|once a week": (Grain.WEEK, 1),
            "biweekly|fortnightly": (Grain.WEEK, 2),
            "monthly|once a month": (Grain.MONTH, 1),
            "quarterly|once a quarter": (Grain.QUARTER, 1),
            "yearly|annually|once a year": (Grain.YEAR, 1),
        },
    )
    language.add(
        "skip",
        True,
        "about",
        "around",
        "approximately",
        "approx",
        "roughly",
        "exactly",
        "sharp",
        "precisely",
        "ish",
    )
    language.add("skip", True, "circa", "ca", "sometime", "just", "latest", "at the latest")
    language.dotted("approx", "ca")
    language.add("not_after_number", True, *_COUNTED)
    language.add("ordinal_noun", True, *_ORDINAL_NOUNS)
    for phrase in _OTHER_MEANINGS:
        language.add_nothing(phrase)


_COUNTED = words_of(
    "off percent pct dollars dollar usd eur euro euros gbp sek dkk nok kr k mio million "
    "millions billion thousand people "
    "persons users seats licenses licences units items customers clients employees "
    "adults adult kids times x pcs "
    "pieces points km kg gb mb tb ghz stars pages contacts leads deals calls emails "
    "meetings others ones options "
    "point moment stage bucks cents degrees issues questions offices stores reps tickets"
)
_ORDINAL_NOUNS = words_of(
    "floor edition time person street avenue party option thing step call meeting "
    "one item point attempt try place "
    "version draft reminder half outage complaint offer choice opinion generation "
    "round demo visit email mail note "
    "follow-up priority issue"
)
_OTHER_MEANINGS = (
    "good morning",
    "give me a second",
    "just a second",
    "wait a second",
    "one second",
    "just a minute",
    "for a second",
    "good afternoon",
    "good evening",
    "good night",
    "second hand",
    "at the end of the day",
    "on the other hand",
    "may i",
    "day to day",
    "twice a day",
    "twice a week",
    "twice a month",
    "twice a year",
    "times a week",
    "times a day",
    "day by day",
    "a second opinion",
    "sun microsystems",
    "at first",
    "in a second round",
    "year on year",
    "year over year",
    "to date",
    "year to date",
    "last minute",
    "this one",
    "this past one",
    "in the first place",
    "last but not least",
)
