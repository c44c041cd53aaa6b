"""Who a note speaks of, with role, company, address and number; libraries judge addresses, numbers and names."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from nameparser import HumanName

from services.notes.actions.chunks import Chunk, What
from services.notes.actions.cues import Cue
from services.notes.actions.suggestion import Person

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9][A-Za-z0-9.-]{1,200}")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,/-])(?:\+|00)?\(?\d[\d ()./-]{5,18}\d(?![\w%])")
_AMOUNT = re.compile(r"\d{1,3}(?:[ .]\d{3})+")  # 40 000 000
_REGIONS = {"en": "US", "da": "DK", "nb": "NO", "sv": "SE", "zh": "CN"}
_FEWEST_DIGITS = 7
_MOST_PEOPLE = 5
# 王经理, 张女士, 老李, 小王; and full names of two or three characters behind a word that introduces.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严戴欧莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
)
_CHINESE_NAME = re.compile(
    rf"(?:[老小][{_SURNAMES}](?![\u4e00-\u9fff]?[经总])|[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|经理|总监|总(?!结|共|部|监|体|计|是|价|额)|主任|老师|工(?!作|厂|程|具)|博士|部长))"
)
_CHINESE_SUBJECT = re.compile(r"[\u4e00-\u9fff]{2,4}?(?=\u662f|\u63a5\u4efb|\u63a5\u66ff|\u62c5\u4efb)")
_CHINESE_FULL_NAME = re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=[,\u3002(\u3001;\s]|$)")


def addresses(text: str, start: int, end: int) -> list[str]:
    """The mail addresses in a stretch of the text, as email-validator normalises them."""
    if text.find("@", start, end) < 0:
        return []
    valid = []
    for found in _ADDRESS.finditer(text, start, end):
        try:
            valid.append(validate_email(found.group().rstrip(".-"), check_deliverability=False).normalized)
        except EmailNotValidError:
            continue
    return valid


def numbers(text: str, start: int, end: int, language: str, taken: Sequence[tuple[int, int]]) -> list[str]:
    """The telephone numbers in a stretch of the text in E.164; `taken` spans are times and no numbers."""
    valid = []
    for found in _NUMBER.finditer(text, start, end):
        digits = sum(character.isdigit() for character in found.group())
        if (
            digits < _FEWEST_DIGITS
            or _AMOUNT.fullmatch(found.group())
            or any(first < found.end() and found.start() < last for first, last in taken)
        ):
            continue
        try:
            number = phonenumbers.parse(found.group(), _REGIONS.get(language, "US"))
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            valid.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return valid


def people_of(
    text: str, chunks: Sequence[Chunk], language: str, taken: Sequence[tuple[int, int]]
) -> tuple[Person, ...]:
    """The people that stretches of a sentence name, the first with the address and number that stand there."""
    if not chunks:
        return ()
    start, end = chunks[0].start, chunks[-1].end
    names = chinese_names(text, start, end) if language == "zh" else _names(chunks)
    people = [Person(name=name) for name in names[:_MOST_PEOPLE]]
    mail, number = addresses(text, start, end), numbers(text, start, end, language, taken)
    if mail or number:
        first = people[0] if people else Person()
        first = replace(first, email=mail[0] if mail else "", phone=number[0] if number else "")
        people[:1] = [first]
    return tuple(people)


def chinese_names(text: str, start: int, end: int, introduced: bool = False) -> list[str]:
    """Chinese names: by surname and title, and full names where somebody is introduced."""
    names = [found.group() for found in _CHINESE_NAME.finditer(text, start, end)]
    if introduced:
        names = [found.group() for found in _CHINESE_FULL_NAME.finditer(text, start, end)] + names
    return names


def _names(chunks: Sequence[Chunk]) -> list[str]:
    names: list[str] = []
    for at, chunk in enumerate(chunks):
        if chunk.what is not What.NAME or chunk.text in names or len(chunk.text) < 2:
            continue
        before = chunks[at - 1] if at else None
        if (
            before is not None
            and before.is_(Cue.COMPANY_OF, Cue.ABOUT, Cue.PLACE)
            and not before.is_(Cue.WITH)
        ):
            continue
        names.append(chunk.text)
    return names


def contact_of(
    text: str, chunks: Sequence[Chunk], language: str, taken: Sequence[tuple[int, int]]
) -> Person | None:
    """The person that a sentence introduces; None when it names nobody."""
    start, end = chunks[0].start, chunks[-1].end
    mail, number = addresses(text, start, end), numbers(text, start, end, language, taken)
    name = _introduced_name(text, chunks, language)
    if not name:
        return None
    return Person(
        name=name,
        role=_role(text, chunks),
        company=_company(text, chunks, name),
        email=mail[0] if mail else "",
        phone=number[0] if number else "",
    )


def _introduced_name(text: str, chunks: Sequence[Chunk], language: str) -> str:
    if language == "zh":
        found = chinese_names(text, chunks[0].start, chunks[-1].end, introduced=True)
        if found:
            return found[0]
        said = _CHINESE_SUBJECT.match(text, chunks[0].start)
        if said:
            return said.group()
    candidates = [
        chunk.text
        for at, chunk in enumerate(chunks)
        if chunk.what is What.NAME
        and not (at and chunks[at - 1].is_(Cue.COMPANY_OF) and not chunks[at - 1].is_(Cue.WITH))
        and "@" not in text[chunk.start : chunk.end + 1]
    ]
    # A first and a last name tell a person from a company.
    for candidate in candidates:
        name = HumanName(candidate)
        if name.first and name.last:
            return f"{name.first} {name.middle} {name.last}".replace("  ", " ")
    # What opens a sentence has its capital anyhow.
    return min(candidates, key=lambda name: chunks[0].text == name, default="")


def _role(text: str, chunks: Sequence[Chunk]) -> str:
    roles = [chunk for chunk in chunks if chunk.is_(Cue.ROLE)]
    return text[roles[0].start : roles[0].end] if roles else ""


def _company(text: str, chunks: Sequence[Chunk], name: str) -> str:
    for before, chunk in pairwise(chunks):
        if before.is_(Cue.COMPANY_OF) and chunk.what is What.NAME and chunk.text != name:
            return text[chunk.start : chunk.end]
    return ""
