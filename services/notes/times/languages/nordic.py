"""What Danish, Norwegian and Swedish have in common: numbers and weekdays are written together with other words."""

from collections.abc import Mapping, Sequence

from services.notes.times import feasts
from services.notes.times.calendar import Cycle, Feast
from services.notes.times.language import Language
from services.notes.times.languages import cldr
from services.notes.times.meaning import Clock, When
from services.notes.times.values import Grain


def add_numbers(
    language: Language, ones: Sequence[str], tens: Mapping[int, str], joined: Sequence[str]
) -> None:
    """Adds the numbers below a hundred.

    Args:
        language: Gets them.
        ones: 0 to 19; "sju|syv" are two words for one number.
        tens: 20 to 90.
        joined: How tens and ones are put together, as formats of `one` and `ten`.
    """
    for value, words in enumerate(ones):
        language.add("num", value, *words.split("|"))
    for ten, words in tens.items():
        for word in words.split("|"):
            language.add("num", ten, word)
            for one in range(1, 10):
                for form in ones[one].split("|"):
                    language.add("num", ten + one, *(way.format(one=form, ten=word) for way in joined))


def add_about(language: Language, ones: Sequence[str]) -> None:
    """Adds the hours as "ved tretiden", "vid 15-tiden"."""
    language.add("oclock", True, "tiden", "tida")
    for hour, words in enumerate(ones[:13]):
        names = [word + ending for word in words.split("|") for ending in ("tiden", "tida")]
        language.add_when(When(clock=Clock(hour)), *names)


def add_ordinals(
    language: Language, ordinals: str, joined: Mapping[int, str], ones: Sequence[str] = ()
) -> None:
    """Adds ordinals: those below twenty as a list, and tens to which they or the cardinals are joined.

    Args:
        language: Gets them.
        ordinals: From the first on, separated by spaces.
        joined: Words by ten, as formats of `one`; the ten itself has an empty one.
        ones: What is put in; by default the ordinals themselves.
    """
    simple = ordinals.split()
    for value, words in enumerate(simple, 1):
        language.add("ord", value, *words.split("|"))
    for ten, form in joined.items():
        for one, words in enumerate((ones or simple)[:9], 1):
            language.add("ord", ten + one, *(form.format(one=word) for word in words.split("|")))


def add_calendar(
    language: Language,
    locale: str,
    weekday_forms: Mapping[int, str],
    month_forms: Mapping[int, str],
    *,
    weak: frozenset[str],
) -> None:
    """Adds months and weekdays: CLDR's names, other forms, and the wide ones with an ending (mandagen)."""
    for month, names in cldr.months(locale).items():
        for name in names | set(month_forms.get(month, "").split("|")) - {""}:
            language.add_month(month, name, is_weak=name in weak)
            if len(name) <= 4:
                language.dotted(name)
    for weekday, names in cldr.weekdays(locale).items():
        for name in names | set(weekday_forms.get(weekday, "").split("|")) - {""}:
            language.add_weekday(weekday, name, is_weak=name in weak)
            if len(name) <= 4:
                language.dotted(name)
            else:
                language.add_weekday(weekday, f"{name}en", f"{name}ens")


def weekday_names(locale: str) -> dict[int, str]:
    """Returns the full names of the weekdays."""
    return {weekday: max(names, key=len) for weekday, names in cldr.weekdays(locale, ("wide",)).items()}


def add_day_words(language: Language, table: Mapping[str, tuple[int, str]]) -> None:
    """Adds words for days by distance and part; "i dag" is also written "idag"."""
    for words, (days, part) in table.items():
        for word in words.split("|"):
            language.add_relative(Grain.DAY, days, word, part=part)
            if word.startswith("i "):
                language.add_relative(Grain.DAY, days, word.replace("i ", "i", 1), part=part)


def add_compound_parts(
    language: Language, locale: str, parts: Mapping[str, str], joints: tuple[str, ...]
) -> None:
    """Adds weekdays written together with a part of the day: mandagmorgen, fredagskväll."""
    for weekday, name in weekday_names(locale).items():
        for words, part in parts.items():
            for word in words.split("|"):
                for joint in joints:
                    language.add_when(When(date=Cycle(weekday=weekday), part=part), f"{name}{joint}{word}")


def add_feasts(language: Language, country: str, locale: str, table: Mapping[str, Feast]) -> None:
    """Adds a country's public holidays by their names, and the feasts of a table."""
    for name, feast in feasts.public_holidays(country, locale).items():
        language.add_feast(name, feast, name)
    for words, feast in table.items():
        names = words.split("|")
        language.add_feast(names[0], feast, *names)


def common_feasts() -> dict[str, Feast]:
    """Returns the feasts by what all three languages can name them, to be put beside their words."""
    return {
        "christmas_eve": feasts.fixed(12, 24),
        "christmas": feasts.fixed(12, 25),
        "second_christmas": feasts.fixed(12, 26),
        "new_year_eve": feasts.fixed(12, 31),
        "new_year": feasts.fixed(1, 1),
        "epiphany": feasts.fixed(1, 6),
        "easter": feasts.from_easter(0),
        "palm_sunday": feasts.from_easter(-7),
        "maundy_thursday": feasts.from_easter(-3),
        "good_friday": feasts.from_easter(-2),
        "easter_eve": feasts.from_easter(-1),
        "easter_monday": feasts.from_easter(1),
        "ascension": feasts.from_easter(39),
        "pentecost_eve": feasts.from_easter(48),
        "pentecost": feasts.from_easter(49),
        "whit_monday": feasts.from_easter(50),
        "valentine": feasts.fixed(2, 14),
        "halloween": feasts.fixed(10, 31),
        "lucia": feasts.fixed(12, 13),
        "black_friday": feasts.nth(3, 4, 11, then_days=1),
        "may_day": feasts.fixed(5, 1),
    }
