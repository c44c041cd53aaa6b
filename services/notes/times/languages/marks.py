"""Signs that mean the same in every language."""

from services.notes.times.language import Language


def add_marks(language: Language) -> None:
    """Adds commas, dashes and the like."""
    language.add("comma", True, ",", "(", "、")
    language.add("dash", True, "-", "~")
    language.add("slash", True, "/")
    language.add("apostrophe", True, "'")
    language.add("minute_mark", True, "'", "′")
    language.add("iso_t", True, "t")
    language.add("zone", 0, "z")
    language.add("at", True, "@")
    language.add("hour_letter", True, "h")
    language.add("not_after_number", True, "%", "€", "$", "£", "¥", "°")
