"""Named procedures for mediation, as papers run them, each with what it does and does not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from panelkit.language.errors import SpecError
from panelkit.models.mediation.estimates import MediationEstimates
from panelkit.models.mediation.words import Said, number, p_text
from panelkit.results.fit import FitResult, Language
from panelkit.show.brief import Brief

LEVEL = 0.05
_HEADS = (("conclusion: ", "shows: ", "does not show: "), ("结论：", "能说明：", "不能说明："))


@dataclass(frozen=True)
class Step:
    """One step: what is tested, its estimate, error and p-value, and what the procedure makes of it."""

    test: Said
    estimate: float
    std_error: float
    p_value: float
    reading: Said


@dataclass(frozen=True, eq=False)
class Procedure(Brief):
    """A procedure on one mediator: steps in order, the conclusion in its own words, what it shows and does not."""

    name: str
    title: Said
    mediator: str
    steps: tuple[Step, ...]
    conclusion: Said
    shows: Said
    shows_not: Said
    models: tuple[FitResult, ...] = field(repr=False)

    def table(self, language: Language = "en") -> pd.DataFrame:
        """Return one row a step."""
        heads = ("step", "estimate", "std_error", "p_value", "reading")
        if language == "zh":
            heads = ("步骤", "估计值", "标准误", "p 值", "判断")
        rows = [
            (s.test.of(language), s.estimate, s.std_error, s.p_value, s.reading.of(language))
            for s in self.steps
        ]
        return pd.DataFrame(rows, columns=pd.Index(heads))

    def summary(self, language: Language = "en") -> str:
        """Return steps, conclusion and caveats as plain text."""
        lines = [self.title.of(language)]
        for at, step in enumerate(self.steps, 1):
            error = "" if step.std_error != step.std_error else f" ({number(step.std_error)})"
            p = "" if step.p_value != step.p_value else f", {p_text(step.p_value)}"
            lines.append(
                f"  {at}. {step.test.of(language)}: {number(step.estimate)}{error}{p} -> {step.reading.of(language)}"
            )
        return "\n".join([*lines, *(f"  {note}" for note in self.notes(language))])

    def __str__(self) -> str:
        return self.summary()

    def notes(self, language: Language = "en") -> list[str]:
        """Return conclusion and caveats as notes of a table."""
        heads = _HEADS[language == "zh"]
        told = (self.conclusion, self.shows, self.shows_not)
        return [head + said.of(language) for head, said in zip(heads, told, strict=True)]

    def to_latex(self, path: str | Path | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return the equations as the paper's table, the caveats beneath."""
        from panelkit.show import tables

        return tables.to_latex(
            list(self.models), path, language=language, notes=self.notes(language), **style
        )

    def to_markdown(self, path: str | Path | None = None, *, language: Language = "en", **style: Any) -> str:
        """Return the equations as a Markdown table, the caveats beneath."""
        from panelkit.show import tables

        return tables.to_markdown(
            list(self.models), path, language=language, notes=self.notes(language), **style
        )

    def to_docx(self, path: str | Path, *, language: Language = "en", **style: Any) -> Path:
        """Write the equations as a Word table, the caveats beneath."""
        from panelkit.show import tables

        return tables.to_docx(list(self.models), path, language=language, notes=self.notes(language), **style)


@dataclass(frozen=True)
class _Legs:
    """Total, first, second and direct path of one mediator: estimate, error, p-value each."""

    total: tuple[float, float, float]
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    direct: tuple[float, float, float]
    indirect: float
    interval: tuple[float, float]


def run(result: MediationEstimates, name: str, mediator: int) -> Procedure:
    """Run a named procedure on one mediator of a result.

    Raises
    ------
    SpecError
        If there is no such procedure, or the model is serial, moderated or has an interaction.
    """
    if name not in _PROCEDURES:
        raise SpecError(f"no procedure {name!r}: there are {', '.join(_PROCEDURES)}")
    if result.products or (result.spec.order == "serial" and len(result.mediators) > 1):
        raise SpecError(
            f"{name} is written for mediators side by side without a moderator or an interaction: read .inference() "
            "instead"
        )
    label = result.mediator_labels[mediator]
    term = result.path_terms[mediator]
    low, high = result.conf_int().to_numpy()[result.terms.index(term)]
    legs = _Legs(
        total=_read(result.fits["total"], result.treatment_label),
        first=_read(result.fits[f"mediator {mediator}"], result.treatment_label),
        second=_read(result.fits["outcome"], label),
        direct=_read(result.fits["outcome"], result.treatment_label),
        indirect=float(result.estimates[result.terms.index(term)]),
        interval=(float(low), float(high)),
    )
    title, steps, conclusion, shows, shows_not = _PROCEDURES[name](legs)
    fits = [result.fits["total"], result.fits[f"mediator {mediator}"], result.fits["outcome"]]
    models = tuple(fits[:2] if name == "jiang_2022" else fits)
    return Procedure(name, title, label, steps, conclusion, shows, shows_not, models)


def _read(fit: FitResult, term: str) -> tuple[float, float, float]:
    at = fit.terms.index(term)
    line = fit.tidy().iloc[at]
    return float(line["estimate"]), float(line["std_error"]), float(line["p_value"])


_Written = tuple[Said, tuple[Step, ...], Said, Said, Said]
_YES, _NO = Said("significant", "显著"), Said("not significant", "不显著")


def _step(en: str, zh: str, leg: tuple[float, float, float]) -> Step:
    return Step(Said(en, zh), *leg, _YES if leg[2] < LEVEL else _NO)


def _total(legs: _Legs) -> Step:
    return _step("total effect c, outcome on treatment", "总效应 c（结果对解释变量）", legs.total)


def _first(legs: _Legs) -> Step:
    return _step("path a, mediator on treatment", "路径 a（中介对解释变量）", legs.first)


def _second(legs: _Legs) -> Step:
    return _step(
        "path b, outcome on mediator, treatment held", "路径 b（控制解释变量后结果对中介）", legs.second
    )


def _direct(legs: _Legs) -> Step:
    return _step("direct effect c', mediator held", "直接效应 c′（控制中介后）", legs.direct)


_CONFOUNDED = Said(
    "that the mediator causes the outcome: whatever moves both enters b, and with such a confounder the steps find "
    "mediation where there is none; read .sensitivity() beside it",
    "中介变量导致结果变量：凡同时影响二者的因素都会进入 b，存在此类混杂时逐步法会“发现”并不存在的中介；"
    "请同时阅读敏感性分析",
)


def _baron_kenny(legs: _Legs) -> _Written:
    c, a, b, direct = (leg[2] < LEVEL for leg in (legs.total, legs.first, legs.second, legs.direct))
    if not c:
        said = Said(
            "step 1 fails (c not significant): the procedure stops and finds no mediation",
            "第一步不成立（c 不显著）：该方法就此停止，认为无中介",
        )
    elif not (a and b):
        said = Said(
            "a or b is not significant: no mediation by these steps", "a 或 b 不显著：按此方法无中介效应"
        )
    elif not direct:
        said = Said(
            '"complete mediation" in its words: c\' is not significant, which is no proof that it is zero',
            "按其说法为“完全中介”：c′ 不显著，但这并不证明其为零",
        )
    elif abs(legs.direct[0]) < abs(legs.total[0]):
        said = Said(
            '"partial mediation" in its words: all steps significant and |c\'| < |c|',
            "按其说法为“部分中介”：各步均显著且 |c′| < |c|",
        )
    else:
        said = Said(
            "all steps significant, but |c'| > |c|: suppression, for which the procedure has no word",
            "各步均显著，但 |c′| > |c|：实为遮掩效应，该方法未予区分",
        )
    return (
        Said("Baron and Kenny (1986), three steps", "Baron 和 Kenny（1986）三步法"),
        (_total(legs), _first(legs), _second(legs), _direct(legs)),
        said,
        Said(
            "whether the partial correlations that mediation implies are in the data; the test of a and b together is "
            "the joint-significance test",
            "中介所蕴含的偏相关是否存在；其中 a 与 b 的同时检验即联合显著性检验",
        ),
        _CONFOUNDED,
    )


def _wen_ye(legs: _Legs) -> _Written:
    c, a, b, direct = (leg[2] < LEVEL for leg in (legs.total, legs.first, legs.second, legs.direct))
    steps = [_total(legs), _first(legs), _second(legs)]
    low, high = legs.interval
    mediated = a and b
    if not mediated:
        mediated = low > 0.0 or high < 0.0
        found = Said(
            f"interval [{number(low)}, {number(high)}] {'excludes' if mediated else 'holds'} zero",
            f"区间[{number(low)}，{number(high)}]{'不含' if mediated else '包含'}零",
        )
        nan = float("nan")
        steps.append(
            Step(
                Said("bootstrap of a·b, provinces resampled", "a·b 的 bootstrap（按省份重抽样）"),
                legs.indirect,
                nan,
                nan,
                found,
            )
        )
    framing = (
        Said("", "")
        if c
        else Said("c is not significant: framed as suppression; ", "c 不显著，按遮掩效应立论；")
    )
    if not mediated:
        said = Said("the indirect effect is not significant: stop", "间接效应不显著：分析结束")
    else:
        steps.append(_direct(legs))
        said = _wen_ye_end(legs, direct)
    return (
        Said("Wen and Ye (2014), the flow", "温忠麟、叶宝娟（2014）检验流程"),
        tuple(steps),
        Said(framing.en + said.en, framing.zh + said.zh),
        Said(
            "whether the product a·b is distinguishable from zero, also where a or b alone is not, and how its sign "
            "compares with that of the direct effect",
            "乘积 a·b 是否显著异于零（即使 a 或 b 单独不显著），以及其符号与直接效应是否一致",
        ),
        _CONFOUNDED,
    )


def _wen_ye_end(legs: _Legs, direct: bool) -> Said:
    if not direct:
        return Said(
            "c' is not significant: only an indirect effect is found (the authors advise against the words "
            "complete mediation)",
            "c′ 不显著：只有间接效应（作者不建议使用“完全中介”一词）",
        )
    if legs.indirect * legs.direct[0] > 0.0:
        ratio = number(legs.indirect / legs.total[0])
        return Said(
            f"a·b and c' have one sign: partial mediation, ab/c = {ratio}",
            f"a·b 与 c′ 同号：部分中介，ab/c = {ratio}",
        )
    ratio = number(abs(legs.indirect / legs.direct[0]))
    return Said(
        f"a·b and c' have opposite signs: suppression, |ab/c'| = {ratio}",
        f"a·b 与 c′ 异号：遮掩效应，|ab/c′| = {ratio}",
    )


def _jiang(legs: _Legs) -> _Written:
    c, a = legs.total[2] < LEVEL, legs.first[2] < LEVEL
    if a:
        said = Said(
            "consistent with the channel: the treatment moves the mediator"
            + ("" if c else ", though no total effect is seen"),
            "与该机制相容：解释变量影响中介变量" + ("" if c else "，但未见总效应"),
        )
    else:
        said = Said(
            "no support for the channel: the treatment is not seen to move the mediator",
            "不支持该机制：未见解释变量影响中介变量",
        )
    return (
        Said("Jiang (2022): treatment to mediator only", "江艇（2022）：只检验解释变量对中介变量的影响"),
        (_total(legs), _first(legs)),
        said,
        Said(
            "that the first link holds; the second, from mediator to outcome, must be plain from theory or "
            "other studies",
            "第一环成立；第二环（中介到结果）须由理论或既有研究直接支持",
        ),
        Said(
            "how much of the effect goes through the mediator: no share, no b, no full or partial mediation is claimed",
            "效应中有多少经由中介：不报告占比，不估计 b，不作完全或部分中介的判断",
        ),
    )


_PROCEDURES: dict[str, Callable[[_Legs], _Written]] = {
    "baron_kenny": _baron_kenny,
    "wen_ye_2014": _wen_ye,
    "jiang_2022": _jiang,
}
NAMES = tuple(_PROCEDURES)
