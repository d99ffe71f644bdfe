"""Claims on old and new figures, on a terminal: what moved, and which revised cells drove it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from panelkit.claims.revisions import DRIVERS, FigureComparison, Moved
from panelkit.data.provinces import NATION, labels_of
from panelkit.report.narrow import prose
from panelkit.report.numbers import moved as moved_numbers
from panelkit.report.words import verdict_word
from panelkit.results.fit import Language
from panelkit.show.digits import figures, pair, signed_percent
from panelkit.show.words import in_language

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
        "what_status": "whether it can be computed",
        "no_longer": "was {word}; cannot be computed on the new figures",
        "only_now": "could not be computed on the shipped figures; now {word}",
        "neither": "could not be computed",
        "what_sign": "sign",
        "what_coefficient": "coefficient",
        "counts": "Of {n} verdicts computed, {verdicts} changed their word; {signs} headlines changed sign, "
        "{coefficients} changed at all.",
        "statuses": "{n} designs can be computed on one side only.",
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
        "what_status": "可否计算",
        "no_longer": "原为{word}；新数据下未能计算",
        "only_now": "随附数据下未能计算；现为{word}",
        "neither": "未能计算",
        "what_sign": "符号",
        "what_coefficient": "系数",
        "counts": "已计算的{n}个结论中，{verdicts}个结论改变，{signs}个估计值变号，{coefficients}个有变动。",
        "statuses": "{n}个设计仅在一侧数据下可以计算。",
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
        return prose(*parts, Text(words["same"]))
    moved = [one for one in found.verdicts if one.coefficient_moved or one.verdict_moved or one.status_moved]
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
    said = [Text(words["counts"].format(**counts))]
    statuses = sum(one.status_moved for one in found.verdicts)
    if statuses:
        said.append(Text(words["statuses"].format(n=statuses)))
    return prose(*parts, *said, *_largest(found.figures.changes, words, language))


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
        kinds = [
            words[f"what_{kind}"]
            for kind, hit in (
                ("status", one.status_moved),
                ("verdict", one.verdict_moved),
                ("sign", one.sign_moved),
                ("coefficient", one.coefficient_moved),
            )
            if hit
        ]
        style = "bold" if one.verdict_moved or one.status_moved or one.sign_moved else ""
        table.add_row(
            _name(one),
            _verdicts(one, words, language),
            moved_numbers(old, new),
            ", ".join(kinds),
            style=style,
        )
    return table


def _verdicts(one: Moved, words: Mapping[str, str], language: Language) -> str:
    """Return the verdict, both verdicts where it changed, or in words that one of them is none."""
    said = [
        None if item.word is None else verdict_word(item.word, "computed", language)
        for item in (one.old, one.new)
    ]
    old, new = said
    if old is not None and new is not None:
        return f"{old} → {new}" if old != new else new
    if old is None and new is None:
        return (
            words["neither"]
            if one.new.error
            else verdict_word(None, one.new.registered.claim.status, language)
        )
    return words["no_longer"].format(word=old) if new is None else words["only_now"].format(word=new)


def _name(one: Moved) -> str:
    return " ".join(
        [one.new.claim, *(part.id for part in (one.new.reading, one.new.design) if part is not None)]
    )


def _drivers(one: Moved, words: Mapping[str, str], language: Language) -> Text:
    """Return one line: the headline without each of the strongest revisions."""
    if _failed(one):
        said = words["failed"].format(error=in_language(str(one.new.error), language))
    elif one.drivers is None:
        said = words["nodriver"]
    else:
        english = labels_of("en")
        names = {str(english[code]): str(name) for code, name in labels_of(language).items()}
        said = "; ".join(
            words["driver"].format(province=names.get(str(p), p), year=y, columns=c, without=without)
            for (p, y, c, _, _), without in zip(
                one.drivers.head(DRIVERS).itertuples(index=False), _without(one), strict=True
            )
        )
    return Text(f"  {_name(one)}: {said}")


def _without(one: Moved) -> list[str]:
    """Return the headlines with one province-year put back, in digits that tell them from the headline."""
    if one.drivers is None:
        return []
    values = [float(value) for value in one.drivers["without"].head(DRIVERS)]
    return [pair(value, one.estimates[1])[0] for value in values]


def _largest(changes: pd.DataFrame, words: Mapping[str, str], language: Language) -> list[RenderableType]:
    revised = changes[changes["status"] == "revised"]
    if revised.empty:
        return []
    names = {**labels_of("zh" if language == "zh" else "en"), NATION: "China"}
    order = (-revised["percent"].abs()).argsort(kind="stable")
    columns = ["indicator", "adcode", "period", "old", "new", "percent"]
    lines = [
        f"{key} {names.get(int(code), code)} {period}: {' → '.join(figures(old, new))} ({signed_percent(percent)})"
        for key, code, period, old, new, percent in revised.iloc[order]
        .head(_LARGEST)[columns]
        .to_numpy()
        .tolist()
    ]
    return [Text(words["largest"], style="bold"), *(Text(f"  {line}") for line in lines)]
