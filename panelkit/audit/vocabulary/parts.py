"""Words for what belongs to a number: its error, statistic, p-value, the ends of its interval; or for the number."""

from __future__ import annotations

import re

from panelkit.audit.vocabulary.squeezed import first_of, patterns, squeezed

_LEAD = r"(?:稳健的?|聚类|普通|常规|渐近|异方差|自助法?|robust|cluster(?:ed)?|boot(?:strap(?:ped)?)?|asymptotic|对应的?|双尾|delta|driscollkraay|dk|oim|95)*"
_PARTS = patterns(
    (
        (
            "se",
            rf"{_LEAD}(?:标准误差?|标准误值|se|ses|std\.?err(?:or)?s?|stderrors?|standarderrors?|sterr|sterror|s[de]\(i\)|sde\(i\)|sd\(moran.*\))",
        ),
        (
            "t",
            rf"{_LEAD}(?:t|t值|t统计量|t检验值?|t统计值|ts?tat(?:istic)?s?|tvalues?|tratios?|t统计|tststistic)",
        ),
        ("z", rf"{_LEAD}(?:z|z值|z统计量|z检验值?|z统计值|zstat(?:istic)?s?|zvalues?|zscores?|z得分|z\(i\))"),
        (
            "p",
            rf"{_LEAD}(?:p|p值|p统计量|概率值?|伴随概率|相伴概率|显著性(?:水平|概率|检验)?|p概率|pvalues?|pval|prob(?:ability)?"
            r"(?:value)?|sig|significance|p>\|?[tz]\|?|pr\(?>\|?[tzf]\|?\)?|pr|prob>(?:chi2|f|z|t|χ2)|p>(?:chi2|f|χ2)|pvaluez|bootstrapp值?)",
        ),
        (
            "low",
            r"(?:95%?|boot(?:strap)?|ci|置信区间|偏差校正)*(?:ll|llci|ll?ci|lower(?:bound|limit|ci)?|low|下限|下界|置信下限|ci下限|cilower|区间下限|cilow|2\.?5%?)(?:95%?|ci)?",
        ),
        (
            "high",
            r"(?:95%?|boot(?:strap)?|ci|置信区间|偏差校正)*(?:ul|ulci|ul?ci|upper(?:bound|limit|ci)?|high|上限|上界|置信上限|ci上限|ciupper|区间上限|cihigh|97\.?5%?)(?:95%?|ci)?",
        ),
        (
            "ci",
            rf"[\[(]?{_LEAD}(?:9[059]%?)?(?:的?水平)?(?:\(?9[059]%?\)?)?(?:ci|置信区间|confidenceintervals?|confinterval|conf(?:idence)?interval|conf\.?int)(?:\(?9[059]%?\)?)?[\])]?",
        ),
        (
            "value",
            r"(?:coef|coeff|coefs|coeffs|coefficients?|coeficient|b|β|beta|estimates?|系数|系数值|估计值|估计系数|回归系数|参数估计值?|value|values?|数值"
            r"|统计量|统计值|统计量值|检验值|检验统计量|statistics?|stat|teststatistics?|testvalues?|效应值?|效应量|effects?|effectsize|estimatedvalue|pointestimate|边际效应|非标准化系数)",
        ),
    )
)
_BRACKETED = re.compile(r"[(\[{<]\s*([^()\[\]{}]+?)\s*[)\]}>]")


def part_of(text: str) -> str:
    """Return "se", "t", "z", "p", "low", "high", "ci" or "value" where a text names such a part, else ""."""
    found = first_of(text, _PARTS)
    if not found and (inner := _BRACKETED.fullmatch(text.strip())):
        found = first_of(inner[1], _PARTS)
    return found


_TAILED = re.compile(
    r"(.+?)[\s_\-:：的,，(（\[]*(p\s*-?\s*values?|p\s*值|\bp|伴随概率|相伴概率|prob\.?|t\s*值|z\s*值|t\s*-?\s*stat\w*|标准误差?|std\.?\s*err\w*|s\.e\.|\bse)[)）\]]?",
    re.I,
)
_LED = re.compile(r"(p\s*-?\s*values?|prob\.?\s*>?|p\s*值|p)\s*(?:of|for|[-_:：(（>])\s*(.+?)[)）]?", re.I)


def named_part(text: str) -> tuple[str, str]:
    """Return what a label such as "AR(2) p值" or "p-value of Hansen" is about and the part; ("", "") for others."""
    said = text.strip()
    led = _LED.fullmatch(said)
    if led and not re.match(r"[tz]\||chi2|f\b", squeezed(led[2])):
        return led[2].strip(), "p"
    tailed = _TAILED.fullmatch(said)
    if tailed:
        return tailed[1].strip(" (（[_-"), part_of(tailed[2])
    return "", ""
