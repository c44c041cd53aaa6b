"""Chinese, simplified."""

from collections.abc import Sequence

from services.notes.times import feasts
from services.notes.times.grammar.chinese import RULES
from services.notes.times.language import Language, phrases_of, words_of
from services.notes.times.languages import cldr
from services.notes.times.languages.marks import add_marks
from services.notes.times.scan import Token
from services.notes.times.values import Grain

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_DIGITS |= {"\u3007": 0, "两": 2, "兩": 2, "幺": 1}
_SCALES = {"十": 10, "百": 100, "千": 1000}

_WEEKDAYS = ("一", "二", "三", "四", "五", "六", "日天")
_WEEK_WORDS = ("周", "星期", "礼拜", "週")

_UNITS = {
    "秒|秒钟": (Grain.SECOND, 1),
    "分钟": (Grain.MINUTE, 1),
    "刻钟": (Grain.MINUTE, 15),
    "小时|个小时|钟头|个钟头|個小時|小時": (Grain.HOUR, 1),
    "天|个工作日|个晚上|整天": (Grain.DAY, 1),
    "周|星期|个星期|礼拜|个礼拜|个周|週": (Grain.WEEK, 1),
    "个月|個月": (Grain.MONTH, 1),
    "季度|个季度|季": (Grain.QUARTER, 1),
    "年": (Grain.YEAR, 1),
}
_PARTS = {
    "small_hours": "凌晨|半夜|夜里|深夜|后半夜",
    "early_morning": "清晨|大清早|一大早|大早上",
    "morning": "早上|早晨|早|今晨",
    "forenoon": "上午|午前",
    "noon": "中午|正午",
    "lunch": "午饭时间|午餐时间|午间|午休",
    "afternoon": "下午|午后|傍晚前",
    "evening": "晚上|傍晚|晚间|晚|黄昏|夜晚",
    "night": "夜间|入夜",
    "end_of_day": "下班前|下班之前|下班时|今天之内|当天结束前",
}
_DAYS = {
    "今天|今日|今儿|当天|本日|今": 0,
    "明天|明日|明儿|次日|翌日|第二天|隔天": 1,
    "后天|後天": 2,
    "大后天|大後天": 3,
    "昨天|昨日|昨儿": -1,
    "前天|前日": -2,
    "大前天": -3,
}


def build() -> Language:
    """Returns Chinese words of time."""
    language = Language("zh", rules=RULES, read_number=read_number, variants=_VARIANTS)
    add_marks(language)
    _numbers(language)
    _calendar(language)
    _relative(language)
    _clock(language)
    _grammar(language)
    _feasts(language)
    return language


def read_number(tokens: Sequence[Token], at: int) -> tuple[int, int] | None:
    """Reads a number in characters: 二十三, 一百零五, 二〇二六, 两.

    Returns:
        The number and how many tokens it takes, or None where none stands.
    """
    end = at
    while end < len(tokens) and end - at < _LONGEST and tokens[end].text in _NUMERALS:
        end += 1
    text = "".join(token.text for token in tokens[at:end])
    if not text:
        return None
    if len(text) == 2 and text[1] not in _SCALES and _DIGITS.get(text[0]) == _DIGITS[text[1]] - 1 > 0:
        return _DIGITS[text[1]], end - at  # 两三天: two or three, at most three
    if not any(char in _SCALES for char in text):
        return int("".join(str(_DIGITS[char]) for char in text)), end - at
    total, digit = 0, 0
    for char in text:
        if char in _SCALES:
            total += (digit or 1) * _SCALES[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit, end - at


_VARIANTS = str.maketrans(
    "週後點號鐘鍾禮個這過來時兩間內開從現當節國慶聖誕勞動婦兒萬親師軍歲陽農曆夠遲晚該兩們會鄰邊幾號剛剛馬盡頭處壹貳叁",
    "周后点号钟钟礼个这过来时两间内开从现当节国庆圣诞劳动妇儿万亲师军岁阳农历够迟晚该两们会邻边几号刚刚马尽头处一二三",
)
"""Traditional characters that words of time are written with."""

_NUMERALS = frozenset(_DIGITS) | frozenset(_SCALES)
_LONGEST = 9


def _numbers(language: Language) -> None:
    language.add("num", 3, "几")
    language.add("half", True, "半")
    language.add("and_half", True, "个半", "半")
    language.add("ordinal_prefix", True, "第")
    language.add("counter", True, "个")
    language.add("num", 30, "卅")
    language.add("num", 20, "廿")


def _calendar(language: Language) -> None:
    for month, names in cldr.months("zh").items():
        chinese = [name for name in names if not name[0].isdigit()]
        language.add_month(month, *chinese, *(f"{name}份" for name in chinese))
    language.add("month_mark", True, "月", "月份")
    language.add("day_mark", False, "号", "號")
    language.add("day_mark", True, "日")
    language.add("year_mark", True, "年")
    for weekday, characters in enumerate(_WEEKDAYS):
        for character in characters:
            _weekday(language, weekday, character)
    language.add_all("unit", _UNITS)
    language.add("week_mark", True, "周", "星期", "个星期", "礼拜")
    language.add("quarter_mark", True, "季度", "季")
    language.add("quarter_letter", True, "q")
    language.add_feast("weekend", feasts.weekend, "周末", "週末", "礼拜六日")
    language.add_feast("winter", feasts.winter, "冬天", "冬季")
    language.add_feast("spring", feasts.spring, "春天", "春季")
    language.add_feast("summer", feasts.summer, "夏天", "夏季", "暑假")
    language.add_feast("autumn", feasts.autumn, "秋天", "秋季")
    language.add_feast("first half", feasts.half_year(1), "上半年")
    language.add_feast("second half", feasts.half_year(2), "下半年")
    language.add("workdays", True, "工作日", "每个工作日", "平日")


def _weekday(language: Language, weekday: int, character: str) -> None:
    words = [week + character for week in _WEEK_WORDS]
    language.add_weekday(weekday, *words, *(f"个{word}" for word in words))
    for week in _WEEK_WORDS:
        for prefixes, weeks in {
            "下|下个": 1,
            "上|上个": -1,
            "这|这个|本": 0,
            "下下|下下个": 2,
            "上上|上上个": -2,
        }.items():
            phrases = [f"{prefix}{week}{character}" for prefix in prefixes.split("|")]
            language.add_day_of_week(weeks, weekday, *phrases)
        language.add(
            "weekdays", weekday, f"每{week}{character}", f"每个{week}{character}", f"逢{week}{character}"
        )


def _relative(language: Language) -> None:
    for words, days in _DAYS.items():
        language.add_relative(Grain.DAY, days, *words.split("|"))
    for day, days in (("今", 0), ("明", 1), ("昨", -1), ("后", 2)):
        language.add_relative(Grain.DAY, days, f"{day}晚", f"{day}夜", f"{day}天晚上", part="evening")
        language.add_relative(Grain.DAY, days, f"{day}早", f"{day}晨", part="morning")
    for prefixes, weeks in {
        "下|下个": 1,
        "上|上个": -1,
        "这|这个|本": 0,
        "下下|下下个": 2,
        "上上|上上个": -2,
    }.items():
        for prefix in prefixes.split("|"):
            language.add_relative(Grain.WEEK, weeks, *(prefix + week for week in _WEEK_WORDS))
            language.add_day_of_week(weeks, 5, f"{prefix}周末", days=2)
            language.add_relative(Grain.MONTH, weeks, f"{prefix}月")
            language.add_relative(Grain.QUARTER, weeks, f"{prefix}季度", f"{prefix}季")
            if len(prefix) == 2 or prefix in "这本":
                language.add("mod", {1: "next", -1: "last", 0: "this"}.get(weeks, ""), prefix) if weeks in (
                    1,
                    -1,
                    0,
                ) else None
    language.add(
        "mod", "next", "下", "下个", "下一个", "下一", "接下来", "接下来的", "未来", "未来的", "今后"
    )
    language.add("mod", "last", "上", "上个", "上一个", "上一", "过去", "过去的", "最近", "最近的", "前一个")
    language.add("mod", "this", "这", "这个", "本", "今", "这一")
    language.add("mod", "coming", "即将到来的", "最近的一个", "即将到来")
    for words, years in {
        "今年|本年|本年度": 0,
        "明年|下一年|来年": 1,
        "后年": 2,
        "去年|上一年": -1,
        "前年": -2,
    }.items():
        language.add_relative(Grain.YEAR, years, *words.split("|"))
    language.add("now", True, "现在", "立刻", "马上", "立即", "尽快", "此刻", "目前", "刚刚", "尽早", "眼下")
    language.add("now", "weak", "目前", "当前")
    language.add("ago", True, "前", "以前", "之前", "前的")
    language.add("hence", True, "后", "以后", "之后", "后的", "過後", "过后", "後")
    language.add("in", True, "再过", "过", "从现在开始", "从现在起", "从今天起", "从今天开始", "自今天起")
    language.add("within_behind", True, "内", "之内", "以内", "内的", "里", "之间")
    for words, value in {
        "月底|月末|本月底|这个月底": (Grain.MONTH, "end"),
        "月初|本月初": (Grain.MONTH, "begin"),
        "月中|本月中": (Grain.MONTH, "mid"),
        "年底|年末|岁末": (Grain.YEAR, "end"),
        "年初": (Grain.YEAR, "begin"),
        "年中": (Grain.YEAR, "mid"),
        "季末|季度末|本季度末|季底": (Grain.QUARTER, "end"),
        "季初|季度初": (Grain.QUARTER, "begin"),
        "周初|本周初": (Grain.WEEK, "begin"),
        "周中": (Grain.WEEK, "mid"),
    }.items():
        language.add("edge_of_unit", value, *words.split("|"))
    language.add(
        "edge_behind",
        "end",
        "底",
        "末",
        "下旬",
        "月底",
        "月末",
        "年底",
        "年末",
        "结束",
        "的最后一天",
        "结束时",
    )
    language.add("edge_behind", "begin", "初", "上旬", "月初", "年初", "的第一天", "开始时")
    language.add("edge_behind", "mid", "中旬", "月中", "年中", "中")
    language.add("last_word", True, "最后一", "最后", "最后一个")


def _clock(language: Language) -> None:
    language.add_clock(24, "午夜", "零点", "子夜")
    for part, words in _PARTS.items():
        language.add_part(part, *words.split("|"))
    language.add("hour_mark", True, "点", "点钟", "点整", "时", "點", "點鐘", "时整", "点正")
    language.add("sharp_hour_mark", True, "点钟", "点整", "时整", "點鐘", "点正")
    language.add("minute_word", True, "分", "分钟")
    language.add("second_word", True, "秒")
    language.add("quarter_word", True, "刻", "刻钟")
    language.add("lack", True, "差")
    language.add("over", True, "过")
    language.add("ampm", "am", "am")
    language.add("ampm", "pm", "pm")


def _grammar(language: Language) -> None:
    language.add("on", True, "在", "于", "於")
    language.add("of", True, "的")
    language.add("from", True, "从", "自", "由", "自从")
    language.add("to", True, "到", "至", "直到", "到了")
    language.add("between", True, "在", "介于")
    language.add("and", True, "和", "与", "跟", "及")
    language.add(
        "by",
        True,
        "最迟",
        "最晚",
        "不晚于",
        "不迟于",
        "截止到",
        "截至",
        "截止",
        "限",
        "赶在",
        "最迟在",
        "最晚在",
    )
    language.add("by", True, "截止日期", "截止日期是", "截止日期为")
    language.add("since", True, "自", "自从", "从")
    language.add("before_behind", True, "前", "以前", "之前", "为止", "截止", "之前的", "前的")
    language.add("after_behind", True, "后", "以后", "之后", "起", "开始", "以来", "之后的")
    language.add("or", True, "或", "或者", "或是")
    language.add("every", True, "每", "每个", "每一个", "每逢")
    language.add("every_skipping", True, "每隔", "隔")
    language.add_all(
        "frequency",
        {
            "每天|每日|天天": (Grain.DAY, 1),
            "每周|每星期|每个星期|每礼拜": (Grain.WEEK, 1),
            "每月|每个月": (Grain.MONTH, 1),
            "每季度|每个季度": (Grain.QUARTER, 1),
            "每年": (Grain.YEAR, 1),
            "每小时|每个小时": (Grain.HOUR, 1),
            "隔天|每隔一天": (Grain.DAY, 2),
            "隔周|每隔一周|双周": (Grain.WEEK, 2),
        },
    )
    language.add("skip", True, "大约", "大概", "左右", "约", "差不多", "准时", "整")
    language.add("not_after_number", True, *_COUNTED)
    language.add("ordinal_noun", True, *_THINGS)
    for phrase in _OTHER_MEANINGS:
        language.add_nothing(phrase)


_COUNTED = words_of(
    "元 块 块钱 美元 欧元 人民币 万 万元 亿 千 百分点 人 位 名 家 台 套 份 次 倍 页 公里 米 公斤 吨 个人 个客户 "
    "个用户 个问题 个项目 个产品 件 条 张 种 项 辆 间 折 度 岁 个百分点 楼 层 米"
)
_THINGS = words_of(
    "楼 线 店 厅 馆 机 门 房 文件 会议室 楼层 展厅 展位 仓库 库 车 院 码头 航站楼 桌 方案 产品 客户 合同"
)
_OTHER_MEANINGS = phrases_of(
    "一点儿|一点点|有一点|有点|差一点|差点|一点也|一点都|快一点|早一点|晚一点|多一点|好一点|"
    "早点|晚点|快点|重点|特点|优点|缺点|几点建议|地点|观点|一下|一些|一起|一定|一样|一直|"
    "一般|统一|唯一|万一|第一次|十分重要|十分感谢|十分满意|周到|周围|周期|周边|周转|周密|季节|"
    "年轻|年级|年龄|天气|天空|今后|同时|小时候|有时|及时|时间|时候|当时|平时|按时|准时|月亮|"
    "日本|日常|日程|日期|日志|生日|节日|前面|后面|前期|后期|前景|后续|以前的|之前的版本|中国|"
    "中心|中间|其中|分析|部分|分享|分配|初步|最初|底层|到底|年会|周报|月报|日报|年报|季报|"
    "早餐|晚餐|午餐会|晚饭|早饭|晚会|前台|售前|售后|从前|上线|上个版本|下次|上次|这次|每次|"
    "过程|通过|经过|不过|超过|内容|国内|内部|一样|第三方|第一步|第二步|第一个问题|一线|二线|"
    "一期|二期|三期|一方面|另一方面|二维码|百分之|本地|本身|本人|基本|成本|版本|样本|几个|"
    "几位|几家|中旬前后|年代|晚些时候|周先生|周女士|周总|周经理|夏先生|秋女士|冬奥会"
)


def _feasts(language: Language) -> None:
    for name, feast in feasts.public_holidays("CN", "zh_CN").items():
        if "\uff08" not in name:
            language.add_feast(name, feast, name)
    spring_festival = feasts.by_calendar("chinese", "lunar_new_year")
    for words, feast in {
        "春节|大年初一|农历新年|新春|过年": spring_festival,
        "除夕|大年三十|除夕夜|年三十": feasts.shifted(spring_festival, -1),
        "大年初二|年初二": feasts.shifted(spring_festival, 1),
        "大年初三|年初三": feasts.shifted(spring_festival, 2),
        "大年初五|年初五": feasts.shifted(spring_festival, 4),
        "大年初七|年初七": feasts.shifted(spring_festival, 6),
        "元宵节|元宵": feasts.shifted(spring_festival, 14),
        "元旦|元旦节|新年": feasts.fixed(1, 1),
        "清明节|清明": feasts.by_calendar("chinese", "qingming"),
        "端午节|端午": feasts.by_calendar("chinese", "dragon_boat"),
        "中秋节|中秋": feasts.by_calendar("chinese", "mid_autumn"),
        "重阳节|重阳": feasts.by_calendar("chinese", "double_ninth"),
        "冬至": feasts.by_calendar("chinese", "winter_solstice"),
        "劳动节|五一|五一节|五一劳动节": feasts.fixed(5, 1),
        "国庆节|国庆|十一国庆|十一国庆节": feasts.fixed(10, 1),
        "圣诞节|圣诞": feasts.fixed(12, 25),
        "平安夜|圣诞夜": feasts.fixed(12, 24),
        "跨年夜|新年前夜": feasts.fixed(12, 31),
        "情人节": feasts.fixed(2, 14),
        "妇女节|三八妇女节|女神节": feasts.fixed(3, 8),
        "植树节": feasts.fixed(3, 12),
        "愚人节": feasts.fixed(4, 1),
        "青年节|五四青年节": feasts.fixed(5, 4),
        "儿童节|六一|六一儿童节": feasts.fixed(6, 1),
        "建党节": feasts.fixed(7, 1),
        "建军节|八一建军节": feasts.fixed(8, 1),
        "教师节": feasts.fixed(9, 10),
        "万圣节": feasts.fixed(10, 31),
        "光棍节|双十一|双11": feasts.fixed(11, 11),
        "双十二": feasts.fixed(12, 12),
        "感恩节": feasts.nth(3, 4, 11),
        "黑色星期五": feasts.nth(3, 4, 11, then_days=1),
        "母亲节": feasts.nth(6, 2, 5),
        "父亲节": feasts.nth(6, 3, 6),
        "复活节": feasts.from_easter(0),
        "耶稣受难日": feasts.from_easter(-2),
    }.items():
        language.add_feast(words.split("|")[0], feast, *words.split("|"))
