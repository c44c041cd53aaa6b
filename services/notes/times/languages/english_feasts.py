"""English names of feasts."""

from services.notes.times import feasts
from services.notes.times.language import Language


def add_feasts(language: Language) -> None:
    """Adds the public holidays of the United States and Great Britain, and feasts by their other names."""
    for country in ("US", "GB"):
        for name, feast in feasts.public_holidays(country, "en_US").items():
            if "observed" not in name:
                language.add_feast(name, feast, name, name.replace("'", ""))
    new_year, christmas = feasts.fixed(1, 1), feasts.fixed(12, 25)
    thanksgiving = feasts.nth(3, 4, 11)
    for words, feast in {
        "christmas|xmas|christmas day|xmas day|x-mas": christmas,
        "christmas eve|xmas eve": feasts.shifted(christmas, -1),
        "boxing day": feasts.shifted(christmas, 1),
        "new year|new years|new year's|new year's day|new years day": new_year,
        "new year's eve|new years eve|nye": feasts.fixed(12, 31),
        "thanksgiving|thanksgiving day|thanks giving|thanks giving day|turkey day": thanksgiving,
        "black friday": feasts.shifted(thanksgiving, 1),
        "cyber monday": feasts.shifted(thanksgiving, 4),
        "halloween|hallowe'en": feasts.fixed(10, 31),
        "valentine's day|valentines day|valentine's": feasts.fixed(2, 14),
        "easter|easter sunday|easter day|pascha": feasts.from_easter(0),
        "easter monday|easter mon": feasts.from_easter(1),
        "good friday": feasts.from_easter(-2),
        "maundy thursday|holy thursday": feasts.from_easter(-3),
        "palm sunday": feasts.from_easter(-7),
        "ash wednesday": feasts.from_easter(-46),
        "shrove tuesday|pancake day|pancake tuesday|mardi gras": feasts.from_easter(-47),
        "ascension day|ascension thursday": feasts.from_easter(39),
        "pentecost|whit sunday|white sunday": feasts.from_easter(49),
        "whit monday|pentecost monday": feasts.from_easter(50),
        "trinity sunday": feasts.from_easter(56),
        "corpus christi": feasts.from_easter(60),
        "mlk day|martin luther king day|martin luther king's day": feasts.nth(0, 3, 1),
        "presidents day|presidents' day|president's day|president day|washington's birthday": feasts.nth(
            0, 3, 2
        ),
        "memorial day|decoration day": feasts.nth(0, -1, 5),
        "labor day|labour day": feasts.nth(0, 1, 9),
        "columbus day|indigenous peoples day": feasts.nth(0, 2, 10),
        "independence day|fourth of july|the fourth of july|4th of july": feasts.fixed(7, 4),
        "veterans day|veteran's day|armistice day|remembrance day": feasts.fixed(11, 11),
        "groundhog day|groundhogs day": feasts.fixed(2, 2),
        "mother's day|mothers day": feasts.nth(6, 2, 5),
        "father's day|fathers day": feasts.nth(6, 3, 6),
        "st patrick's day|st patricks day|saint patrick's day|st paddy's day|saint paddy's day": feasts.fixed(
            3, 17
        ),
        "april fools|april fools day|april fool's day": feasts.fixed(4, 1),
        "may day|labour day may": feasts.fixed(5, 1),
        "earth day": feasts.fixed(4, 22),
        "boss's day|boss day": feasts.fixed(10, 16),
        "tax day": feasts.fixed(4, 15),
        "juneteenth": feasts.fixed(6, 19),
        "chinese new year|lunar new year|chinese lunar new year's day|chinese new years": feasts.by_calendar(
            "chinese", "lunar_new_year"
        ),
        "mid-autumn festival|mid autumn festival": feasts.by_calendar("chinese", "mid_autumn"),
        "diwali|deepavali": feasts.by_calendar("hindu", "diwali_india"),
        "holi": feasts.by_calendar("hindu", "holi"),
        "eid al-fitr|eid ul-fitr|eid|festival of breaking the fast": feasts.by_calendar(
            "islamic", "eid_al_fitr"
        ),
        "eid al-adha|eid ul-adha|bakr id|id ul-adha|sacrifice feast": feasts.by_calendar(
            "islamic", "eid_al_adha"
        ),
        "islamic new year|hijri new year|arabic new year|muharram": feasts.by_calendar(
            "islamic", "hijri_new_year"
        ),
        "ramadan|ramazan|ramzan|ramadhan|ramathan": feasts.by_calendar("islamic", "ramadan_beginning"),
        "yom kippur": feasts.by_calendar("hebrew", "yom_kippur"),
        "rosh hashanah|rosh hashana|rosh hashanna": feasts.by_calendar("hebrew", "rosh_hashanah"),
        "passover|pesach": feasts.by_calendar("hebrew", "passover"),
        "hanukkah|chanukah|hanukah": feasts.by_calendar("hebrew", "hanukkah"),
        "midsummer|midsummer day": feasts.weekday_from(5, 6, 20),
        "midsummer eve|midsummer's eve": feasts.weekday_from(4, 6, 19),
    }.items():
        language.add_feast(words.split("|")[0], feast, *words.split("|"))
