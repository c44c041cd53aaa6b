"""Danish."""

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
    "nul en|et|én|ét to tre fire fem seks syv otte ni ti elleve tolv tretten fjorten "
    "femten seksten sytten atten nitten"
)
_TENS = {
    20: "tyve",
    30: "tredive",
    40: "fyrre",
    50: "halvtreds",
    60: "tres",
    70: "halvfjerds",
    80: "firs",
    90: "halvfems",
}
_ORDINALS = (
    "første anden|andet tredje fjerde femte sjette syvende ottende niende tiende "
    "ellevte tolvte trettende fjortende "
    "femtende sekstende syttende attende nittende tyvende"
)
_WEAK = frozenset({"man", "tor", "søn", "jan", "mar", "ons", "lør", "fre", "tir"})
"""Words that are more often a pronoun, a name or a verb."""

_UNITS = {
    "sekund|sekunder|sekunderne|sek": (Grain.SECOND, 1),
    "minut|minutter|minutterne|min|minutters|minuts": (Grain.MINUTE, 1),
    "kvarter|kvarters": (Grain.MINUTE, 15),
    "time|timer|timerne|timers|times|t|h": (Grain.HOUR, 1),
    "dag|dage|dagene|dages|dags|døgn|dagen": (Grain.DAY, 1),
    "uge|uger|ugerne|ugers|uges|ugen": (Grain.WEEK, 1),
    "måned|måneder|månederne|måneders|måneds|mdr|md|måneden": (Grain.MONTH, 1),
    "kvartal|kvartaler|kvartalet|kvt": (Grain.QUARTER, 1),
    "halvår|halvåret": (Grain.MONTH, 6),
    "år|års|året|årets|årene": (Grain.YEAR, 1),
    "årti|årtier": (Grain.YEAR, 10),
}
_DAYS = {
    "i dag|dags dato|i løbet af i dag": (0, ""),
    "i morgen": (1, ""),
    "i går": (-1, ""),
    "i overmorgen|overmorgen": (2, ""),
    "i forgårs|forgårs": (-2, ""),
    "i aften": (0, "evening"),
    "i aftes|i går aftes": (-1, "evening"),
    "i nat": (0, "night"),
    "i morges": (0, "morning"),
    "i formiddag|i formiddags": (0, "forenoon"),
    "i middag|i middags": (0, "lunch"),
    "i eftermiddag|i eftermiddags": (0, "afternoon"),
    "i morgen tidlig": (1, "morning"),
}
_PARTS = {
    "morning": "morgen|om morgenen|morgenen|tidlig morgen|tidligt om morgenen|på morgenen",
    "forenoon": "formiddag|om formiddagen|formiddagen|op ad formiddagen",
    "noon": "middag|i middag|midt på dagen|om middagen",
    "lunch": "frokost|frokosttid|ved frokosttid|til frokost|over frokost|middagstid|ved middagstid",
    "afternoon": "eftermiddag|om eftermiddagen|eftermiddagen|sen eftermiddag",
    "evening": "aften|om aftenen|aftenen",
    "night": "nat|natten",
    "small_hours": "om natten",
    "end_of_day": "inden dagen er omme|ved dagens slutning|dagens slutning|fyraften|arbejdstids ophør",
}


def build() -> Language:
    """Returns Danish words of time."""
    language = Language("da", has_dot_ordinals=True, rules=(*HALF_TO_RULES, *NORDIC_RULES, *SPACED_RULES))
    add_marks(language)
    _numbers(language)
    _calendar(language)
    _relative(language)
    _clock(language)
    _grammar(language)
    _feasts(language)
    return language


def _numbers(language: Language) -> None:
    nordic.add_numbers(language, _ONES, _TENS, ("{one}og{ten}", "{one} og {ten}"))
    ones = ("en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni")
    nordic.add_ordinals(language, _ORDINALS, {20: "{one}ogtyvende", 30: "{one}ogtredivte"}, ones)
    language.add("ord", 30, "tredivte")
    language.add("decimal", 1.5, "halvanden", "halvandet", "en og en halv", "et og et halvt", "1½")
    language.add("vague", True, "en", "et", "et par", "par", "nogle få", "få", "nogle")
    language.add("num", 2, "et par", "par")
    language.add("num", 3, "nogle få", "få", "nogle")
    language.add("half", True, "en halv", "et halvt", "halv", "halvt", "halve")
    language.add("and_half", True, "og en halv", "en halv", "og et halvt", "et halvt", "½")
    language.add("decimal", 0.75, "trekvart")


def _calendar(language: Language) -> None:
    forms = {0: "man|mand", 1: "tir|tirs", 2: "ons", 3: "tor|tors", 4: "fre", 5: "lør", 6: "søn"}
    nordic.add_calendar(language, "da", forms, {9: "sept"}, weak=_WEAK)
    for weekday, name in nordic.weekday_names("da").items():
        language.add("weekdays", weekday, f"{name}e", f"om {name}en", f"{name}ene")
        language.add("last_weekday", weekday, f"i {name}s")
    language.add_all("unit", _UNITS)
    language.dotted("sek", "min", "mdr")
    language.add("week_word", True, "uge", "uge nr", "uge nummer", "ugenummer", "u")
    language.dotted("uge nr")
    language.add("quarter_letter", True, "q", "k")
    language.add("in_year", True, "år", "året", "i året")
    language.add_feast("weekend", feasts.weekend, "weekend", "weekenden", "i weekenden", "week-end")
    for name, season in {
        "vinter|vinteren|i vinter|til vinter": feasts.winter,
        "forår|foråret|i foråret|til foråret": feasts.spring,
        "sommer|sommeren|i sommer|til sommer": feasts.summer,
        "efterår|efteråret|i efteråret|til efteråret": feasts.autumn,
    }.items():
        words = name.split("|")
        language.add_feast(words[0], season, *words)
    language.add_feast("first half", feasts.half_year(1), "h1", "første halvår")
    language.add_feast("second half", feasts.half_year(2), "h2", "andet halvår")
    language.add("workday", True, "hverdag", "arbejdsdag")
    language.add("workdays", True, "hverdage", "på hverdage", "hverdagene")


def _relative(language: Language) -> None:
    nordic.add_day_words(language, _DAYS)
    language.add_relative(Grain.YEAR, 0, "i år")
    language.add_relative(Grain.YEAR, -1, "i fjor", "sidste år")
    language.add_relative(Grain.YEAR, 1, "til næste år")
    language.add(
        "now", True, "nu", "lige nu", "straks", "med det samme", "omgående", "i øjeblikket", "netop nu"
    )
    language.add("now", True, "hurtigst muligt", "snarest muligt", "så snart som muligt", "asap", "snarest")
    language.add_all(
        "mod",
        {
            "næste|den næste|det næste|de næste|følgende|næstes": "next",
            "kommende|førstkommende|den kommende|de kommende|den førstkommende|nu på|nu her på": "coming",
            "sidste|forrige|seneste|den sidste|de sidste|de seneste|den forrige|forløbne": "last",
            "denne|dette|indeværende|nuværende|den her|det her|denne her": "this",
        },
    )
    language.add("mod_after", "after_next", "efter næste")
    language.add("ago", True, "siden", "tidligere")
    language.add("hence", True, "fra nu", "fra nu af", "senere", "frem")
    language.add("in", True, "om")
    language.add("within", True, "inden for", "indenfor", "i løbet af", "inden")
    language.add("during", True, "i løbet af", "under")
    language.add("starting", True, "der starter", "der begynder", "der starter med", "med", "der indeholder")
    language.add("half_of", 1, "første halvdel af")
    language.add("half_of", 2, "anden halvdel af", "sidste halvdel af")
    language.add("again", True, "igen")
    language.add("more", True, "mere", "flere", "hele")
    language.add(
        "edge", "begin", "begyndelsen", "starten", "primo", "først på", "først i", "tidligt i", "start"
    )
    language.add(
        "edge",
        "end",
        "slutningen",
        "udgangen",
        "enden",
        "udgang",
        "afslutningen",
        "slutning",
        "ultimo",
        "sidst på",
        "sidst i",
        "sent i",
        "slut",
    )
    language.add("edge", "mid", "midten", "medio", "midt i", "midt på")
    for words, grain in {
        "månedens slutning|månedens udgang|månedens afslutning|månedsslutning": Grain.MONTH,
        "ugens udgang|ugens slutning": Grain.WEEK,
        "årets udgang|årets slutning|årets afslutning|årsafslutning": Grain.YEAR,
        "kvartalets udgang|kvartalets slutning": Grain.QUARTER,
    }.items():
        language.add("edge_of_unit", (grain, "end"), *words.split("|"))
    language.add_when(When(date=Cycle(day=1)), "månedsskiftet", "ved månedsskiftet")
    language.add("edge_of_unit", (Grain.MONTH, "begin"), "månedens start", "månedens begyndelse")
    language.add("edge_of_unit", (Grain.YEAR, "begin"), "årets start", "årets begyndelse")
    language.add("edge_of_unit", (Grain.WEEK, "begin"), "ugens start", "ugens begyndelse")


def _clock(language: Language) -> None:
    language.add_clock(24, "midnat", "ved midnat")
    for part, words in _PARTS.items():
        language.add_part(part, *words.split("|"))
    parts = {"morgen": "morning", "formiddag": "forenoon", "eftermiddag": "afternoon", "aften": "evening"}
    nordic.add_compound_parts(language, "da", parts | {"nat": "night"}, ("", "s"))
    language.add("ampm", "am", "am", "a.m.")
    language.add("ampm", "pm", "pm", "p.m.")
    language.add("kl", True, "kl", "klokken", "klokka", "kl.", "klokkeslæt")
    language.dotted("kl")
    language.add("oclock", True, "uhr")
    nordic.add_about(language, _ONES)
    language.add("quarter_hour", True, "kvart")
    language.add("past", True, "over", "efter")
    language.add("to_hour", True, "i", "før")


def _grammar(language: Language) -> None:
    language.add("on", True, "på", "ved")
    language.add("of", True, "i", "af")
    language.add("for", True, "i", "for", "af")
    language.add("in_year", True, "i")
    language.add("the", True, "den", "d", "d.", "det", "de")
    language.dotted("d")
    language.add("from", True, "fra", "fra og med", "fra d", "fra den", "fra kl")
    language.add("to", True, "til", "til og med", "t.o.m.")
    language.add("until", True, "indtil", "frem til", "op til", "til og med")
    language.add("between", True, "mellem", "imellem")
    language.add("and", True, "og")
    language.add("but", True, "men", "og")
    language.add(
        "by", True, "senest", "inden", "ikke senere end", "med frist", "frist", "deadline", "senest på"
    )
    language.add("before", True, "før", "forud for", "forinden")
    language.add("after", True, "efter", "tidligst", "senere end")
    language.add("since", True, "siden", "fra og med", "fra", "gældende fra")
    language.add("or", True, "eller")
    language.add("every", True, "hver", "hvert", "hver eneste", "alle")
    language.add("other", True, "anden", "andet")
    language.add_all(
        "frequency",
        {
            "dagligt|daglig|hver dag|en gang om dagen": (Grain.DAY, 1),
            "ugentligt|ugentlig|en gang om ugen": (Grain.WEEK, 1),
            "månedligt|månedlig|en gang om måneden": (Grain.MONTH, 1),
            "kvartalsvis|kvartalsvist|hvert kvartal": (Grain.QUARTER, 1),
            "årligt|årlig|en gang om året": (Grain.YEAR, 1),
        },
    )
    language.add(
        "skip",
        True,
        "ca",
        "cirka",
        "omkring",
        "præcis",
        "præcist",
        "nøjagtigt",
        "cirka kl",
        "sharp",
        "tidligt",
    )
    language.add("skip", True, "sent", "ca.")
    language.dotted("ca")
    language.add("not_after_number", True, *_COUNTED)
    language.add("ordinal_noun", True, *_ORDINAL_NOUNS)
    for phrase in _OTHER_MEANINGS:
        language.add_nothing(phrase)


_COUNTED = words_of(
    "kr kroner dkk eur euro dollar usd procent pct stk styk personer mennesker "
    "brugere licenser mio mia million "
    "millioner milliarder tusind km kg kvm m2 gange enheder kunder medarbejdere "
    "ansatte møder opkald mails punkter "
    "sider styks år-gammel butikker kontorer afdelinger gæster deltagere stykker ting spørgsmål"
)
_ORDINAL_NOUNS = words_of(
    "gang sal udgave version møde punkt person ting del valg generation runde udkast "
    "rykker mulighed besøg demo mail "
    "tilbud klage prioritet etage række plads forsøg trin side"
)
_OTHER_MEANINGS = phrases_of(
    "god morgen|godmorgen|god aften|godaften|god dag|goddag|god nat|god weekend|en gang|næste gang|"
    "sidste gang|denne gang|for det første|for det andet|på den anden side|i det hele taget|"
    "til dags dato|dag til dag|hele tiden|i gang|i stedet|fra dag til dag|det næste skridt|næste skridt|"
    "i sidste ende|i første omgang|i anden omgang|over middag|i den forbindelse|i alt|for tiden|i tide|"
    "fra start|to do"
)


def _feasts(language: Language) -> None:
    common = nordic.common_feasts()
    nordic.add_feasts(
        language,
        "DK",
        "da",
        {
            "jul|julen|1. juledag|første juledag|juledag": common["christmas"],
            "juleaften|juleaftensdag": common["christmas_eve"],
            "2. juledag|anden juledag": common["second_christmas"],
            "nytår|nytårsdag|årsskiftet|ved årsskiftet": common["new_year"],
            "nytårsaften|nytårsaftensdag": common["new_year_eve"],
            "helligtrekonger|hellig tre konger|helligtrekongersdag": common["epiphany"],
            "påske|påsken|påskedag|påskesøndag|1. påskedag|første påskedag": common["easter"],
            "palmesøndag": common["palm_sunday"],
            "skærtorsdag": common["maundy_thursday"],
            "langfredag": common["good_friday"],
            "påskelørdag|påskeaften": common["easter_eve"],
            "2. påskedag|anden påskedag|påskemandag": common["easter_monday"],
            "kristi himmelfartsdag|kristi himmelfart": common["ascension"],
            "pinse|pinsen|pinsedag|1. pinsedag|første pinsedag": common["pentecost"],
            "2. pinsedag|anden pinsedag": common["whit_monday"],
            "store bededag": feasts.from_easter(26),
            "fastelavn|fastelavnssøndag": feasts.from_easter(-49),
            "grundlovsdag": feasts.fixed(6, 5),
            "sankthans|sankt hans|sankthansaften|sankt hans aften": feasts.fixed(6, 23),
            "mors dag|morsdag": feasts.nth(6, 2, 5),
            "fars dag|farsdag": feasts.fixed(6, 5),
            "valentinsdag|valentins dag": common["valentine"],
            "mortensaften|mortens aften": feasts.fixed(11, 10),
            "halloween": common["halloween"],
            "lucia|luciadag": common["lucia"],
            "black friday": common["black_friday"],
        },
    )
