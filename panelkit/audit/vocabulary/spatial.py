"""Words of spatial models: W times a regressor, spatial parameters, effects, sections of a printout."""

from __future__ import annotations

import re
from dataclasses import dataclass

from panelkit.audit.printed import plain
from panelkit.audit.vocabulary.squeezed import first_of, patterns, squeezed

_OF_Y = r"(?:w\d{0,2}[*×x·∙⋅•]?(?:y|lny))|w\d?y\w*|w\d{0,2}[*×·∙⋅•]depvar"
_PARAMETERS = patterns(
    (
        (
            "rho",
            rf"(?:spatial)?\(?(?:ρ|rho)\)?(?:\(?(?:ρ|rho|sar|sdm|w\d?|值)\)?)?|空间(?:自?回归|滞后|自相关|相关|滞后项)(?:项)?(?:系数|参数)(?:值)?\(?(?:ρ|rho|λ)?\)?|空间(?:自回归|滞后)项?\(?(?:ρ|rho)\)?|空间滞后项?[rρ]?"
            rf"|spatial(?:autoregressive|lag|autoregression|autocorrelation)(?:coefficients?|parameters?|term)?\(?(?:ρ|rho)?\)?|{_OF_Y}|spatialrho\(?ρ?\)?|ρ值|spρ|空间相关系数ρ|空间溢出系数\(?ρ?\)?",
        ),
        (
            "lambda",
            r"(?:spatial)?\(?(?:λ|lambda)\)?(?:\(?(?:λ|lambda|sem|值)\)?)?|空间误差(?:项|自相关|相关|自回归)?(?:系数|参数)\(?(?:λ|lambda|ρ)?\)?|空间误差项?\(?(?:λ|lambda|l)\)?|spatialerror(?:coefficients?|parameters?|term)?\(?(?:λ|lambda)?\)?|w\d{0,2}[*×x·∙⋅•](?:u|ε|μ|e|error|ξ)",
        ),
        (
            "rho_or_lambda",
            r"(?:spatial)?(?:ρ|rho)(?:/|或|or|\||\(|\()(?:λ|lambda)\)?|(?:λ|lambda)(?:/|或|or|\||\()(?:ρ|rho)\)?|空间系数|spatialcoefficients?|spatialparameters?|空间效应系数|空间参数",
        ),
    )
)
_CUT = r"[\s_\-:：·.,，/|]*"
_LENGTH = r"(?:(?P<length>short|long|sr|lr|短期|长期)(?:run|term|[- ]run|[- ]term)?[\s_\-]*)?"
_DIRECT = r"direct|直接|本地|local|adi"
_INDIRECT = r"in-?direct|间接|空间溢出|溢出|空间外溢|外溢|(?:spatial)?[\s_\-]*spill-?overs?|spatial[\s_\-]*spill-?overs?|neighbou?r(?:hood|ing)?|邻地|feedback-free"
_TOTAL = r"total|总体?|合计|overall|总和"
_EFFECT = r"[\s_\-]*(?:effects?|impacts?|效应|影响|效果)"
_EFFECTS = tuple(
    (role, re.compile(
        rf"(?:(?P<before>.+?){_CUT}(?:的{_CUT})?)??{_LENGTH}(?:平均|average|marginal)?[\s_\-]*(?:{word})(?:(?P<named>{_EFFECT})|(?P<bare>))(?:值|系数|分解)?"
        rf"(?:[\s_\-]*(?:of|on|[(（:：\[_|,，\-–·/]|\s){_CUT}(?P<after>.+?)[)）\]]?)?", re.I))
    for role, word in (("indirect", _INDIRECT), ("direct", _DIRECT), ("total", _TOTAL))
)  # fmt: skip
_NUMBERED = re.compile(r"[(\[]?\s*(?:\d{1,2}|[ivx]{1,4}|[a-f])\s*[)\]]?", re.I)
_MEANING = re.compile(
    r"se|s\.e\.|t|z|p|β|b|coef\w*|系数|[tzp]值|标准误|(?:std|standard)\.?\s*err\w*|ade|acme|θ|δ|%", re.I
)
_RUNS = {"sr": "short", "短期": "short", "lr": "long", "长期": "long"}


@dataclass(frozen=True)
class EffectWord:
    """An effect named by a label: its role, the variable where the label names it, short or long run.

    `sure` is False for a mere "Total", which may as well name a sample.
    """

    role: str
    subject: str = ""
    length: str = ""
    sure: bool = True


def parameter_of(text: str) -> str:
    """Return "rho", "lambda" or "rho_or_lambda" where a label names the spatial parameter, else ""."""
    return first_of(text, _PARAMETERS)


def effect_of(text: str) -> EffectWord | None:
    """Return the effect that a label names, with its variable where it says so; None for other labels."""
    said = plain(text).strip(" :：")
    for role, pattern in _EFFECTS:
        found = pattern.fullmatch(said)
        if found is None:
            continue
        rest = [part.strip(" _-:：()（）的") for part in (found["before"], found["after"]) if part]
        rest = [re.sub(r"^(?:the|spatial|空间|平均)$", "", one, flags=re.I) for one in rest]
        rest = [one for one in rest if one and not _NUMBERED.fullmatch(one) and not _MEANING.fullmatch(one)]
        if rest and not found["named"] and not found["length"] and not re.search(r"[:：(（]", said):
            continue
        if len(rest) > 1 or (
            rest and re.search(r"占|比例|比重|share|proportion|ratio|检验|test|贡献", said, re.I)
        ):
            continue
        length = (found["length"] or "").lower()
        run = _RUNS.get(length, length)
        return EffectWord(role, rest[0] if rest else "", run, found["named"] is not None or bool(run))
    return None


_LAGGED = tuple(
    re.compile(pattern, re.I if flag else 0)
    for pattern, flag in (
        (r"W\d{0,2}\s*[*·∙⋅•×⊗#]\s*(?P<x>.+)", 1),
        (r"W\d{0,2}\s+[xX]\s+(?P<x>.+)", 1),
        (r"W\d?x\s*[_:： .\-]\s*(?P<x>.+)", 1),
        (r"W\d{0,2}\s*[_:：.\-]\s*(?P<x>.+)", 1),
        (r"W\d{0,2}\s*[(\[]\s*(?P<x>.+?)\s*[)\]]", 1),
        (r"W\d{0,2}\s+(?P<x>[^\d\s(].*)", 0),
        (r"W(?=(?:ln|Ln|LN)\w)(?P<x>.+)", 0),
        (r"(?P<x>.+?)\s*[*·∙⋅•×]\s*W\d{0,2}", 0),
        (r"slag(?:ged)?[._](?P<x>.+)", 1),
        (r"(?:spatial(?:ly)?[\s-]*lag(?:ged)?(?:\s+(?:term\s+)?of|\s+term)?|Slag)[\s:_\-]+(?P<x>.+)", 1),
        (r"(?:空间滞后项?|空间交互项?|空间权重)\s*[:：的*× _\-]*\s*(?P<x>.+)", 0),
        (r"(?P<x>.+?)\s*[的(（_\-]?\s*(?:空间滞后项?|空间交互项|空间项)[)）]?", 0),
    )
)  # fmt: skip


def lagged_of(text: str, known: frozenset[str] = frozenset()) -> str:
    """Return the regressor of which a label is the spatial lag, "" where it is none.

    `known` holds the other labels of the table: "WDA" is W times DA, and "lag.DA" no lag in time, where a row is
    called DA.
    """
    said = plain(text)
    for pattern in _LAGGED:
        found = pattern.fullmatch(said)
        if found and not re.fullmatch(r"test|.*检验|系数", found["x"], re.I):
            return found["x"].strip()
    bare = re.fullmatch(r"(?!(?i:wages?|wind|west)$)[Ww]\d?(?P<x>.+)", said)
    if bare and name_of(bare["x"]) in known:
        return bare["x"]
    lag = re.fullmatch(r"lag(?:ged)?[._](?P<x>.+)", said, re.I)
    return lag["x"] if lag and (not known or name_of(lag["x"]) in known) else ""


_BEFORE = re.compile(
    r"^L1?\.|^lag[_ .(]|[_ .]lag1?$|\(\s*[-−–]\s*1\s*\)|t\s*[-−–]\s*1|滞后一期|上一?期|^τ$|^tau$",
    re.IGNORECASE,
)


def is_lagged_outcome(name: str) -> bool:
    """Return whether a name is of the outcome of the period before: L.lnY, Y(t-1), 滞后一期."""
    return bool(_BEFORE.search(name))


def name_of(text: str) -> str:
    """Return the name of a subject: without blanks, every sign of multiplication as ×, case kept."""
    said = re.sub(r"\s+", "", plain(text)).strip(":：,，;；")
    return re.sub(r"(?<=.)[*·∙⋅•](?=.)", "×", said).rstrip("*")


_SECTIONS = patterns(
    (
        ("coefficient", r"main|主效应|主回归|解释变量系数|x|regressors"),
        (
            "spatial_lag_x",
            r"wx|w[*×·]x|w\d?x|空间滞后(?:解释变量|项)|空间交互项|spatial(?:ly)?lag(?:ged)?(?:x|variables?|terms?)?",
        ),
        ("parameters", r"spatial|空间(?:参数|效应)?|variance|方差|statistics|统计量|检验|diagnostics"),
    )
)


def section_of(text: str) -> tuple[str, str]:
    """Return the role that a section heading gives to the variables below it, and "short"/"long" of effects.

    ("", "") where it gives none: Panel A, 东部地区.
    """
    effect = effect_of(text)
    if effect is not None and not effect.subject:
        return effect.role, effect.length
    return first_of(text, _SECTIONS), ""


def is_w(text: str) -> bool:
    """Return whether a text is only the name of a weights matrix."""
    return bool(re.fullmatch(r"w\d{0,2}", squeezed(text)))
