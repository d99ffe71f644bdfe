"""Rows of a table of provinces that are none: 港澳台, 其他, 国外, countries, 兵团, and what the caller names."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Literal

from panelkit.data.provinces import Place

Why = Literal["hmt", "rest", "beyond", "within", "whole", "told"]
"""Hong Kong, Macau and Taiwan; all others; abroad; a part of a province; a whole or a mean; named by the caller."""

_BLANKS = re.compile(r"\s+")
_NOTES = re.compile(r"[(（][^()（）]*[)）]|[①-⑳⑴-⑽*＊※†‡¹²³⁴⁵⁶⁷⁸⁹⁰#＃]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z].*", re.S)
_PREFIX = re.compile(r"^(?:其\s*中|of\s+which)\s*[:：]?\s*", re.I)
_BETWEEN = "[、，,和及与]*"
_OFFICE = "(?:局|署|部|委|委员会|院|集团|总公司)"
_WHOLE_LABEL: tuple[tuple[Why, re.Pattern[str]], ...] = (
    ("hmt", re.compile(rf"(?:中国)?(?:港|香港){_BETWEEN}(?:澳|澳门){_BETWEEN}(?:台|台湾)(?:地区|省|同胞)?")),
    ("hmt", re.compile(r"hong\s*kong,?\s*maca[ou],?\s*(?:and|&)?\s*taiwan(?:\s+china)?", re.I)),
    ("rest", re.compile(r"(?:其[他它余])(?:地区|省[份区市]?|城市|国家|国家和地区)?|未[分列]地区", re.I)),
    ("rest", re.compile(rf"(?:国家|中国)[\u3400-\u9fff]{{1,8}}{_OFFICE}(?:机关|本级|直属单位)?")),
    ("rest", re.compile(r"[局部委署]?(?:机关|本级|直属|直属单位|直属机构)|国家级?单位|部门小计")),
    ("rest", re.compile(r"others?(?:\s+regions)?", re.I)),
    ("beyond", re.compile(r"[国境]外(?:地区|合计)?|abroad|foreign(?:\s+countries)?|overseas", re.I)),
    ("whole", re.compile(r"[国境]内(?:地区|合计)?|domestic", re.I)),
    ("whole", re.compile(r"(?:华北|东北|华东|华中|华南|中南|西南|西北|沿海|内陆|边疆)(?:地区|区|区域)?")),
    ("whole", re.compile(r"(?:京津冀|(?:泛)?[长珠]三角|长江经济带|黄河流域|粤港澳大湾区|成渝)(?:地区|区域|城市群)?")),
)  # fmt: skip
_IN_LABEL: tuple[tuple[Why, re.Pattern[str]], ...] = (
    (
        "within",
        re.compile(
            r"(?:新疆)?(?:生产)?(?:建设)?兵团|计划单列市|(?:大\s*连|宁\s*波|厦\s*门|青\s*岛|深\s*圳)市?"
        ),
    ),
    ("rest", re.compile(r"不分地区|不明")),
    ("beyond", re.compile(r"国外|境外")),
    (
        "whole",
        re.compile(
            r"中央|地方|(?:平均(?:数|值|水平)?|均值|中位数|标准差|方差|变异系数|极差|最[大小高低]值)$"
        ),
    ),
)
_COUNTRIES = frozenset(
    [
        "阿富汗",
        "阿尔巴尼亚",
        "阿尔及利亚",
        "阿根廷",
        "阿联酋",
        "阿曼",
        "阿塞拜疆",
        "埃及",
        "埃塞俄比亚",
        "爱尔兰",
        "爱沙尼亚",
        "安道尔",
        "安哥拉",
        "安圭拉",
        "奥地利",
        "澳大利亚",
        "巴巴多斯",
        "巴布亚新几内亚",
        "巴哈马",
        "巴基斯坦",
        "巴拉圭",
        "巴勒斯坦",
        "巴林",
        "巴拿马",
        "巴西",
        "白俄罗斯",
        "百慕大",
        "保加利亚",
        "贝宁",
        "比利时",
        "冰岛",
        "波多黎各",
        "波黑",
        "波兰",
        "玻利维亚",
        "伯利兹",
        "博茨瓦纳",
        "不丹",
        "布基纳法索",
        "布隆迪",
        "朝鲜",
        "赤道几内亚",
        "大韩民国",
        "丹麦",
        "德国",
        "东帝汶",
        "多哥",
        "多米尼加",
        "俄罗斯",
        "俄罗斯联邦",
        "厄瓜多尔",
        "法国",
        "菲律宾",
        "斐济",
        "芬兰",
        "佛得角",
        "冈比亚",
        "刚果",
        "哥伦比亚",
        "哥斯达黎加",
        "格林纳达",
        "格鲁吉亚",
        "古巴",
        "圭亚那",
        "哈萨克斯坦",
        "海地",
        "韩国",
        "荷兰",
        "洪都拉斯",
        "吉布提",
        "吉尔吉斯斯坦",
        "几内亚",
        "加拿大",
        "加纳",
        "加蓬",
        "柬埔寨",
        "捷克",
        "津巴布韦",
        "喀麦隆",
        "卡塔尔",
        "开曼群岛",
        "科特迪瓦",
        "科威特",
        "克罗地亚",
        "肯尼亚",
        "拉脱维亚",
        "莱索托",
        "老挝",
        "黎巴嫩",
        "立陶宛",
        "利比里亚",
        "利比亚",
        "列支敦士登",
        "卢森堡",
        "卢旺达",
        "罗马尼亚",
        "马达加斯加",
        "马耳他",
        "马尔代夫",
        "马拉维",
        "马来西亚",
        "马里",
        "马其顿",
        "北马其顿",
        "毛里求斯",
        "毛里塔尼亚",
        "美国",
        "美利坚合众国",
        "蒙古国",
        "孟加拉国",
        "秘鲁",
        "缅甸",
        "摩尔多瓦",
        "摩洛哥",
        "摩纳哥",
        "莫桑比克",
        "墨西哥",
        "纳米比亚",
        "南非",
        "南苏丹",
        "尼泊尔",
        "尼加拉瓜",
        "尼日尔",
        "尼日利亚",
        "挪威",
        "葡萄牙",
        "日本",
        "瑞典",
        "瑞士",
        "萨尔瓦多",
        "萨摩亚",
        "塞尔维亚",
        "塞拉利昂",
        "塞内加尔",
        "塞浦路斯",
        "塞舌尔",
        "沙特",
        "沙特阿拉伯",
        "圣马力诺",
        "斯里兰卡",
        "斯洛伐克",
        "斯洛文尼亚",
        "苏丹",
        "苏里南",
        "所罗门群岛",
        "索马里",
        "塔吉克斯坦",
        "泰国",
        "坦桑尼亚",
        "汤加",
        "特立尼达和多巴哥",
        "突尼斯",
        "土耳其",
        "土库曼斯坦",
        "瓦努阿图",
        "危地马拉",
        "委内瑞拉",
        "文莱",
        "乌干达",
        "乌克兰",
        "乌拉圭",
        "乌兹别克斯坦",
        "西班牙",
        "希腊",
        "新加坡",
        "新西兰",
        "匈牙利",
        "叙利亚",
        "牙买加",
        "亚美尼亚",
        "也门",
        "伊拉克",
        "伊朗",
        "以色列",
        "意大利",
        "印度",
        "印度尼西亚",
        "印尼",
        "英国",
        "英属维尔京群岛",
        "维尔京群岛",
        "约旦",
        "越南",
        "赞比亚",
        "乍得",
        "直布罗陀",
        "智利",
        "中非",
        "欧盟",
        "欧洲",
        "亚洲",
        "非洲",
        "拉丁美洲",
        "北美洲",
        "南美洲",
        "大洋洲",
        "欧洲专利局",
        "欧洲联盟",
    ]
)
"""Not among them: 蒙古, which is as likely 内蒙古 with its first character lost."""


def plain_label(text: str) -> str:
    """Return a row's label as it is compared: without blanks, marks of footnotes, and English below Chinese."""
    bare = _PREFIX.sub("", _NOTES.sub("", text).strip())
    if _HAN.search(bare):
        return _BLANKS.sub("", _LATIN.sub("", bare)).strip("　·.:：") or _BLANKS.sub("", bare)
    return _BLANKS.sub(" ", bare).strip()


@lru_cache(maxsize=4096)
def apart_row(text: str) -> Why | None:
    """Return why a row with such a label is set apart; None where it may be a province under another name."""
    label = plain_label(text)
    if not label:
        return None
    if label in _COUNTRIES:
        return "beyond"
    whole = next((why for why, pattern in _WHOLE_LABEL if pattern.fullmatch(label)), None)
    return whole or next((why for why, pattern in _IN_LABEL if pattern.search(label)), None)


def is_told(text: str, told: Collection[str]) -> bool:
    """Return whether the caller named a row to be set apart; blanks and English below Chinese make no difference."""
    return bool(told) and plain_label(text) in told


def why_no_place(text: str, place: Place | None, told: Collection[str]) -> Why | None:
    """Return why a label is set apart: the caller named it and it has no code of its own, or it names no place."""
    if (place is None or not place.adcode) and is_told(text, told):
        return "told"
    return apart_row(text) if place is None else None
