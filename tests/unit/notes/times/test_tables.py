"""Every name of a month, a weekday, an hour and a number, in the patterns that take it."""

import pytest

from services.notes.times.language import words_of
from tests.unit.notes.times.described import described

MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "da": [
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "nb": [
        "januar",
        "februar",
        "mars",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "desember",
    ],
    "sv": [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "zh": [
        "一月",
        "二月",
        "三月",
        "四月",
        "五月",
        "六月",
        "七月",
        "八月",
        "九月",
        "十月",
        "十一月",
        "十二月",
    ],
}
DAY_OF_MONTH = {
    "en": ("{} 3", "3 {}", "the 3rd of {}", "{} 3rd", "third of {}"),
    "da": ("3. {}", "den 3. {}", "d. 3. {}", "den tredje {}", "3 {}"),
    "nb": ("3. {}", "den 3. {}", "tredje {}", "den tredje {}", "3 {}"),
    "sv": ("3 {}", "den 3 {}", "3:e {}", "den tredje {}", "den 3:e {}"),
    "zh": ("{}三日", "{}3日", "{}三号", "{}3号"),
}
WEEKDAYS = {
    "en": words_of("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
    "da": words_of("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
    "nb": words_of("mandag tirsdag onsdag torsdag fredag lørdag søndag"),
    "sv": words_of("måndag tisdag onsdag torsdag fredag lördag söndag"),
    "zh": words_of("星期一 星期二 星期三 星期四 星期五 星期六 星期日"),
}
OF_NEXT_WEEK = {
    "en": ("next {}", "{} next week", "{} of next week"),
    "da": ("næste {}", "{} i næste uge", "på {} i næste uge", "{} næste uge"),
    "nb": ("neste {}", "{} i neste uke", "på {} i neste uke", "{} neste uke"),
    "sv": ("nästa {}", "{} nästa vecka", "på {} nästa vecka", "{} i nästa vecka"),
    "zh": ("下{}", "下个{}"),
}
OF_LAST_WEEK = {
    "en": ("{} of last week",),
    "da": ("{} i sidste uge", "{} i forrige uge"),
    "nb": ("{} i forrige uke", "{} sist uke"),
    "sv": ("{} förra veckan", "{} i förra veckan"),
    "zh": ("上{}", "上个{}"),
}
HOURS = {
    "en": words_of("one two three four five six seven eight nine ten eleven twelve"),
    "da": words_of("et to tre fire fem seks syv otte ni ti elleve tolv"),
    "nb": words_of("ett to tre fire fem seks sju åtte ni ti elleve tolv"),
    "sv": words_of("ett två tre fyra fem sex sju åtta nio tio elva tolv"),
}
WORKING_HOURS = (13, 14, 15, 16, 17, 18, 7, 8, 9, 10, 11, 12)
"""What one to twelve mean where nothing says which half of the day."""

TENS = {
    "en": {21: "twenty-one", 34: "thirty-four", 45: "forty-five", 58: "fifty-eight"},
    "da": {21: "enogtyve", 34: "fireogtredive", 45: "femogfyrre", 58: "otteoghalvtreds"},
    "nb": {21: "tjueen", 34: "trettifire", 45: "førtifem", 58: "femtiåtte"},
    "sv": {21: "tjugoen", 34: "trettiofyra", 45: "fyrtiofem", 58: "femtioåtta"},
    "zh": {21: "二十一", 34: "三十四", 45: "四十五", 58: "五十八"},
}
MINUTES = {"en": "{} minutes", "da": "{} minutter", "nb": "{} minutter", "sv": "{} minuter", "zh": "{}分钟"}


@pytest.mark.parametrize(
    ("language", "pattern", "month"),
    [
        (language, pattern, month)
        for language in MONTHS
        for pattern in DAY_OF_MONTH[language]
        for month in range(1, 13)
    ],
)
def test_a_day_of_every_month(language: str, pattern: str, month: int) -> None:
    year = 2027 if month <= 4 else 2026
    assert described(pattern.format(MONTHS[language][month - 1]), language) == f"{year}-{month:02}-03"


@pytest.mark.parametrize(
    ("language", "month"), [(language, month) for language in MONTHS for month in range(1, 13)]
)
def test_every_month(language: str, month: int) -> None:
    year = 2027 if month < 4 else 2026  # April is the current month
    name = MONTHS[language][month - 1]
    assert described(name, language) == f"{year}-{month:02}"
    in_a_year = f"2028年{name}" if language == "zh" else f"{name} 2028"
    assert described(in_a_year, language) == f"2028-{month:02}"


@pytest.mark.parametrize(
    ("language", "weekday"), [(language, day) for language in WEEKDAYS for day in range(7)]
)
def test_every_weekday(language: str, weekday: int) -> None:
    name = WEEKDAYS[language][weekday]
    next_one = 17 + (weekday - 4) % 7  # the 17th is a Friday
    assert described(name, language) == f"2026-04-{next_one:02}"
    for pattern in OF_NEXT_WEEK[language]:
        assert described(pattern.format(name), language) == f"2026-04-{20 + weekday:02}"
    for pattern in OF_LAST_WEEK[language]:
        assert described(pattern.format(name), language) == f"2026-04-{6 + weekday:02}"


@pytest.mark.parametrize(
    ("language", "hour"), [(language, hour) for language in HOURS for hour in range(1, 13)]
)
def test_every_hour_by_word(language: str, hour: int) -> None:
    word, before = HOURS[language][hour - 1], HOURS[language][hour - 2]
    whole = WORKING_HOURS[hour - 1]
    prefix = {"en": "at", "da": "klokken", "nb": "klokka", "sv": "klockan"}[language]
    assert described(f"{prefix} {word}", language) == f"T{whole:02}:00"
    past = {"en": "quarter past", "da": "kvart over", "nb": "kvart over", "sv": "kvart över"}[language]
    assert described(f"{past} {word}", language) == f"T{whole:02}:15"
    half = {"en": f"half past {before}"}.get(language, f"halv {word}")
    assert described(half, language) == f"T{WORKING_HOURS[hour - 2]:02}:30"
    to = {"en": "quarter to", "da": "kvart i", "nb": "kvart på", "sv": "kvart i"}[language]
    assert described(f"{to} {word}", language) == f"T{WORKING_HOURS[hour - 2]:02}:45"


@pytest.mark.parametrize(
    ("language", "count"), [(language, count) for language in TENS for count in TENS[language]]
)
def test_numbers_by_word(language: str, count: int) -> None:
    assert described(MINUTES[language].format(TENS[language][count]), language) == f"={count} minute"


@pytest.mark.parametrize("hour", range(13, 24))
@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("en", "at {}:30"),
        ("da", "kl. {}.30"),
        ("da", "klokken {}:30"),
        ("nb", "kl. {}.30"),
        ("nb", "klokka {}:30"),
        ("sv", "kl {}.30"),
        ("sv", "klockan {}:30"),
        ("zh", "{}:30"),
        ("zh", "{}点30分"),
        ("zh", "{}点半"),
    ],
)
def test_every_hour_past_noon(language: str, pattern: str, hour: int) -> None:
    assert described(pattern.format(hour), language) == f"T{hour}:30"


@pytest.mark.parametrize("week", [1, 17, 34, 52])
@pytest.mark.parametrize(
    ("language", "pattern"),
    [
        ("en", "week {}"),
        ("da", "uge {}"),
        ("nb", "uke {}"),
        ("sv", "vecka {}"),
        ("sv", "v.{}"),
        ("zh", "第{}周"),
    ],
)
def test_week_numbers(language: str, pattern: str, week: int) -> None:
    year = 2027 if week < 16 else 2026
    assert described(pattern.format(week), language) == f"{year}-W{week:02}"
