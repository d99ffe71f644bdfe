"""Coupling and coordination of subsystems on a panel: result, warnings, and the search for a printed formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from panelkit.indices.arrays import coupling
from panelkit.indices.arrays.checks import matrix, weights_of
from panelkit.indices.arrays.coupling import Edges
from panelkit.indices.panels.composite import Composite, Remark, composite_index
from panelkit.indices.panels.designs import CompositeDesign, refuse_shared
from panelkit.indices.panels.frames import earlier, panel_frame
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError, SpecError
from panelkit.language.offers import offered
from panelkit.panel.provenance import Note, place_notes, with_place_notes
from panelkit.results.fit import FloatArray, Language, Measure
from panelkit.show.brief import Brief

HIGH = 0.8


@dataclass(frozen=True, kw_only=True, eq=False)
class Coordination(Measure):
    """Coupling degree, development and coordination of n subsystems by province and year.

    `values`: one column a subsystem, then `C, T, D`, level and stage (1..10, 1..4), the corrected `C_wang, D_wang,
    level_wang`, and for two subsystems the ratio `relative` and who lags, `pace` (1..3). Levels, stages and paces are
    nullable integers: a missing score has none.
    `facts`: what of this is arithmetic (`identity`, `high_by_construction`, `high_of_margins`, `high`, `regraded`).
    """

    systems: tuple[str, ...]
    weights_of_systems: tuple[float, ...]
    edges: Edges
    facts: Mapping[str, Any]
    remarks: tuple[Remark, ...] = ()

    def words(self, language: Language = "en") -> pd.DataFrame:
        """Return level, stage and, for two subsystems, pace in words."""
        out = pd.DataFrame(index=self.values.index)
        out["level"] = coupling.names(self.values["level"], coupling.LEVELS, language)
        out["level_wang"] = coupling.names(self.values["level_wang"], coupling.LEVELS, language)
        out["stage"] = coupling.names(self.values["stage"], coupling.STAGES, language)
        if "pace" in self.values:
            out["pace"] = coupling.names(self.values["pace"], coupling.PACES, language)
        return out


@offered(
    "index",
    family="coupling",
    result="Coordination",
    source="C = geometric / arithmetic mean, D = sqrt(C T); 王淑佳等 2021 (correction)",
    public=True,
)
def coupling_coordination(
    systems: pd.DataFrame,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    *,
    edges: Edges = "left",
    unit: str | None = None,
    time: str | None = None,
) -> Coordination:
    """Return coupling coordination of the columns of a panel, each a subsystem's score in [0, 1].

    Right forms only: the standard coupling degree and Wang Shujia's correction (2021), both with D = sqrt(C T).
    Rows stay in the caller's order. `weights` enter T, never C. Zeros give C = D = 0 (say so, or score with goalposts
    outside the sample); missing scores stay missing, their levels too.

    Parameters
    ----------
    systems
        Scores in [0, 1] (rows, k), one column a subsystem.
    weights
        Weights (k,) of T; None: equal.
    edges
        Which side of a level is closed: "left" [a, b) or "right" (a, b].
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Coordination
        C, T and D by unit and year, in both forms, with their levels.

    Raises
    ------
    DataError
        If a score lies outside [0, 1].
    SpecError
        If there are fewer than two subsystems.

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> found = pk.coupling_coordination(table)
    """
    systems = as_pandas(systems, "the subsystems")
    names = [str(name) for name in systems.columns if name not in (unit, time)]
    frame = panel_frame(systems, names, unit=unit, time=time, in_order=False)
    a = _weights(weights, names)
    u = frame.to_numpy()
    beyond = frame.index[np.flatnonzero(((u < 0) | (u > 1)).any(axis=1))]
    if len(beyond):
        places = ", ".join(f"{province} {year}" for province, year in beyond[:5])
        raise DataError(
            f"{len(beyond)} rows have a subsystem score outside [0, 1] ({places}): normalise by min-max first, because "
            "D and its levels need scores in [0, 1]"
        )
    c, t, d = coupling.coordination(u, a)
    c_wang, _, d_wang = coupling.coordination(u, a, form="wang2021")
    values = frame.copy()
    values["C"], values["T"], values["D"] = c, t, d
    values["level"] = _whole(coupling.levels(d, edges=edges))
    values["stage"] = _whole(coupling.stages(c, edges=edges))
    values["C_wang"], values["D_wang"] = c_wang, d_wang
    values["level_wang"] = _whole(coupling.levels(d_wang, edges=edges))
    if len(names) == 2:
        ratio = coupling.relative_development(u)
        values["relative"], values["pace"] = ratio, _whole(coupling.paces(ratio))
    facts = _facts(frame.sort_index().to_numpy(), a, values, names)
    remarks = (*(Remark(note, note.zh) for note in place_notes(frame)), *_remarks(facts, len(names)))
    return Coordination(
        name="Coupling coordination of " + " and ".join(names),
        values=values,
        method={
            "C": "geometric over arithmetic mean",
            "D": "sqrt(C T)",
            "weights in T": ", ".join(f"{name} {w:.3g}" for name, w in zip(names, a, strict=True)),
            "levels": "[a, b)" if edges == "left" else "(a, b]",
        },
        notes=tuple(Note(remark.en, remark.zh) for remark in remarks),
        remarks=remarks,
        systems=tuple(names),
        weights_of_systems=tuple(float(w) for w in a),
        edges=edges,
        facts=facts,
    )


@offered(
    "index",
    family="coupling",
    result="Coordination",
    source="C = geometric / arithmetic mean, D = sqrt(C T); 王淑佳等 2021 (correction)",
    public=True,
)
def couple(
    *designs: str | Path | CompositeDesign,
    data: pd.DataFrame | None = None,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    edges: Edges = "left",
    allow_shared: bool = False,
    **changes: Any,
) -> tuple[Coordination, dict[str, Composite]]:
    """Score subsystems by their designs and couple them, on the province-years that all of them score.

    Designs that share an indicator are refused unless `allow_shared`: they would couple a figure with itself.
    Scores need [0, 1], so the designs must be min-max, ranks or TOPSIS. `changes` apply to every design.

    Parameters
    ----------
    designs
        Two or more designs: ids, TOML files or `CompositeDesign`s.
    data
        A panel with the designs' figures as columns; None loads the shipped ones.
    weights
        Weights of the subsystems in T; None: equal.
    edges
        Which side of a level is closed: "left" or "right".
    allow_shared
        Let designs share an indicator.
    changes
        Fields of every design to change, as in `composite_index`.

    Returns
    -------
    tuple
        The coordination, and the composite of every design by its id.

    Raises
    ------
    SpecError
        If designs share an indicator, or their scores do not lie in [0, 1].

    Examples
    --------
    >>> found, scores = pk.couple("tech_innovation", "industrial_innovation", years=(2018, 2020))
    """
    if len(designs) < 2:
        raise SpecError("coupling needs at least two designs")
    scored = [composite_index(design, data, **changes) for design in designs]
    plans = [item.design for item in scored]
    if not allow_shared:
        refuse_shared(*plans)
    ids = [plan.id for plan in plans]
    if len(set(ids)) < len(ids):
        raise SpecError(f"the designs {', '.join(ids)} are not different")
    table = pd.concat(
        {plan.id: item.scores for plan, item in zip(plans, scored, strict=True)}, axis=1, join="inner"
    )
    if table.empty:
        raise DataError(f"no province-year is scored by all of {', '.join(ids)}: their years do not overlap")
    table = with_place_notes(table, place_notes(*(item.values for item in scored)))
    return coupling_coordination(table, weights, edges=edges), dict(zip(ids, scored, strict=True))


@offered("index", family="coupling", result="Measure", source="孟庆松、韩文秀 2000", public=True)
def synergy_degree(
    orders: pd.DataFrame, *, base: int | None = None, unit: str | None = None, time: str | None = None
) -> Measure:
    """Return the composite-system synergy degree (Meng and Han 2000) of order degrees (columns) by province and year.

    Each year against `base`, or against the year before where None; NaN where that year is not held.

    Parameters
    ----------
    orders
        Order degrees in [0, 1] (rows, k), one column a subsystem.
    base
        The year to compare with; None: the year before.
    unit, time
        Columns that hold unit and time; None: the levels of the index, or columns with a known name.

    Returns
    -------
    Measure
        Degrees in [-1, 1] by unit and year.

    Raises
    ------
    DataError
        If a column is not numeric, or a unit stands twice in a year.

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> degree = pk.synergy_degree(table, base=2015)
    """
    frame = panel_frame(orders, unit=unit, time=time)
    degree = coupling.synergy(earlier(frame, base=base).to_numpy(), frame.to_numpy())
    values = pd.DataFrame({"synergy": degree}, index=frame.index)
    against = f"against {base}" if base is not None else "against the year before"
    return Measure(
        name="Synergy of " + ", ".join(map(str, frame.columns)),
        values=values,
        method={"change": against},
        notes=place_notes(frame),
    )


@dataclass(frozen=True, eq=False)
class FormulaSearch(Brief):
    """Which formula reproduces printed values: `table` has one row a formula and quantity, best first."""

    table: pd.DataFrame
    matches: tuple[str, ...]
    rows: int

    def sentence(self, language: Language = "en") -> str:
        """Return the finding in one sentence."""
        best = self.table.iloc[0]
        if not self.matches and language == "zh":
            return f"没有一个公式能还原全部 {self.rows} 个数值；最接近的是{_chinese(best)}，吻合 {best['agree']:.0%}。"
        if not self.matches:
            return (
                f"no formula reproduces all {self.rows} values; nearest is {best['quantity']} by {best['formula']} "
                f"({best['agree']:.0%} agree)"
            )
        rows = self.table[self.table["agree"] == 1.0]
        right = bool(rows["right"].any())
        if language == "zh":
            named = "、".join(_chinese(row) for _, row in rows.iterrows())
            return f"与{named}的全部 {self.rows} 个数值吻合（{'公式正确' if right else '公式有误'}）。"
        kind = "a right formula" if right else "a wrong formula"
        symptoms = "" if right else ": " + "; ".join(dict.fromkeys(text for text in rows["symptom"] if text))
        return f"all {self.rows} values agree with {', '.join(self.matches)} ({kind}){symptoms}"

    def __str__(self) -> str:
        return f"{self.sentence()}\n\n{self.table.to_string(index=False)}"


def _chinese(row: pd.Series) -> str:
    return f"{coupling.FORMS[str(row['formula'])].name_zh}公式的 {row['quantity']} "


@offered("index", family="coupling", result="FormulaSearch", source="王淑佳等 2021; 刘春林 2017", public=True)
def which_coupling_formula(
    scores: ArrayLike, printed: Sequence[str | float], weights: ArrayLike | None = None
) -> FormulaSearch:
    """Find which formula of `coupling.FORMS` gives the printed C or D for subsystem scores (n, k).

    A value agrees if it rounds to what is printed: give printed numbers as strings, so that their decimals count
    ("0.350" has three). Scores printed with few digits blur the result: several formulas may then agree on
    a few rows, which is why every one that does is named.

    Examples
    --------
    >>> found = pk.which_coupling_formula([[0.6, 0.4]], ["0.980"])
    """
    u = matrix(scores, "subsystem scores")
    target, half = _printed(printed)
    if u.ndim != 2 or len(u) != len(target):
        raise DataError(f"one row of scores a printed value is needed: {len(target)}, not {u.shape}")
    given = weights_of(weights, u.shape[1], "coupling weights")
    rows = []
    for form in coupling.FORMS.values():
        for quantity, values in _quantities(u, given, form):
            gap = np.abs(values - target)
            agree = float(np.mean(gap <= half + 1e-9))
            largest = float(np.where(np.isnan(gap), np.inf, gap).max())
            rows.append((form.name, quantity, agree, largest, form.right, form.symptom))
    table = pd.DataFrame(rows, columns=["formula", "quantity", "agree", "largest_gap", "right", "symptom"])
    table = table.sort_values(
        ["agree", "largest_gap", "right"], ascending=[False, True, False], kind="stable"
    )
    table = table.reset_index(drop=True)
    hits = table[table["agree"] == 1.0]
    return FormulaSearch(table, tuple(f"{r.quantity} by {r.formula}" for r in hits.itertuples()), len(target))


def _quantities(u: FloatArray, w: FloatArray, form: coupling.Form) -> list[tuple[str, FloatArray]]:
    c, t = form.compute(u, w), u @ w
    with np.errstate(invalid="ignore"):
        return [("C", c), ("D", np.where(t == 0, 0.0, np.sqrt(c * t)))]


def _printed(printed: Sequence[str | float]) -> tuple[FloatArray, FloatArray]:
    values, half = [], []
    for item in printed:
        try:
            number = Decimal(str(item).strip())
        except InvalidOperation:
            number = Decimal("NaN")
        places = number.as_tuple().exponent
        if not isinstance(places, int):
            raise DataError(f"{item!r} is no printed number: leave out rows without one")
        values.append(float(number))
        half.append(0.5 * 10.0**places)
    return np.array(values), np.array(half)


def _weights(weights: Mapping[str, float] | Sequence[float] | None, names: list[str]) -> FloatArray:
    if isinstance(weights, Mapping):
        wrong = [name for name in [*weights, *names] if name not in weights or name not in names]
        if wrong:
            raise SpecError(f"weights and subsystems differ in {', '.join(dict.fromkeys(wrong))}")
        weights = [weights[name] for name in names]
    return weights_of(weights, len(names), "weights of subsystems")


def _facts(u: FloatArray, a: FloatArray, values: pd.DataFrame, names: list[str]) -> dict[str, Any]:
    held = u[~np.isnan(u).any(axis=1)]
    c = values["C"].dropna()
    graded = values.dropna(subset=["level", "level_wang"])
    k = len(names)
    return {
        "identity": bool(np.allclose(a, 1.0 / k)),
        "high": float((c >= HIGH).mean()) if len(c) else float("nan"),
        "high_by_construction": coupling.high_share_by_construction(k, cut=HIGH),
        "high_by_construction_wang": coupling.high_share_by_construction(k, form="wang2021", cut=HIGH),
        "high_of_margins": coupling.high_share_of_margins(held, cut=HIGH) if len(held) else float("nan"),
        "regraded": int((graded["level"] != graded["level_wang"]).sum()),
        "graded": len(graded),
        "zeros": int((held == 0).any(axis=1).sum()),
        "missing": len(u) - len(held),
        "spearman_D_T": float(values["D"].corr(values["T"], method="spearman"))
        if len(held) > 2
        else float("nan"),
    }


def _whole(codes: FloatArray) -> pd.api.extensions.ExtensionArray:
    """Return codes as nullable integers, missing where there is none."""
    return pd.Series(codes).astype("Int64").array


def _remarks(facts: Mapping[str, Any], k: int) -> tuple[Remark, ...]:
    said = []
    if facts["identity"]:
        product = " ".join(f"U{i + 1}" for i in range(k))
        said.append(
            Remark(
                f"with equal weights D is exactly ({product})^(1/{2 * k}): C adds no information to the product",
                f"等权时 D 恒等于 ({product})^(1/{2 * k})：C 未带来乘积之外的信息",
            )
        )
    high, built, margins = facts["high"], facts["high_by_construction"], facts["high_of_margins"]
    said.append(
        Remark(
            f"C >= {HIGH} ('high coupling') holds for {high:.1%} of the rows; for unrelated uniform scores it would "
            f"be {built:.0%}, and for these scores paired at random {margins:.0%}",
            f"C≥{HIGH}（“高水平耦合”）占 {high:.1%}；互不相关的均匀得分本就有 {built:.0%}，"
            f"将这些得分随机配对也有 {margins:.0%}",
        )
    )
    said.append(
        Remark(
            f"{facts['regraded']} of {facts['graded']} levels change under Wang Shujia's correction",
            f"按王淑佳修正，{facts['graded']} 个等级中有 {facts['regraded']} 个改变",
        )
    )
    said.append(
        Remark(
            "levels depend on the goalposts of the sample: compare ranks and changes, not grades across papers",
            "等级取决于样本极值：宜比较位次与变化，不宜跨文献比较等级",
        )
    )
    if facts["zeros"]:
        said.append(
            Remark(
                f"{facts['zeros']} rows have a zero subsystem, so that C = D = 0 by construction",
                f"{facts['zeros']} 行有子系统得分为 0，故 C=D=0",
            )
        )
    if facts["missing"]:
        said.append(
            Remark(
                f"{facts['missing']} rows lack a score and have no C, T, D",
                f"{facts['missing']} 行缺得分，无 C、T、D",
            )
        )
    return tuple(said)
