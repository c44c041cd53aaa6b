"""Swedish."""

from services.notes.times import feasts
from services.notes.times.calendar import Cycle
from services.notes.times.grammar.clocks import HALF_TO_RULES
from services.notes.times.grammar.dates import NORDIC_RULES
from services.notes.times.grammar.points import SPACED_RULES
from services.notes.times.language import Language, phrases_of, words_of
from services.notes.times.languages import nordic
from services.notes.times.languages.marks import add_marks
from services.notes.times.meaning import When
from services.notes.times.values import Grain

_ONES = words_of(
    "noll en|ett två tre fyra fem sex sju åtta nio tio elva tolv tretton fjorton "
    "femton sexton sjutton arton|aderton "
    "nitton"
)
_TENS = {
    20: "tjugo|tjugi",
    30: "trettio|tretti",
    40: "fyrtio|fyrti",
    50: "femtio|femti",
    60: "sextio",
    70: "sjuttio",
    80: "åttio",
    90: "nittio",
}
_ORDINALS = (
    "första|förste andra|andre tredje fjärde femte sjätte sjunde åttonde nionde "
    "tionde elfte tolfte trettonde "
    "fjortonde femtonde sextonde sjuttonde artonde nittonde tjugonde"
)
_WEAK = frozenset({"jan", "mar", "ons", "tor", "tis", "sön", "fre"})
"""Words that are more often a name."""

_UNITS = {
    "sekund|sekunder|sekunderna|sek": (Grain.SECOND, 1),
    "minut|minuter|minuterna|min": (Grain.MINUTE, 1),
    "kvart": (Grain.MINUTE, 15),
    "halvtimme": (Grain.MINUTE, 30),
    "timme|timmar|timmarna|timmars|timmes|tim|t|h": (Grain.HOUR, 1),
    "dag|dagar|dagars|dags|dygn|dar|dagen|dagarna": (Grain.DAY, 1),
    "vecka|veckor|veckors|veckas|veckan|veckorna": (Grain.WEEK, 1),
    "månad|månader|månaders|månads|mån|månaden|månaderna": (Grain.MONTH, 1),
    "kvartal|kvartalet": (Grain.QUARTER, 1),
    "halvår|halvåret": (Grain.MONTH, 6),
    "år|års|året|årets|åren": (Grain.YEAR, 1),
    "årtionde|årtionden|decennium|decennier": (Grain.YEAR, 10),
}
_DAYS = {
    "i dag|dagens datum|under dagen": (0, ""),
    "i morgon": (1, ""),
    "i går": (-1, ""),
    "i övermorgon|övermorgon": (2, ""),
    "i förrgår|förrgår": (-2, ""),
    "i kväll": (0, "evening"),
    "i går kväll|igår kväll|i går afton": (-1, "evening"),
    "i natt": (0, "night"),
    "i morse": (0, "morning"),
    "i förmiddag|i förmiddags": (0, "forenoon"),
    "i eftermiddag|i eftermiddags": (0, "afternoon"),
    "i morgon bitti|imorgon bitti|i morgon bitti tidigt": (1, "morning"),
}
_PARTS = {
    "morning": "morgon|på morgonen|morgonen|tidig morgon|tidigt på morgonen|om morgonen|bitti",
    "forenoon": "förmiddag|på förmiddagen|förmiddagen|om förmiddagen|före lunch|innan lunch",
    "noon": "mitt på dagen",
    "lunch": "lunch|lunchen|lunchtid|vid lunch|vid lunchtid|till lunch|över lunch|på lunchen",
    "afternoon": "eftermiddag|på eftermiddagen|eftermiddagen|om eftermiddagen|sen eftermiddag|efter lunch",
    "evening": "kväll|på kvällen|kvällen|om kvällen|afton",
    "night": "natt|natten",
    "small_hours": "på natten|om natten",
    "end_of_day": "slutet av dagen|dagens slut|arbetsdagens slut|slutet på dagen|innan dagen är slut",
}


def build() -> Language:
    """Returns Swedish words of time."""
    language = Language("sv", rules=(*HALF_TO_RULES, *NORDIC_RULES, *SPACED_RULES))
    add_marks(language)
    _numbers(language)
    _calendar(language)
    _relative(language)
    _clock(language)
    _grammar(language)
    _feasts(language)
    return language


def _numbers(language: Language) -> None:
    nordic.add_numbers(language, _ONES, _TENS, ("{ten}{one}", "{ten} {one}"))
    nordic.add_ordinals(
        language,
        _ORDINALS,
        {20: "tjugo{one}", 30: "trettio{one}", 40: "fyrtio{one}", 50: "femtio{one}"},
    )
    language.add("ord", 30, "trettionde")
    language.add("ordinal_mark", True, ":e", ":a", "e", ":de", ":te")
    language.add("decimal", 1.5, "en och en halv", "ett och ett halvt", "halvannan", "1½")
    language.add("vague", True, "en", "ett", "ett par", "par", "några få", "några", "få")
    language.add("num", 2, "ett par", "par")
    language.add("num", 3, "några få", "några", "få")
    language.add("half", True, "en halv", "ett halvt", "halv", "halvt")
    language.add("and_half", True, "och en halv", "och ett halvt", "½")


def _calendar(language: Language) -> None:
    forms = {0: "mån", 1: "tis|tisd", 2: "ons", 3: "tors|tor", 4: "fre", 5: "lör", 6: "sön"}
    nordic.add_calendar(language, "sv", forms, {9: "sept"}, weak=_WEAK)
    for weekday, name in nordic.weekday_names("sv").items():
        plural = f"{name}ar"
        language.add("weekdays", weekday, plural, f"på {plural}", f"om {plural}na", f"på {plural}na")
        language.add("last_weekday", weekday, f"i {name}s")
    language.add_all("unit", _UNITS)
    language.dotted("sek", "min", "tim")
    language.add("week_word", True, "vecka", "v", "vecka nr", "vecka nummer", "veckonummer")
    language.dotted("v", "vecka nr")
    language.add("quarter_letter", True, "q", "kv")
    language.add("in_year", True, "år", "året", "under år")
    words = "helg|helgen|i helgen|till helgen|veckoslut|veckoslutet|weekend"
    language.add_feast("helg", feasts.weekend, *words.split("|"))
    for names, season in {
        "vinter|vintern|i vinter|till vintern": feasts.winter,
        "våren|i vår|till våren": feasts.spring,  # "vår" alone is mostly "our"
        "sommar|sommaren|i sommar|till sommaren": feasts.summer,
        "höst|hösten|i höst|till hösten": feasts.autumn,
    }.items():
        forms_of_season = names.split("|")
        language.add_feast(forms_of_season[0], season, *forms_of_season)
    language.add_feast("first half", feasts.half_year(1), "h1", "första halvåret", "första halvår")
    language.add_feast("second half", feasts.half_year(2), "h2", "andra halvåret", "andra halvår")
    language.add("workday", True, "vardag", "arbetsdag", "veckodag")
    language.add("workdays", True, "vardagar", "på vardagar", "arbetsdagar", "veckodagar")


def _relative(language: Language) -> None:
    nordic.add_day_words(language, _DAYS)
    language.add_relative(Grain.YEAR, 0, "i år")
    language.add_relative(Grain.YEAR, -1, "i fjol", "förra året", "fjolåret")
    language.add_relative(Grain.YEAR, 1, "till nästa år", "nästkommande år")
    language.add_relative(Grain.WEEK, 0, "i veckan", "under veckan")
    language.add(
        "now", True, "nu", "just nu", "genast", "omedelbart", "med en gång", "på en gång", "omgående"
    )
    language.add(
        "now", True, "så snart som möjligt", "snarast", "snarast möjligt", "så fort som möjligt", "asap"
    )
    language.add_all(
        "mod",
        {
            "nästa|den nästa|de nästa|följande|nästföljande": "next",
            "kommande|nästkommande|den kommande|de kommande|nu på|de närmaste|närmaste|närmast kommande": "coming",
            "förra|sista|senaste|föregående|de senaste|den senaste|den förra|den sista|de sista|gångna": "last",
            "denna|detta|innevarande|nuvarande|den här|det här|denne|dessa": "this",
        },
    )
    language.add("mod_after", "after_next", "efter nästa")
    language.add("ago", True, "sedan", "sen", "tidigare", "tillbaka")
    language.add("hence", True, "från nu", "från och med nu", "senare", "framåt", "framöver")
    language.add("in", True, "om")
    language.add("within", True, "inom", "under loppet av")
    language.add("during", True, "under", "i")
    language.add("starting", True, "som börjar", "som startar", "med start", "med")
    language.add("half_of", 1, "första halvan av", "första hälften av")
    language.add("half_of", 2, "andra halvan av", "andra hälften av", "senare delen av")
    language.add("again", True, "igen")
    language.add("more", True, "fler", "mer", "hela", "till")
    language.add("edge", "begin", "början", "starten", "tidigt i", "i början", "ingången", "tidigt")
    language.add("edge", "end", "slutet", "i slutet", "utgången", "sent i", "sista delen", "slut")
    language.add("edge", "mid", "mitten", "i mitten", "mitt i", "medio")
    for words, grain in {
        "månadsslutet|månadens slut|månadens utgång|slutet på månaden|månadsslut": Grain.MONTH,
        "veckans slut|slutet på veckan|slutet av veckan": Grain.WEEK,
        "årets slut|årsslutet|slutet på året|årets utgång|årsslut": Grain.YEAR,
        "kvartalets slut|kvartalsslutet|slutet på kvartalet|kvartalsslut": Grain.QUARTER,
    }.items():
        language.add("edge_of_unit", (grain, "end"), *words.split("|"))
    language.add_when(When(date=Cycle(day=1)), "månadsskiftet", "vid månadsskiftet")
    language.add("edge_of_unit", (Grain.MONTH, "begin"), "månadens början", "början på månaden")
    language.add("edge_of_unit", (Grain.YEAR, "begin"), "årets början", "början på året")
    language.add("edge_of_unit", (Grain.WEEK, "begin"), "veckans början", "början på veckan")


def _clock(language: Language) -> None:
    language.add_clock(24, "midnatt", "vid midnatt")
    for part, words in _PARTS.items():
        language.add_part(part, *words.split("|"))
    parts = {"morgon": "morning", "förmiddag": "forenoon", "eftermiddag": "afternoon", "kväll": "evening"}
    nordic.add_compound_parts(language, "sv", parts | {"natt": "night"}, ("", "s"))
    language.add("ampm", "am", "am", "a.m.", "f.m.", "fm")
    language.add("ampm", "pm", "pm", "p.m.", "e.m.", "em")
    language.add("kl", True, "kl", "klockan", "klocka", "kl.", "klockslag")
    language.dotted("kl")
    nordic.add_about(language, _ONES)
    language.add("quarter_hour", True, "kvart")
    language.add("past", True, "över", "efter")
    language.add("to_hour", True, "i", "före")


def _grammar(language: Language) -> None:
    language.add("on", True, "på", "vid")
    language.add("of", True, "i", "av", "under")
    language.add("for", True, "i", "för", "under")
    language.add("in_year", True, "i", "under")
    language.add("the", True, "den", "d", "det", "de")
    language.add("from", True, "från", "från och med", "fr.o.m.", "fr o m", "från kl", "från den")
    language.add("to", True, "till", "till och med", "t.o.m.", "t o m")
    language.add("until", True, "tills", "fram till", "till och med", "ända till")
    language.add("between", True, "mellan", "emellan")
    language.add("and", True, "och")
    language.add("but", True, "men", "och")
    language.add("by", True, "senast", "inte senare än", "deadline", "senast på", "senast den", "sista dag")
    language.add("before", True, "innan", "före")
    language.add("after", True, "efter", "tidigast", "senare än")
    language.add("since", True, "sedan", "sen", "från och med", "från", "alltsedan", "gäller från")
    language.add("or", True, "eller")
    language.add("every", True, "varje", "alla")
    language.add("every_nth", True, "var", "vart")  # alone mostly "was" and "where"
    language.add("other", True, "annan", "annat", "andra")
    language.add("every_other", True, "varannan", "vartannat")
    language.add_all(
        "frequency",
        {
            "dagligen|daglig|varje dag|en gång om dagen": (Grain.DAY, 1),
            "veckovis|en gång i veckan": (Grain.WEEK, 1),
            "månatligen|månadsvis|en gång i månaden": (Grain.MONTH, 1),
            "kvartalsvis|varje kvartal": (Grain.QUARTER, 1),
            "årligen|årlig|en gång om året": (Grain.YEAR, 1),
        },
    )
    language.add(
        "skip", True, "ca", "cirka", "ungefär", "omkring", "runt", "precis", "exakt", "prick", "vid pass"
    )
    language.dotted("ca")
    language.add("not_after_number", True, *_COUNTED)
    language.add("ordinal_noun", True, *_ORDINAL_NOUNS)
    for phrase in _OTHER_MEANINGS:
        language.add_nothing(phrase)


_COUNTED = words_of(
    "kr kronor sek eur euro dollar usd procent pct st styck stycken personer "
    "människor användare licenser mkr tkr "
    "miljon miljoner miljarder tusen km kg kvm m2 gånger enheter kunder anställda "
    "möten samtal mejl punkter sidor "
    "butiker kontor avdelningar gäster deltagare saker frågor"
)
_ORDINAL_NOUNS = words_of(
    "gång gången gångerna våning våningen utgåva version möte mötet punkt person sak "
    "saken del val generation omgång "
    "utkast påminnelse möjlighet besök demo mejl offert klagomål prioritet rad plats försök steg sida"
)
_OTHER_MEANINGS = phrases_of(
    "god morgon|god kväll|god dag|god natt|trevlig helg|god jul|en gång|nästa gång|förra gången|"
    "sista gången|denna gång|för det första|för det andra|å andra sidan|över huvud taget|till dags dato|"
    "dag för dag|hela tiden|i gång|igång|nästa steg|i första hand|i andra hand|för tillfället|"
    "och så vidare|en del|var och en|var tredje part|ett par frågor"
)


def _feasts(language: Language) -> None:
    common = nordic.common_feasts()
    nordic.add_feasts(
        language,
        "SE",
        "sv",
        {
            "jul|julen|juldagen|juldag": common["christmas"],
            "julafton|julaftonen": common["christmas_eve"],
            "annandag jul|annandagen": common["second_christmas"],
            "nyår|nyårsdagen|årsskiftet|vid årsskiftet": common["new_year"],
            "nyårsafton": common["new_year_eve"],
            "trettondagen|trettondedag jul|trettondag jul": common["epiphany"],
            "trettondagsafton": feasts.fixed(1, 5),
            "påsk|påsken|påskdagen|påskdag": common["easter"],
            "palmsöndagen|palmsöndag": common["palm_sunday"],
            "skärtorsdag|skärtorsdagen": common["maundy_thursday"],
            "långfredag|långfredagen": common["good_friday"],
            "påskafton|påskaftonen": common["easter_eve"],
            "annandag påsk": common["easter_monday"],
            "kristi himmelsfärdsdag|kristi himmelsfärd|kristi flygare": common["ascension"],
            "pingst|pingsten|pingstdagen": common["pentecost"],
            "pingstafton": common["pentecost_eve"],
            "annandag pingst": common["whit_monday"],
            "fettisdagen|fettisdag": feasts.from_easter(-47),
            "valborg|valborgsmässoafton": feasts.fixed(4, 30),
            "nationaldagen|sveriges nationaldag": feasts.fixed(6, 6),
            "midsommar|midsommarafton|midsommaraftonen": feasts.weekday_from(4, 6, 19),
            "midsommardagen|midsommardag": feasts.weekday_from(5, 6, 20),
            "alla helgons dag": feasts.weekday_from(5, 10, 31),
            "mors dag": feasts.nth(6, -1, 5),
            "fars dag": feasts.nth(6, 2, 11),
            "alla hjärtans dag": common["valentine"],
            "halloween": common["halloween"],
            "lucia|luciadagen": common["lucia"],
            "black friday": common["black_friday"],
        },
    )
