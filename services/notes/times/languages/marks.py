"""Signs that mean the same in every language."""

from services.notes.times.language import Language

_ZONES = {
    "utc|gmt|wet": 0,
    "bst|cet|west": 60,
    "cest|eet|sast": 120,
    "eest|msk": 180,
    "ist": 330,
    "sgt|hkt|awst": 480,
    "jst|kst": 540,
    "aest": 600,
    "aedt": 660,
    "est|cdt": -300,
    "edt": -240,
    "cst|mdt": -360,
    "mst|pdt": -420,
    "pst": -480,
}
"""Minutes from UTC of the abbreviations that are no words in any of the languages."""


def add_marks(language: Language) -> None:
    """Adds commas, dashes and the like."""
    language.add("comma", True, ",", "(", ")", "、")
    language.add("dash", True, "-", "~")
    language.add("slash", True, "/")
    language.add("apostrophe", True, "'")
    language.add("minute_mark", True, "'", "\u2032")
    language.add("iso_t", True, "t")
    language.add("zone", 0, "z")
    language.add_all("zone", _ZONES)
    language.add("at", True, "@")
    language.add("hour_letter", True, "h")
    language.add("not_after_number", True, "%", "€", "$", "£", "¥", "°")
