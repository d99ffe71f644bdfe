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
from panelkit.indices.panels.composite import Composite, composite_index
from panelkit.indices.panels.designs import CompositeDesign, refuse_shared
from panelkit.indices.panels.panel_frame import earlier, panel_frame
from panelkit.kernels.frames import as_pandas
from panelkit.language.errors import DataError, SpecError
from panelkit.language.message import Joined, Message, message, sentences
from panelkit.language.offers import offered
from panelkit.panel.provenance import place_notes, with_place_notes
from panelkit.results.fit import FloatArray, Language, Measure
from panelkit.show.brief import Brief

HIGH = 0.8
_AND: Mapping[Language, str] = {"en": " and ", "zh": "、"}


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
    systems = as_pandas(systems, message("the subsystems"))
    names = [str(name) for name in systems.columns if name not in (unit, time)]
    frame = panel_frame(systems, names, unit=unit, time=time, in_order=False)
    a = _weights(weights, names)
    u = frame.to_numpy()
    beyond = _beyond(frame)
    if beyond:
        raise DataError(
            message(
                "{n} rows have a subsystem score outside [0, 1] ({places}): normalise by min-max "
                "first, because D and its levels need scores in [0, 1]",
                n=len(beyond),
                places=beyond[:5],
            )
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
    return Coordination(
        name=message("Coupling coordination of {systems}", systems=Joined(names, _AND)),
        values=values,
        method={
            "C": message("geometric over arithmetic mean"),
            "D": "sqrt(C T)",
            message("weights in T"): ", ".join(f"{name} {w:.3g}" for name, w in zip(names, a, strict=True)),
            message("levels"): "[a, b)" if edges == "left" else "(a, b]",
        },
        notes=(*place_notes(frame), *_notes(facts, len(names))),
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
        raise SpecError(message("coupling needs at least two designs"))
    scored = [composite_index(design, data, **changes) for design in designs]
    plans = [item.design for item in scored]
    if not allow_shared:
        refuse_shared(*plans)
    ids = [plan.id for plan in plans]
    if len(set(ids)) < len(ids):
        raise SpecError(message("the designs {ids} are not different", ids=ids))
    table = pd.concat(
        {plan.id: item.scores for plan, item in zip(plans, scored, strict=True)}, axis=1, join="inner"
    )
    if table.empty:
        raise DataError(
            message("no {unit}-{period} is scored by all of {ids}: their {periods} do not overlap", ids=ids)
        )
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
        If a column is not numeric or lies outside [0, 1], or a unit stands twice in a year.

    Examples
    --------
    >>> table = pk.normalise(panel[["patents_granted", "rd_expenditure"]])
    >>> degree = pk.synergy_degree(table, base=2015)
    """
    frame = panel_frame(orders, unit=unit, time=time)
    beyond = _beyond(frame)
    if beyond:
        raise DataError(
            message(
                "{n} rows have an order degree outside [0, 1] ({places}): normalise by min-max first, for "
                "changes of other numbers are no synergy",
                n=len(beyond),
                places=beyond[:5],
            )
        )
    degree = coupling.synergy(earlier(frame, base=base).to_numpy(), frame.to_numpy())
    values = pd.DataFrame({"synergy": degree}, index=frame.index)
    against = (
        message("against {base}", base=base) if base is not None else message("against the {period} before")
    )
    return Measure(
        name=message("Synergy of {systems}", systems=[str(name) for name in frame.columns]),
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
        return self._said().text(language)

    def _said(self) -> Message:
        best = self.table.iloc[0]
        if not self.matches:
            return message(
                "no formula reproduces all {rows} values; nearest is {nearest} ({agree:.0%} agree)",
                rows=self.rows,
                nearest=_quantity_by(best),
                agree=float(best["agree"]),
            )
        rows = self.table[self.table["agree"] == 1.0]
        found = [_quantity_by(row) for _, row in rows.iterrows()]
        if bool(rows["right"].any()):
            return message(
                "all {rows} values agree with {formulas} (a right formula)", rows=self.rows, formulas=found
            )
        symptoms = [coupling.FORMS[str(name)].symptom for name in rows["formula"]]
        return message(
            "all {rows} values agree with {formulas} (a wrong formula): {symptoms}",
            rows=self.rows,
            formulas=found,
            symptoms=sentences(dict.fromkeys(text for text in symptoms if text)),
        )

    def __str__(self) -> str:
        return f"{self.sentence()}\n\n{self.table.to_string(index=False)}"


def _quantity_by(row: pd.Series) -> Message:
    name = coupling.FORMS[str(row["formula"])].name
    return message("{quantity} by {formula}", quantity=str(row["quantity"]), formula=name)


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
    u = matrix(scores, message("subsystem scores"))
    target, half = _printed(printed)
    if u.ndim != 2 or len(u) != len(target):
        raise DataError(
            message(
                "one row of scores a printed value is needed: {n}, not {shape}",
                n=len(target),
                shape=str(u.shape),
            )
        )
    given = weights_of(weights, u.shape[1], message("coupling weights"))
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
            raise DataError(message("{given!r} is no printed number: leave out rows without one", given=item))
        values.append(float(number))
        half.append(0.5 * 10.0**places)
    return np.array(values), np.array(half)


def _weights(weights: Mapping[str, float] | Sequence[float] | None, names: list[str]) -> FloatArray:
    if isinstance(weights, Mapping):
        wrong = [name for name in [*weights, *names] if name not in weights or name not in names]
        if wrong:
            raise SpecError(
                message("weights and subsystems differ in {names}", names=list(dict.fromkeys(wrong)))
            )
        weights = [weights[name] for name in names]
    return weights_of(weights, len(names), message("weights of subsystems"))


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


def _beyond(frame: pd.DataFrame) -> list[str]:
    """Return the rows that hold a number outside [0, 1]."""
    u = frame.to_numpy()
    rows = frame.index[np.flatnonzero(((u < 0) | (u > 1)).any(axis=1))]
    return [f"{province} {year}" for province, year in rows]


def _whole(codes: FloatArray) -> pd.api.extensions.ExtensionArray:
    """Return codes as nullable integers, missing where there is none."""
    return pd.Series(codes).astype("Int64").array


def _notes(facts: Mapping[str, Any], k: int) -> list[Message]:
    said = []
    if facts["identity"]:
        said.append(
            message(
                "with equal weights D is exactly ({product})^(1/{root}): C adds no information to the product",
                product=" ".join(f"U{i + 1}" for i in range(k)),
                root=2 * k,
            )
        )
    said += [
        message(
            "C >= {cut} ('high coupling') holds for {high:.1%} of the rows; for unrelated uniform scores it would be "
            "{built:.0%}, and for these scores paired at random {margins:.0%}",
            cut=HIGH,
            high=facts["high"],
            built=facts["high_by_construction"],
            margins=facts["high_of_margins"],
        ),
        message(
            "{regraded} of {graded} levels change under Wang Shujia's correction",
            regraded=facts["regraded"],
            graded=facts["graded"],
        ),
        message(
            "levels depend on the goalposts of the sample: compare ranks and changes, not grades across papers"
        ),
    ]
    if facts["zeros"]:
        said.append(
            message(
                "{rows} rows have a zero subsystem, so that C = D = 0 by construction", rows=facts["zeros"]
            )
        )
    if facts["missing"]:
        said.append(message("{rows} rows lack a score and have no C, T, D", rows=facts["missing"]))
    return said
