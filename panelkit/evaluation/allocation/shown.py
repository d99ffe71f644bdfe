"""Tables and figures of an allocation, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from panelkit.data.user.panel import province_labels
from panelkit.evaluation.allocation.allocated import Allocated
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, Message, message
from panelkit.show.canvas import Figure
from panelkit.show.dots import change_dots
from panelkit.show.frontier_curve import frontier_curve
from panelkit.show.maps.province_map import province_map
from panelkit.show.maps.tiles import adcode_of
from panelkit.show.tables import frame_table

_MORE, _LESS, _OPEN = message("more"), message("less"), message("open")
CONCLUSIONS = {"more": _MORE, "less": _LESS, "open": _OPEN}
RULES = {
    "actual": message("actual allocation"),
    "proportional": message("by output"),
    "pooled": message("one elasticity"),
    "optimal": message("optimal allocation"),
}


def unit_table(found: Allocated, language: Language) -> pd.DataFrame:
    """Return the changes by unit, the largest rise first."""
    table = found.by_unit().sort_values("change", ascending=False, kind="stable")
    return _shown(found, table, message("{unit}").spoken(*found.levels), language)


def link_table(found: Allocated, language: Language) -> pd.DataFrame:
    """Return the changes by link."""
    return _shown(found, found.by_link(), message("link"), language)


def _shown(found: Allocated, table: pd.DataFrame, head: Message, language: Language) -> pd.DataFrame:
    budget, actual = found.plan.bounds.budget, table["actual"]
    named = province_labels(table.index, language)
    columns: list[tuple[Message, Any]] = [
        (head, [named.get(str(name), str(name)) for name in table.index]),
        (message("actual"), _decimals(100.0 * actual / found.chain.spending.sum())),
        (message("optimal"), _decimals(100.0 * table["optimal"] / budget)),
        (message("change"), [f"{100.0 * value:+.1f}" for value in table["change"]]),
    ]
    if found.draws is not None:
        low, high = (100.0 * (table[end] / actual - 1.0) for end in ("low", "high"))
        ends = [f"[{a:+.0f}, {b:+.0f}]" for a, b in zip(low, high, strict=True)]
        told = [CONCLUSIONS[one].text(language) for one in table["conclusion"]]
        columns += [
            (message("interval"), ends),
            (message("P(more)"), [f"{value:.2f}" for value in table["more"]]),
            (message("sign"), told),
        ]
    return pd.DataFrame({name.text(language): list(values) for name, values in columns})


def _decimals(values: pd.Series) -> list[str]:
    return [f"{value:.2f}" for value in values]


def rival_table(found: Allocated, language: Language) -> pd.DataFrame:
    """Return the optimum beside simple rules."""
    table = found.rivals()
    columns: list[tuple[Message, list[str]]] = [
        (message("allocation"), [RULES[str(name)].text(language) for name in table.index]),
        (message("output"), [f"{value:.4f}" for value in table["output"]]),
    ]
    if found.draws is not None:
        chances = ["" if np.isnan(value) else f"{value:.2f}" for value in table["chance"]]
        columns += [
            (message("corrected"), [f"{value:.4f}" for value in table["corrected"]]),
            (message("P(output up)"), chances),
        ]
    columns += [
        (message("imbalance"), [f"{value:.5f}" for value in table["imbalance"]]),
        (message("moved"), [f"{value:.1%}" for value in table["moved"]]),
    ]
    return pd.DataFrame({name.text(language): values for name, values in columns})


def gain_lines(found: Allocated) -> list[Message]:
    """Return what is gained, and what of it is left."""
    gain, curve, moved = found.gain, found.curve, found.moved().loc["all"]
    told = [
        message(
            "gain in the output index, by the estimates that chose the optimum: {gain:+.2%}",
            gain=gain.apparent,
        )
    ]
    if found.draws is not None:
        told += [
            message(
                "the same corrected for the choice: {gain:+.2%}, {level:.4g}% interval {low:+.2%} to {high:+.2%}, "
                "above zero in {share:.0%} of the draws",
                gain=gain.corrected,
                level=100.0 * found.level,
                low=gain.low,
                high=gain.high,
                share=gain.positive,
            ),
            message(
                "money that changes its place: {share:.1%}, interval {low:.1%} to {high:.1%}",
                share=moved["moved"],
                low=moved["low"],
                high=moved["high"],
            ),
            message(
                "{n} of {all} cells change with a sign that is certain",
                n=len(found.surviving()),
                all=found.optimal.size,
            ),
        ]
    else:
        told.append(message("money that changes its place: {share:.1%}", share=moved["moved"]))
    told.append(
        message(
            "shadow price: one per cent more money adds {price:.3%} to the objective",
            price=found.met.price * found.plan.bounds.budget / 100.0,
        )
    )
    if not np.isnan(curve.more_output):
        told.append(
            message(
                "distance of the actual allocation from the frontier: {more:.2%} of output at its imbalance of "
                "{imbalance:.5f}",
                more=curve.more_output,
                imbalance=found.points["actual"].imbalance,
            )
        )
    told += _against_rules(found)
    if not curve.monotone:
        told.append(
            message(
                "the frontier does not fall everywhere: a search ended at a local optimum, and more may be had there"
            )
        )
    return told


def _against_rules(found: Allocated) -> list[Message]:
    """Return which simple rules the optimum does not beat, once both are corrected for the choice."""
    if found.draws is None:
        return []
    better = [
        RULES[name]
        for name, one in found.points.items()
        if name != "optimal" and one.gain.corrected >= found.gain.corrected
    ]
    if not better:
        return []
    return [message("corrected, the optimum makes no more output than: {rules}", rules=better)]


def summary_parts(found: Allocated, language: Language, width: int = 100) -> list[str]:
    """Return the parts of the summary: gains, links, rules, changes by unit."""

    def text(frame: pd.DataFrame, caption: Message) -> str:
        told = caption.text(language)
        return str(
            frame_table(frame, format="text", language=language, caption=told, index=False, width=width)
        )

    return [
        *(line.text(language) for line in gain_lines(found)),
        "",
        text(link_table(found, language), message("Money by link, %")),
        text(rival_table(found, language), message("The optimum beside simple rules")),
        text(unit_table(found, language), message("Money by {unit}, %").spoken(*found.levels)),
    ]


def _changes_by(found: Allocated, by: str) -> pd.DataFrame:
    if by == "unit":
        return found.by_unit()
    if by not in found.chain.links:
        raise SpecError(
            message('by is "unit" or a link: {links}, not {given!r}', links=list(found.chain.links), given=by)
        )
    return pd.DataFrame(found.cells().xs(by, level="link"))


def change_figure(found: Allocated, by: str, language: Language, style: dict[str, Any]) -> Figure:
    """Return the dot plot of changes with their intervals."""
    table = _changes_by(found, by).sort_values("change", ascending=False, kind="stable")
    named = province_labels(table.index, language)
    labels = [named.get(str(name), str(name)) for name in table.index]
    frame = pd.DataFrame({"label": labels, "estimate": 100.0 * table["change"].to_numpy()})
    if found.draws is not None:
        frame["conf_low"] = 100.0 * (table["low"] / table["actual"] - 1.0).to_numpy()
        frame["conf_high"] = 100.0 * (table["high"] / table["actual"] - 1.0).to_numpy()
    frame["certain"] = (table["conclusion"] != "open").to_numpy()
    title = found.title if by == "unit" else message("{title}: {link}", title=found.title, link=by)
    return change_dots(frame, language=language, **{"title": title.text(language), **style})


def change_map(found: Allocated, by: str, language: Language, style: dict[str, Any]) -> Figure:
    """Return the tile map of changes in per cent.

    Raises
    ------
    SpecError
        If the units are no provinces.
    """
    table = _changes_by(found, by)
    unknown = [name for name in table.index if adcode_of(name) is None]
    if unknown:
        raise SpecError(
            message("a map shows provinces, and these are none: {units}; use plot()", units=unknown[:5])
        )
    title = found.title if by == "unit" else message("{title}: {link}", title=found.title, link=by)
    label = message("change of money, %").text(language)
    options = {"title": title.text(language), "value_label": label, "centre": 0.0, "decimals": 0, **style}
    # whole per cent, and no zero with a sign
    return province_map((100.0 * table["change"]).round() + 0.0, language=language, **options)


def frontier_figure(found: Allocated, language: Language, style: dict[str, Any]) -> Figure:
    """Return the frontier with the actual allocation, the optimum and the simple rules."""
    points = {
        RULES[name].text(language): (one.imbalance, 1.0 + one.gain.apparent)
        for name, one in found.points.items()
    }
    title = message("Output and balance: {title}", title=found.title).text(language)
    return frontier_curve(
        found.curve.imbalance,
        found.curve.output,
        points,
        language=language,
        **{"title": title, **style},
    )
