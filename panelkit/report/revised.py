"""Claims on old and new figures, on a terminal: what moved, and which revised cells drove it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.revisions import DRIVERS, FigureComparison, Moved
from panelkit.core.results import Language
from panelkit.data.provinces import NATION, labels_of
from panelkit.report.numbers import number
from panelkit.report.words import verdict_word

_LARGEST = 5
_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "same": "The store changes no figure that a claim reads.",
        "cells": "New figures: {new} cells new, {revised} revised, {gone} gone.",
        "stands": "{key}: {new} stands in the place of {old}",
        "unread": "read by no claim: {keys}",
        "claim": "claim",
        "verdict": "verdict",
        "estimate": "estimate",
        "moved": "moved",
        "what_verdict": "verdict",
        "what_sign": "sign",
        "what_coefficient": "coefficient",
        "counts": "Of {n} verdicts computed, {verdicts} changed their word; {signs} headlines changed sign, "
        "{coefficients} changed at all.",
        "drivers": "Which revisions drove them: the headline with one province-year put back as it was",
        "driver": "{province} {year} ({columns}) {without}",
        "nodriver": "no within regression: its drivers cannot be told cell by cell",
        "failed": "cannot be computed on the new figures: {error}",
        "largest": "Largest revisions",
    },
    "zh": {
        "same": "库中数据没有改动任何论断所用的数值。",
        "cells": "新数据：新增{new}，修订{revised}，消失{gone}。",
        "stands": "{key}：以{new}取代{old}",
        "unread": "没有论断使用：{keys}",
        "claim": "论断",
        "verdict": "结论",
        "estimate": "估计值",
        "moved": "变动",
        "what_verdict": "结论",
        "what_sign": "符号",
        "what_coefficient": "系数",
        "counts": "已计算的{n}个结论中，{verdicts}个结论改变，{signs}个估计值变号，{coefficients}个有变动。",
        "drivers": "变动来自哪些修订：将某省某年恢复原值后的估计值",
        "driver": "{province}{year}（{columns}）{without}",
        "nodriver": "并非组内回归，无法逐格说明来源",
        "failed": "新数据下未能计算：{error}",
        "largest": "最大的修订",
    },
}


def revised_page(found: FigureComparison, language: Language) -> RenderableType:
    """Return what the new figures move: a table of the verdicts that moved, and the cells behind each."""
    words = _WORDS[language]
    parts: list[RenderableType] = [*_about(found, words)]
    if found.figures.changes.empty:
        return Group(*parts, Text(words["same"]))
    moved = [one for one in found.verdicts if one.coefficient_moved or one.verdict_moved or _failed(one)]
    if moved:
        parts += [_table(moved, words, language), Text(words["drivers"], style="bold")]
        parts += [_drivers(one, words, language) for one in moved]
    computed = [one for one in found.verdicts if one.old.tested is not None]
    counts = {
        "n": len(computed),
        "verdicts": sum(one.verdict_moved for one in computed),
        "signs": sum(one.sign_moved for one in computed),
        "coefficients": sum(one.coefficient_moved for one in computed),
    }
    return Group(
        *parts, Text(words["counts"].format(**counts)), *_largest(found.figures.changes, words, language)
    )


def _about(found: FigureComparison, words: Mapping[str, str]) -> list[Text]:
    counts = found.figures.changes["status"].value_counts()
    lines = [words["cells"].format(**{k: int(counts.get(k, 0)) for k in ("new", "revised", "gone")})]
    lines += [words["stands"].format(key=k, old=o, new=n) for k, (o, n) in found.figures.stands_for.items()]
    if found.figures.unread:
        lines.append(words["unread"].format(keys=", ".join(found.figures.unread[:_LARGEST])))
    return [Text(line) for line in lines]


def _failed(one: Moved) -> bool:
    return one.new.error is not None and one.old.error is None


def _table(moved: list[Moved], words: Mapping[str, str], language: Language) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("claim", "verdict", "estimate", "moved"):
        table.add_column(words[name], overflow="fold")
    for one in moved:
        old, new = one.estimates
        word = verdict_word(one.new.word, one.new.registered.claim.status, language)
        if one.verdict_moved:
            word = f"{verdict_word(one.old.word, one.old.registered.claim.status, language)} → {word}"
        kinds = [
            words[f"what_{kind}"]
            for kind, hit in (
                ("verdict", one.verdict_moved),
                ("sign", one.sign_moved),
                ("coefficient", one.coefficient_moved),
            )
            if hit
        ]
        style = "bold" if one.verdict_moved or one.sign_moved else ""
        table.add_row(_name(one), word, f"{number(old)} → {number(new)}", ", ".join(kinds), style=style)
    return table


def _name(one: Moved) -> str:
    return " ".join(
        [one.new.claim, *(part.id for part in (one.new.reading, one.new.design) if part is not None)]
    )


def _drivers(one: Moved, words: Mapping[str, str], language: Language) -> Text:
    """Return one line: the headline without each of the strongest revisions."""
    if _failed(one):
        said = words["failed"].format(error=one.new.error)
    elif one.drivers is None:
        said = words["nodriver"]
    else:
        english = labels_of("en")
        names = {str(english[code]): str(name) for code, name in labels_of(language).items()}
        said = "; ".join(
            words["driver"].format(province=names.get(str(p), p), year=y, columns=c, without=number(float(w)))
            for p, y, c, w, _ in one.drivers.head(DRIVERS).itertuples(index=False)
        )
    return Text(f"  {_name(one)}: {said}")


def _largest(changes: pd.DataFrame, words: Mapping[str, str], language: Language) -> list[RenderableType]:
    revised = changes[changes["status"] == "revised"]
    if revised.empty:
        return []
    names = {**labels_of("zh" if language == "zh" else "en"), NATION: "China"}
    order = (-revised["percent"].abs()).argsort(kind="stable")
    columns = ["indicator", "adcode", "period", "old", "new", "percent"]
    lines = [
        f"{key} {names.get(int(code), code)} {period}: {old:.10g} → {new:.10g} ({percent:+.2f} %)"
        for key, code, period, old, new, percent in revised.iloc[order]
        .head(_LARGEST)[columns]
        .to_numpy()
        .tolist()
    ]
    return [Text(words["largest"], style="bold"), *(Text(f"  {line}") for line in lines)]
