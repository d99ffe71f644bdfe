"""What is known of a new claim, as options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from panelkit.cli._written import named_in

_IN_CHINESE = "_zh"


@dataclass(frozen=True)
class Known:
    """The fields that most claims have, and any other by `--set`."""

    kind: Annotated[
        str | None, typer.Option("--kind", help="Kind of design: panel unless said. 设计类型，默认 panel。")
    ] = None
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            help="Verdict rule; the kind's usual one unless said. 判定规则，默认为该类型的常用规则。",
        ),
    ] = None
    says: Annotated[
        str | None, typer.Option("--says", help="The claim in your own words. 论断（用自己的话）。")
    ] = None
    says_zh: Annotated[
        str | None,
        typer.Option(
            "--says-zh",
            help="The same in Chinese; else --says stands in both. 中文表述；省略则与 --says 相同。",
        ),
    ] = None
    title: Annotated[str | None, typer.Option("--title", help="Title of the document. 文献标题。")] = None
    authors: Annotated[
        str | None, typer.Option("--authors", help="Its authors, by semicolons. 作者，以分号分隔。")
    ] = None
    section: Annotated[
        str | None, typer.Option("--section", help="Where the claim stands. 论断所在章节。")
    ] = None
    phrase: Annotated[
        str | None, typer.Option("--phrase", help="A phrase to find it by. 便于查找的短语。")
    ] = None
    years: Annotated[
        str | None, typer.Option("--years", help="Sample: 2011-2020, or 2011-newest. 样本年份。")
    ] = None
    outcome: Annotated[
        str | None, typer.Option("--outcome", help="Formula of the outcome. 被解释变量的公式。")
    ] = None
    treatment: Annotated[
        str | None, typer.Option("--treatment", help="Formula of the treatment. 处理变量的公式。")
    ] = None
    controls: Annotated[
        str | None,
        typer.Option("--controls", help="Formulas of controls, by commas. 控制变量的公式，以逗号分隔。"),
    ] = None
    sign: Annotated[
        str | None, typer.Option("--sign", help="Claimed direction, + or -. 论断的方向，+ 或 -。")
    ] = None
    value: Annotated[
        str | None,
        typer.Option("--value", help="Claimed number or bound, as printed. 论断的数值或界限，按印刷原样。"),
    ] = None
    relation: Annotated[
        str | None, typer.Option("--relation", help="Of a bound: <, <=, > or >=. 与界限的关系。")
    ] = None
    smallest: Annotated[
        str | None,
        typer.Option(
            "--smallest",
            help="Smallest effect that matters; none: the rule's own. 最小关注效应；none 为规则默认。",
        ),
    ] = None
    why: Annotated[str | None, typer.Option("--why", help="Reason of the bound. 界限的理由。")] = None
    why_zh: Annotated[str | None, typer.Option("--why-zh", help="The same in Chinese. 界限理由的中文。")] = (
        None
    )
    also: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="NAME=VALUE: any other field, rule.at_most=PARTLY, mediators=log(m); repeatable. "
            "其他字段：名称=值，可重复。",
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return what is known by field; a sentence in both languages as two."""
        found: dict[str, Any] = {}
        for name, text in vars(self).items():
            if name in ("kind", "rule", "also") or text is None:
                continue
            if name.endswith(_IN_CHINESE):
                found[f"{name.removesuffix(_IN_CHINESE)}.zh"] = text
            elif getattr(self, name + _IN_CHINESE, None) is not None:
                found[f"{name}.en"] = text
            else:
                found[name] = text
        return found | dict(named_in(text, "--set") for text in self.also or ())
