"""Norwegian Bokmål."""

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
    "null en|ei|et|ett|én to tre fire fem seks sju|syv åtte ni ti elleve tolv "
    "tretten fjorten femten seksten sytten "
    "atten nitten"
)
_TENS = {
    20: "tjue|tyve",
    30: "tretti|tredve",
    40: "førti|førr",
    50: "femti",
    60: "seksti",
    70: "sytti",
    80: "åtti",
    90: "nitti",
}
_ORDINALS = (
    "første andre|annen tredje fjerde femte sjette sjuende|syvende åttende niende "
    "tiende ellevte tolvte trettende "
    "fjortende femtende sekstende syttende attende nittende tjuende|tyvende"
)
_WEAK = frozenset({"man", "tor", "jan", "mar", "ons", "lør", "fre", "tir", "søn"})
"""Words that are more often a pronoun, a name or a verb."""

_UNITS = {
    "sekund|sekunder|sekundene|sekundet|sek": (Grain.SECOND, 1),
    "minutt|minutter|minuttene|minuttet|min": (Grain.MINUTE, 1),
    "kvarter|kvarteret": (Grain.MINUTE, 15),
    "halvtime|halvtimes": (Grain.MINUTE, 30),
    "time|timer|timen|timene|timers|times|t|h": (Grain.HOUR, 1),
    "dag|dager|dagers|dags|døgn|dagen|dagene": (Grain.DAY, 1),
    "uke|uker|ukers|ukes|uken|uka|ukene": (Grain.WEEK, 1),
    "måned|måneder|måneders|måneds|mnd|måneden|månedene": (Grain.MONTH, 1),
    "kvartal|kvartaler|kvartalet": (Grain.QUARTER, 1),
    "halvår|halvåret": (Grain.MONTH, 6),
    "år|års|året|årets|årene": (Grain.YEAR, 1),
    "tiår": (Grain.YEAR, 10),
}
_DAYS = {
    "i dag|dags dato|i løpet av dagen": (0, ""),
    "i morgen": (1, ""),
    "i går": (-1, ""),
    "i overmorgen|overmorgen|i overimorgen|overimorgen": (2, ""),
    "i forgårs|forgårs|i forigårs|i forrigårs|forrigårs": (-2, ""),
    "i kveld": (0, "evening"),
    "i går kveld|i gårkveld": (-1, "evening"),
    "i natt": (0, "night"),
    "i morges|i dag tidlig": (0, "morning"),
    "i formiddag": (0, "forenoon"),
    "i ettermiddag": (0, "afternoon"),
    "i morgen tidlig|morgenen i morgen": (1, "morning"),
}
_PARTS = {
    "morning": "morgen|om morgenen|morgenen|tidlig morgen|tidlig om morgenen|på morgenen|morran",
    "forenoon": "formiddag|om formiddagen|formiddagen|på formiddagen|før lunsj",
    "noon": "midt på dagen",
    "lunch": "lunsj|lunsjtid|lunch|ved lunsjtid|til lunsj|over lunsj|i lunsjen",
    "afternoon": "ettermiddag|om ettermiddagen|ettermiddagen|på ettermiddagen|sen ettermiddag|etter lunsj",
    "evening": "kveld|om kvelden|kvelden|på kvelden|aften|om aftenen",
    "night": "natt|natten|natta",
    "small_hours": "om natten|om natta|på natten|på natta",
    "end_of_day": "slutten av dagen|slutten av arbeidsdagen|arbeidsdagens slutt|før dagen er omme",
}


def build() -> Language:
    """Returns Norwegian words of time."""
    language = Language("nb", has_dot_ordinals=True, rules=(*HALF_TO_RULES, *NORDIC_RULES, *SPACED_RULES))
    add_marks(language)
    _numbers(language)
    _calendar(language)
    _relative(language)
    _clock(language)
    _grammar(language)
    _feasts(language)
    return language


def _numbers(language: Language) -> None:
    nordic.add_numbers(language, _ONES, _TENS, ("{ten}{one}", "{one}og{ten}", "{ten} {one}"))
    nordic.add_ordinals(
        language,
        _ORDINALS,
        {20: "tjue{one}", 30: "tretti{one}", 40: "førti{one}", 50: "femti{one}"},
    )
    ones = ("en", "to", "tre", "fire", "fem", "seks", "syv", "åtte", "ni")
    nordic.add_ordinals(language, "", {20: "{one}ogtyvende", 30: "{one}ogtredevte"}, ones)
    language.add("ord", 30, "trettiende", "tredevte", "trettiende")
    language.add("decimal", 1.5, "halvannen", "halvannet", "en og en halv", "ett og et halvt", "1½")
    language.add("vague", True, "en", "ei", "et", "ett", "et par", "par", "noen få", "få", "noen")
    language.add("num", 2, "et par", "par")
    language.add("num", 3, "noen få", "få", "noen")
    language.add("half", True, "en halv", "et halvt", "halv", "halvt", "halve")
    language.add("and_half", True, "og en halv", "en halv", "og et halvt", "et halvt", "½")


def _calendar(language: Language) -> None:
    forms = {0: "man", 1: "tir|tirs", 2: "ons", 3: "tor|tors", 4: "fre", 5: "lør", 6: "søn"}
    nordic.add_calendar(language, "nb", forms, {9: "sept"}, weak=_WEAK)
    for weekday, name in nordic.weekday_names("nb").items():
        language.add("weekdays", weekday, f"{name}er", f"om {name}en", f"på {name}er", f"{name}ene")
        language.add("last_weekday", weekday, f"nå sist {name}", f"i {name}s")
    language.add_all("unit", _UNITS)
    language.dotted("sek", "min", "mnd")
    language.add("week_word", True, "uke", "uke nr", "uke nummer", "ukenummer", "u")
    language.dotted("uke nr")
    language.add("quarter_letter", True, "q", "k")
    language.add("in_year", True, "år", "året", "i året")
    words = "helg|helgen|helga|i helgen|i helga|weekend|til helgen|til helga"
    language.add_feast("helg", feasts.weekend, *words.split("|"))
    for names, season in {
        "vinter|vinteren|i vinter|til vinteren": feasts.winter,
        "vår|våren|i vår|til våren": feasts.spring,
        "sommer|sommeren|i sommer|til sommeren": feasts.summer,
        "høst|høsten|i høst|til høsten": feasts.autumn,
    }.items():
        forms_of_season = [word for word in names.split("|") if word != "vår"]  # "vår" is mostly "our"
        language.add_feast(forms_of_season[0], season, *forms_of_season)
    language.add_feast("first half", feasts.half_year(1), "h1", "første halvår")
    language.add_feast("second half", feasts.half_year(2), "h2", "andre halvår", "annet halvår")
    language.add("workday", True, "hverdag", "ukedag", "virkedag", "arbeidsdag", "yrkedag")
    language.add("workdays", True, "hverdager", "på hverdager", "ukedager", "virkedager", "på ukedager")


def _relative(language: Language) -> None:
    nordic.add_day_words(language, _DAYS)
    language.add_relative(Grain.YEAR, 0, "i år")
    language.add_relative(Grain.YEAR, -1, "i fjor", "fjoråret")
    language.add_relative(Grain.YEAR, 1, "til neste år", "til året")
    language.add_relative(Grain.WEEK, 1, "til uken", "til uka")
    language.add_relative(Grain.WEEK, 0, "i uken", "i uka")
    language.add(
        "now", True, "nå", "akkurat nå", "straks", "med en gang", "umiddelbart", "med det samme", "nå nettopp"
    )
    language.add("now", True, "så fort som mulig", "så snart som mulig", "snarest", "snarest mulig", "asap")
    language.add_all(
        "mod",
        {
            "neste|den neste|det neste|de neste|følgende|påfølgende": "next",
            "kommende|førstkommende|den kommende|de kommende|nå på|nå til|nestkommende": "coming",
            "siste|forrige|sist|den siste|de siste|det siste|den forrige|foregående|sistnevnte": "last",
            "denne|dette|inneværende|nåværende|den her|disse": "this",
        },
    )
    language.add("mod_after", "after_next", "etter neste")
    language.add("ago", True, "siden", "tilbake", "sia")
    language.add("hence", True, "fra nå", "fra nå av", "frem i tid", "senere", "frem")
    language.add("in", True, "om")
    language.add("within", True, "innen", "i løpet av", "innenfor")
    language.add("during", True, "i løpet av", "under")
    language.add("starting", True, "som starter", "som begynner", "som starter med", "med", "fra")
    language.add("half_of", 1, "første halvdel av")
    language.add("half_of", 2, "andre halvdel av", "siste halvdel av")
    language.add("again", True, "igjen")
    language.add("more", True, "mer", "flere", "hele", "til")
    language.add("edge", "begin", "begynnelsen", "starten", "tidlig i", "først i", "tidlig", "primo")
    language.add(
        "edge", "end", "slutten", "utgangen", "enden", "utgang", "sent i", "sist i", "ultimo", "slutt"
    )
    language.add("edge", "mid", "midten", "medio", "midt i", "midt på", "midt")
    for words, grain in {
        "månedsslutt|månedens slutt|månedens utgang|slutten på måneden": Grain.MONTH,
        "ukens slutt|slutten på uka|slutten på uken|ukeslutt": Grain.WEEK,
        "årets slutt|årsslutt|årets utgang|slutten på året": Grain.YEAR,
        "kvartalsslutt|kvartalets slutt|slutten på kvartalet": Grain.QUARTER,
    }.items():
        language.add("edge_of_unit", (grain, "end"), *words.split("|"))
    language.add_when(When(date=Cycle(day=1)), "månedsskiftet", "ved månedsskiftet")
    language.add("edge_of_unit", (Grain.MONTH, "begin"), "månedens start", "starten på måneden")
    language.add("edge_of_unit", (Grain.YEAR, "begin"), "årets start", "starten på året")
    language.add("edge_of_unit", (Grain.WEEK, "begin"), "ukens start", "starten på uka", "starten på uken")


def _clock(language: Language) -> None:
    language.add_clock(24, "midnatt", "ved midnatt")
    for part, words in _PARTS.items():
        language.add_part(part, *words.split("|"))
    parts = {"morgen": "morning", "formiddag": "forenoon", "ettermiddag": "afternoon", "kveld": "evening"}
    nordic.add_compound_parts(language, "nb", parts | {"natt": "night"}, ("", "s"))
    language.add("ampm", "am", "am", "a.m.")
    language.add("ampm", "pm", "pm", "p.m.")
    language.add("kl", True, "kl", "klokken", "klokka", "kl.", "klokkeslett")
    language.dotted("kl")
    nordic.add_about(language, _ONES)
    language.add("quarter_hour", True, "kvart")
    language.add("past", True, "over", "etter")
    language.add("to_hour", True, "på", "før")


def _grammar(language: Language) -> None:
    language.add("on", True, "på", "ved")
    language.add("of", True, "i", "av")
    language.add("for", True, "i", "for")
    language.add("in_year", True, "i")
    language.add("the", True, "den", "d", "d.", "det", "de")
    language.dotted("d")
    language.add("from", True, "fra", "fra og med", "f.o.m.", "fra kl", "fra den")
    language.add("to", True, "til", "til og med", "t.o.m.")
    language.add("until", True, "inntil", "frem til", "fram til", "til og med", "opp til")
    language.add("between", True, "mellom", "imellom")
    language.add("and", True, "og")
    language.add("but", True, "men", "og")
    language.add(
        "by", True, "senest", "innen", "ikke senere enn", "frist", "deadline", "seinest", "med frist"
    )
    language.add("before", True, "før", "i forkant av")
    language.add("after", True, "etter", "tidligst", "senere enn")
    language.add("since", True, "siden", "fra og med", "fra", "gjeldende fra")
    language.add("or", True, "eller")
    language.add("every", True, "hver", "hvert", "hver eneste", "alle")
    language.add("other", True, "annen", "annet", "andre")
    language.add("every_other", True, "annenhver", "annethvert", "annahver", "annakvar")
    language.add_all(
        "frequency",
        {
            "daglig|hver dag|en gang om dagen": (Grain.DAY, 1),
            "ukentlig|en gang i uken|en gang i uka": (Grain.WEEK, 1),
            "månedlig|en gang i måneden": (Grain.MONTH, 1),
            "kvartalsvis|hvert kvartal": (Grain.QUARTER, 1),
            "årlig|en gang i året": (Grain.YEAR, 1),
        },
    )
    language.add(
        "skip",
        True,
        "ca",
        "cirka",
        "omtrent",
        "omkring",
        "rundt",
        "presis",
        "nøyaktig",
        "ca.",
        "tidlig",
        "sent",
    )
    language.dotted("ca")
    language.add("not_after_number", True, *_COUNTED)
    language.add("ordinal_noun", True, *_ORDINAL_NOUNS)
    for phrase in _OTHER_MEANINGS:
        language.add_nothing(phrase)


_COUNTED = words_of(
    "kr kroner nok eur euro dollar usd prosent pst stk stykk personer mennesker folk "
    "brukere lisenser mill mrd million "
    "millioner milliarder tusen km kg kvm m2 ganger enheter kunder ansatte møter "
    "samtaler eposter punkter sider "
    "butikker kontorer avdelinger gjester deltakere stykker ting spørsmål"
)
_ORDINAL_NOUNS = words_of(
    "gang etasje utgave versjon møte punkt person ting del valg generasjon runde "
    "utkast purring mulighet besøk demo "
    "epost tilbud klage prioritet rekke plass forsøk trinn side"
)
_OTHER_MEANINGS = phrases_of(
    "god morgen|god kveld|god dag|god natt|god helg|god jul|en gang|neste gang|siste gang|forrige gang|"
    "denne gang|denne gangen|for det første|for det andre|på den andre siden|i det hele tatt|"
    "til dags dato|dag til dag|hele tiden|i gang|neste steg|neste skritt|i første omgang|i siden|"
    "for tiden"
)


def _feasts(language: Language) -> None:
    common = nordic.common_feasts()
    nordic.add_feasts(
        language,
        "NO",
        "no",
        {
            "jul|julen|jula|juledag|første juledag|1. juledag": common["christmas"],
            "julaften|juleaften": common["christmas_eve"],
            "andre juledag|2. juledag|annen juledag": common["second_christmas"],
            "nyttår|nyttårsdag|første nyttårsdag|årsskiftet|1. nyttårsdag": common["new_year"],
            "nyttårsaften": common["new_year_eve"],
            "helligtrekongersdag": common["epiphany"],
            "påske|påsken|påska|påskedag|første påskedag|1. påskedag|påskesøndag": common["easter"],
            "palmesøndag": common["palm_sunday"],
            "skjærtorsdag": common["maundy_thursday"],
            "langfredag": common["good_friday"],
            "påskeaften": common["easter_eve"],
            "andre påskedag|2. påskedag|annen påskedag": common["easter_monday"],
            "kristi himmelfartsdag|kristi himmelfart": common["ascension"],
            "pinse|pinsen|pinsa|pinsedag|første pinsedag|1. pinsedag": common["pentecost"],
            "pinseaften": common["pentecost_eve"],
            "andre pinsedag|2. pinsedag|annen pinsedag": common["whit_monday"],
            "fastelavn|fastelavnssøndag": feasts.from_easter(-49),
            "syttende mai|nasjonaldagen|grunnlovsdagen": feasts.fixed(5, 17),
            "sankthans|sankthansaften|jonsok": feasts.fixed(6, 23),
            "morsdag|mors dag": feasts.nth(6, 2, 2),
            "farsdag|fars dag": feasts.nth(6, 2, 11),
            "valentinsdagen|valentinsdag": common["valentine"],
            "halloween": common["halloween"],
            "luciadagen|lucia": common["lucia"],
            "black friday": common["black_friday"],
        },
    )
