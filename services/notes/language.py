"""Which of the five languages a text is in.

Chinese is told by its script; the other four by lingua in low-accuracy mode (0.1 s to load and 25 MB, against 1.3 s
and 160 MB of the other), and, because lingua alone confuses Danish, Norwegian and Swedish in short sentences, by the
words that only one of the languages uses. Measured on the sentences of xsid_valid: docs/notes.md.
"""

import math
import re
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from services.notes.actions.lexicons import words_of_lexicon

LANGUAGES = ("en", "da", "nb", "sv", "zh")
_LATIN = ("en", "da", "nb", "sv")
_OF_LINGUA = {"en": Language.ENGLISH, "da": Language.DANISH, "nb": Language.BOKMAL, "sv": Language.SWEDISH}
_MOST_CHARACTERS = 1_000  # of a note; the rest would not change the answer
_WORD_WEIGHT = 2.0  # log odds that one word of a language's own is worth
_LEAST_SAY = 0.2  # added to each of lingua's shares, so that it cannot outvote two of a language's own words
_SHORTEST_INFLECTED = 6
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+")

# Words that are frequent in notes and that only one language (or two) writes so.
_OWN_WORDS = {
    "en": """the and to of is are was we you they she her him his their our with from this that have has
        had will would can could should about for all show cancel turn off not be been it on at by
        call meeting send next week please need customer asked wants let what when how my me an as
        or if but do does did there remind tomorrow today play set""",
    "da": """af hvad hvornår noget nogle nogen mig dig jer hende efter uge ugen igen nu meget ud op ind
        bliver blive blev gerne mødet møde tilbuddet hej tak vores jeres spørg spørgsmål fortæl
        aftale aftalt aftaler selskab næste sidste eftermiddag frokost bekræft opfølgning lige
        mellem dag hjem skriv sæt vil har været gør gøre mit min din et nej blot også jeg ikke og
        det er til med på fra kunden vejret regne påmindelse alarmen påmind vis tilføj hvordan
        afspil fredag tage bede bedt kigge kig gik ringet spurgte imorgen herinde sagen at tidlig
        bord kommer hvor anullér alle skal drej sluk tænd hele over venligst rigtig rigtigt selv
        samme kontrakten fakturaen priser deres firma""",
    "nb": """av hva når noe noen meg deg dere henne etter uke uka uken igjen nå mye ut opp inn blir bli
        ble gjerne møtet møte tilbudet hei takk vår våre spør spørsmål fortell avtale avtalt avtaler
        selskap neste siste ettermiddag lunsj bekreft oppfølging mellom hjem skriv sett vil har vært
        gjør gjøre mitt min din et nei bare også jeg ikke og det er til med på fra kunden været
        regne påminnelse alarmen påminn vis hvordan spill fredag ta be bedt se gikk ringt spurte
        imorgen kveld saken kontrakten fakturaen priser deres firma ønsker å være vær fint burde
        skru bestill kommer hvor tidlig finn alle skal venligst vennligst bord mi ute kaldt varmt
        trenger veldig tilbakemelding helgen legg""",
    "sv": """och att är inte jag det som på av för till med vad när något några någon mig dig henne efter
        vecka veckan igen nu mycket ut upp in blir bli blev gärna mötet möte offerten offert hej
        tack vår våra fråga frågor berätta avtal avtalat bolag nästa sista eftermiddag bekräfta
        uppföljning mellan hem skriv vill har varit gör göra mitt min din ett nej bara också kunden
        vädret påminnelse hur spela ta be sa gick ringt frågade imorgon kväll ärendet avtalet
        fakturan priser deras företag behöver väldigt ska skicka imorse den prata boka måste
        ännu redan helgen lägg visa ställ""",
}
_OWN_MONTHS = {
    "da": "marts maj januar februar oktober juni juli",
    "nb": "mars mai januar februar oktober juni juli",
    "sv": "mars maj januari februari oktober juni juli",
    "en": "march may january february october june july",
}
_OWN_ENDINGS = {
    "da": ("ede", "erne", "tion", "tionen"),
    "nb": ("ene", "sjon", "sjonen"),
    "sv": ("ade", "orna", "erna"),
}
_OWN_LETTERS = {"æ": ("da", "nb"), "ø": ("da", "nb"), "ä": ("sv",), "ö": ("sv",)}


@cache
def _owners() -> dict[str, tuple[str, ...]]:
    """For each word of a lexicon or of the lists above the languages that have it."""
    owners: dict[str, set[str]] = {}
    for language in _LATIN:
        listed = {*_OWN_WORDS[language].split(), *_OWN_MONTHS[language].split(), *words_of_lexicon(language)}
        for word in listed:
            owners.setdefault(word, set()).add(language)
    return {word: tuple(sorted(having)) for word, having in owners.items() if len(having) < len(_LATIN)}


@cache
def _detector() -> LanguageDetector:
    return LanguageDetectorBuilder.from_languages(*_OF_LINGUA.values()).with_low_accuracy_mode().build()


def warm() -> None:
    """Loads lingua's models, so that the first note does not wait for them."""
    detect_language("warm up")


def is_chinese(text: str) -> bool:
    """Whether Chinese characters make up the text's words; a name in Latin letters does not change that."""
    han = len(_HAN.findall(text))
    # A Chinese character is more than half a word, and names keep their Latin letters.
    return han > 0 and 8 * han >= len(_LETTERS.findall(text)) - han


def detect_language(text: str) -> str:
    """The likeliest language of a text, as BCP-47; English for a text without words."""
    text = text[:_MOST_CHARACTERS]
    if is_chinese(text):
        return "zh"
    scores = word_scores(text)
    confidences = {c.language: c.value for c in _detector().compute_language_confidence_values(text)}
    for language in _LATIN:
        scores[language] = _WORD_WEIGHT * scores[language] + math.log(
            confidences.get(_OF_LINGUA[language], 0.0) + _LEAST_SAY
        )
    return max(_LATIN, key=scores.__getitem__)


def word_scores(text: str) -> dict[str, float]:
    """How many words of each Latin-script language's own a text has; a word of two languages is shared by them."""
    scores = dict.fromkeys(_LATIN, 0.0)
    known = _owners()
    for word in _WORD.findall(text.lower()):
        owners = known.get(word) or _owners_by_form(word)
        for language in owners:
            scores[language] += 1 / len(owners)
    return scores


def _owners_by_form(word: str) -> tuple[str, ...]:
    for letter, owners in _OWN_LETTERS.items():
        if letter in word:
            return owners
    for language, endings in _OWN_ENDINGS.items():
        if len(word) > _SHORTEST_INFLECTED and word.endswith(endings):
            return (language,)
    return ()


def sentence_language(sentence: str, note_language: str) -> str:
    """The language of one sentence of a note: the note's own, unless the sentence plainly says otherwise."""
    if is_chinese(sentence):
        return "zh"
    scores = word_scores(sentence)
    if note_language == "zh":
        return detect_language(sentence) if _WORD.search(sentence) else "zh"
    best = max(_LATIN, key=scores.__getitem__)
    if best == note_language or scores[best] - scores[note_language] < 2:
        return note_language
    return detect_language(sentence)
