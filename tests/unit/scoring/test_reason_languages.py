"""What reasons say in each language, a sentence of each shape."""

import pytest

from services.common.languages import LANGUAGES
from services.common.records import RecordKind
from services.scoring.encoding import Value
from services.scoring.engineered import RECORD_AGE, Form
from services.scoring.reasons import ReasonTexts, TextsByLanguage
from services.scoring.stages import DAYS_IN_STAGE
from services.scoring.value_statistics import AttributeStatistics, ValueStatistics
from services.scoring.wording import words_of

FINANCE = ValueStatistics(50, 32, 0.25, 2.4)
RARE = ValueStatistics(1_000, 1, 0.1, 0.5)
SURE = ValueStatistics(1_000, 999, 0.1)
STATISTICS = [
    AttributeStatistics("job", "category", values={"Boss": FINANCE}, other=RARE, blank=SURE),
    AttributeStatistics("age", "numeric", edges=(35.0, 42.5), ranges=(FINANCE, RARE, SURE)),
    AttributeStatistics("visits", "numeric", ranges=(ValueStatistics(300, 60, 1.0),)),
    AttributeStatistics(
        "email",
        "form",
        values={"business address": SURE},
        rules=("valid_email", "business_domain", "present"),
    ),
    AttributeStatistics(RECORD_AGE, "stay", ranges=(FINANCE,), median_days_won=17.2),
    AttributeStatistics(DAYS_IN_STAGE, "stay", ranges=(FINANCE,), stage="Propose", median_days_won=0.5),
]
SAID: dict[str, list[tuple[RecordKind, str, Value, str]]] = {
    "en": [
        (RecordKind.LEAD, "job", "Boss", '64 % of leads with job "Boss" qualify, half of them within 3 days'),
        (
            RecordKind.OPPORTUNITY,
            "job",
            "x",
            "less than 1 % of opportunities with a rare value of job are won, half of them within 1 day",
        ),
        (RecordKind.LEAD, "job", None, "more than 99 % of leads without job qualify"),
        (RecordKind.OPPORTUNITY, "visits", 1.0, "20 % of opportunities with visits are won"),
    ],
    "da": [
        (
            RecordKind.LEAD,
            "job",
            "Boss",
            "64 % af leads med job »Boss« kvalificeres, halvdelen af dem inden for 3 dage",
        ),
        (
            RecordKind.OPPORTUNITY,
            "job",
            "x",
            "under 1 % af salgsmuligheder med en sjælden værdi af job vindes, halvdelen af dem inden for 1 dag",
        ),
        (RecordKind.LEAD, "job", None, "over 99 % af leads uden job kvalificeres"),
        (RecordKind.OPPORTUNITY, "visits", 1.0, "20 % af salgsmuligheder med visits vindes"),
        (
            RecordKind.LEAD,
            "age",
            36.0,
            "under 1 % af leads med age fra 35 til 42,5 kvalificeres, halvdelen af dem inden for 1 dag",
        ),
        (RecordKind.LEAD, "age", 50.0, "over 99 % af leads med age over 42,5 kvalificeres"),
        (
            RecordKind.LEAD,
            "age",
            1.0,
            "64 % af leads med age op til 35 kvalificeres, halvdelen af dem inden for 3 dage",
        ),
        (
            RecordKind.LEAD,
            "email",
            "a@firm.dk",
            "over 99 % af leads med en firmaadresse i email kvalificeres",
        ),
        (RecordKind.LEAD, "hue", "red", "træningsdataene har ingen leads med hue »red«"),
        (RecordKind.OPPORTUNITY, "hue", "", "træningsdataene har ingen salgsmuligheder uden hue"),
        (
            RecordKind.LEAD,
            RECORD_AGE,
            70.0,
            "åbent i 70 dage; halvdelen af de kvalificerede leads tog 18 dage eller mindre",
        ),
        (
            RecordKind.OPPORTUNITY,
            DAYS_IN_STAGE,
            1.0,
            "åben i 1 dag i fasen Propose; halvdelen af de vundne handler forlod den inden for 1 dag",
        ),
        (RecordKind.LEAD, "partner", "", "tom; holdt ude af scoren, som modellen fik besked på"),
    ],
    "nb": [
        (
            RecordKind.LEAD,
            "job",
            "Boss",
            "64 % av leads med job «Boss» kvalifiseres, halvparten av dem innen 3 dager",
        ),
        (
            RecordKind.OPPORTUNITY,
            "job",
            "x",
            "under 1 % av salgsmuligheter med en sjelden verdi av job vinnes, halvparten av dem innen 1 dag",
        ),
        (RecordKind.LEAD, "age", 50.0, "over 99 % av leads med age over 42,5 kvalifiseres"),
        (RecordKind.LEAD, "hue", "red", "treningsdataene har ingen leads med hue «red»"),
        (
            RecordKind.OPPORTUNITY,
            RECORD_AGE,
            70.0,
            "åpen i 70 dager; halvparten av de vunne salgsmulighetene tok 18 dager eller mindre",
        ),
    ],
    "sv": [
        (
            RecordKind.LEAD,
            "job",
            "Boss",
            "64 % av leads med job ”Boss” kvalificeras, hälften av dem inom 3 dagar",
        ),
        (
            RecordKind.OPPORTUNITY,
            "job",
            "x",
            "under 1 % av affärsmöjligheter med ett sällsynt värde på job vinns, hälften av dem inom 1 dag",
        ),
        (RecordKind.LEAD, "age", 50.0, "över 99 % av leads med age över 42,5 kvalificeras"),
        (RecordKind.LEAD, "email", "no", "träningsdata har inga leads med en ogiltig adress i email"),
        (
            RecordKind.OPPORTUNITY,
            DAYS_IN_STAGE,
            2.0,
            "öppen i 2 dagar i fasen Propose; hälften av de vunna affärerna lämnade den inom 1 dag",
        ),
    ],
    "zh": [
        (RecordKind.LEAD, "job", "Boss", "job为“Boss”的线索中，64%已转化，其中一半在3天内完成"),
        (RecordKind.OPPORTUNITY, "job", "x", "job为罕见值的商机中，不到1%赢单，其中一半在1天内完成"),
        (RecordKind.LEAD, "job", None, "job为空的线索中，超过99%已转化"),
        (RecordKind.OPPORTUNITY, "visits", 1.0, "visits有值的商机中，20%赢单"),
        (RecordKind.LEAD, "age", 36.0, "age在35至42.5之间的线索中，不到1%已转化，其中一半在1天内完成"),
        (RecordKind.LEAD, "email", "a@firm.cn", "email为企业邮箱地址的线索中，超过99%已转化"),
        (RecordKind.LEAD, "hue", "red", "训练数据中没有hue为“red”的线索"),
        (RecordKind.LEAD, RECORD_AGE, 70.0, "已开放70天；转化的线索有一半用时不超过18天"),
        (
            RecordKind.OPPORTUNITY,
            DAYS_IN_STAGE,
            1.0,
            "已在Propose阶段停留1天；赢单的商机有一半在1天内离开该阶段",
        ),
    ],
}


@pytest.mark.parametrize(
    ("language", "kind", "attribute", "value", "sentence"),
    [(language, *case) for language, cases in SAID.items() for case in cases],
)
def test_a_reason(language: str, kind: RecordKind, attribute: str, value: Value, sentence: str) -> None:
    texts = ReasonTexts(STATISTICS, kind, language, ignore_blank=("partner",))
    assert texts.find(attribute, value)[0] == sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_value_has_a_name(language: str) -> None:
    assert {f"form.{form}" for form in Form} <= set(words_of(language))


def test_a_language_is_written_when_it_is_first_asked_for() -> None:
    written: list[str] = []

    def write(language: str) -> ReasonTexts:
        written.append(language)
        return ReasonTexts(STATISTICS, RecordKind.LEAD, language)

    texts = TextsByLanguage(write)
    assert texts["da"].said("job", "Boss") is texts["da"].said("job", "Boss")
    assert texts["sv"].said("job", "Boss").sentence != texts["da"].said("job", "Boss").sentence
    assert written == ["da", "sv"]
