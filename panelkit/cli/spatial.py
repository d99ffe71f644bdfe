"""`panelkit spatial`: Moran's I, LM tests, spatial panels, their impacts, and how much hangs on the weights."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._data import Rows, refuse, rows_of
from panelkit.cli._options import (
    DataOption,
    JsonOption,
    Lags,
    LagsOption,
    Lang,
    LangOption,
    OutOption,
    ProvincesOption,
    SheetOption,
    ShippedYearsOption,
    TimeOption,
    UnitOption,
    VintageOption,
    WhereOption,
    terminal_width,
)
from panelkit.cli.index import print_written
from panelkit.language.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.models.spatial.fit import SpatialFit
    from panelkit.models.spatial.panel import SpatialPanel
    from panelkit.spatial.weights import Weights

app = typer.Typer(
    help="Spatial dependence and spatial panels. 空间自相关与空间面板模型。",
    no_args_is_help=True,
    add_completion=False,
)


class ModelChoice(StrEnum):
    """The models."""

    sar = "sar"
    sem = "sem"
    sdm = "sdm"
    slx = "slx"
    sdem = "sdem"
    sac = "sac"


class EffectsChoice(StrEnum):
    """Which effects are swept out."""

    none = "none"
    unit = "unit"
    time = "time"
    twoway = "twoway"


class MethodChoice(StrEnum):
    """Where the errors of impacts come from."""

    delta = "delta"
    draws = "draws"
    bootstrap = "bootstrap"


WeightsOption = Annotated[
    str,
    typer.Option(
        "--w",
        help="contiguity, inverse-distance, inverse-distance-2, nearest-4 (of provinces), or a file: CSV, GAL, GWT. "
        "空间权重矩阵。",
    ),
]
ModelOption = Annotated[ModelChoice, typer.Option("--model", help="sar, sem, sdm, slx, sdem or sac. 模型。")]
EffectsOption = Annotated[EffectsChoice, typer.Option("--effects", help="Fixed effects. 固定效应。")]
ConventionOption = Annotated[
    str, typer.Option("--convention", help="lee-yu, lsdv, splm or elhorst. 估计口径。")
]
VcovOption = Annotated[
    str, typer.Option("--vcov", help="information, hessian, qml, cluster, cluster-scores, driscoll-kraay.")
]
MissingOption = Annotated[
    str, typer.Option("--missing", help="raise, drop-unit or drop-year. 缺失值处理方式。")
]
FormulaArgument = Annotated[
    str, typer.Argument(help="Outcome and regressors: 'log(gdp/population) ~ log(rd_expenditure/gdp)'")
]
SeedOption = Annotated[int, typer.Option(min=0, help="Seed. 随机种子。")]


@app.command("moran")
def run_moran(
    ctx: typer.Context,
    variable: Annotated[
        str, typer.Argument(help="An indicator or an expression: 'patents_granted/population'")
    ],
    years: ShippedYearsOption = None,
    w: WeightsOption = "contiguity",
    within: Annotated[
        bool, typer.Option("--within", help="Take each province's mean out first. 先去省份均值。")
    ] = False,
    permutations: Annotated[int, typer.Option(min=99)] = 9999,
    seed: SeedOption = 0,
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Moran's I of every year with permutation inference; map and scatter of the last year. 莫兰指数。"""
    import pandas as pd

    from panelkit.models.reading import read_design
    from panelkit.show.words import in_language
    from panelkit.spatial.moran import local_moran, moran

    rows = _rows(ctx, f"{variable} ~ 1")
    design = read_design(f"{variable} ~ 1", rows.frame, where=rows.where)
    series = pd.Series(design.y, index=design.labels(), name=variable)
    weights = _weights(w, list(design.unit_labels))
    centring = "unit" if within else "none"
    table = moran(series, weights, centring=centring, permutations=permutations, rng=seed)  # type: ignore[arg-type]
    notes = [
        *(in_language(note, lang.language) for note in weights.for_model().said),
        *_moran_notes(permutations, seed, within, lang),
        *(in_language(note, lang.language) for note in design.notes),
    ]
    if as_json:
        typer.echo(_dump({"rows": _records(table.reset_index()), "notes": notes}))
    else:
        _echo_frame(
            _renamed(table[["I", "expected", "z", "p_permutation", "p_two_sided"]], lang), notes, lang
        )
    if out is not None:
        found = local_moran(series, weights, permutations=permutations, rng=seed)
        paths = _write_tables({"moran": table.reset_index(), "local_moran": found.table.reset_index()}, out)
        if _all_provinces(list(design.unit_labels)):
            paths.append(found.map(language=lang.language).save(out / "lisa.svg"))
        paths.append(found.scatter(language=lang.language).save(out / "moran_scatter.svg"))
        print_written(paths, quiet=as_json)


@app.command("lm")
def run_lm(
    ctx: typer.Context,
    formula: FormulaArgument,
    years: ShippedYearsOption = None,
    w: WeightsOption = "contiguity",
    effects: EffectsOption = EffectsChoice.twoway,
    form: Annotated[
        str, typer.Option("--form", help="transformed, or elhorst (over-rejects with time effects).")
    ] = "transformed",
    missing: MissingOption = "raise",
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """LM and robust LM tests for a spatial lag and a spatial error. 拉格朗日乘数检验。"""
    from panelkit.models.spatial.lm_tests import spatial_lm_tests

    rows = _rows(ctx, formula)
    tests = spatial_lm_tests(
        formula,
        rows.frame,
        _weights(w, _units(rows.frame)),
        effects=effects.value,
        form=form,  # type: ignore[arg-type]
        missing=missing,  # type: ignore[arg-type]
        where=rows.where,
    )
    _echo_tests(tests, as_json, lang)


@app.command("fit")
def run_fit(
    ctx: typer.Context,
    formula: FormulaArgument,
    years: ShippedYearsOption = None,
    w: WeightsOption = "contiguity",
    model: ModelOption = ModelChoice.sdm,
    effects: EffectsOption = EffectsChoice.twoway,
    convention: ConventionOption = "lee-yu",
    durbin: Annotated[
        str | None, typer.Option(help="Regressors with a spatial lag: 'x1; x2'. 默认全部。")
    ] = None,
    vcov: VcovOption = "information",
    missing: MissingOption = "raise",
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Fit a spatial panel; tests of the Durbin model below it. 估计空间面板模型。"""
    fit = _fit(
        ctx,
        formula,
        w,
        model,
        effects,
        convention,
        durbin,
        vcov,
        missing,
    )
    tests = fit.reduction_tests()
    if as_json:
        content = {
            "estimates": _records(fit.tidy()),
            "facts": _plain(dict(fit.glance())),
            "notes": list(fit.notes),
            "tests": [_test_row(test) for test in tests],
        }
        typer.echo(_dump(content))
    else:
        from panelkit.show.tables import to_text

        typer.echo(to_text([fit], language=lang.language, width=terminal_width()))
        _echo_tests([test for test in tests if test.applicable], False, lang)
    if out is not None:
        paths = _write_tables({"estimates": fit.tidy()}, out)
        fit.to_latex(out / "estimates.tex", language=lang.language)
        fit.to_docx(out / "estimates.docx", language=lang.language)
        print_written([*paths, out / "estimates.tex", out / "estimates.docx"], quiet=as_json)


@app.command("impacts")
def run_impacts(
    ctx: typer.Context,
    formula: FormulaArgument,
    years: ShippedYearsOption = None,
    w: WeightsOption = "contiguity",
    model: ModelOption = ModelChoice.sdm,
    effects: EffectsOption = EffectsChoice.twoway,
    convention: ConventionOption = "lee-yu",
    durbin: Annotated[
        str | None, typer.Option(help="Regressors with a spatial lag: 'x1; x2'. 默认全部。")
    ] = None,
    vcov: VcovOption = "information",
    missing: MissingOption = "raise",
    method: Annotated[
        MethodChoice, typer.Option("--method", help="delta, draws or bootstrap.")
    ] = MethodChoice.draws,
    reps: Annotated[int | None, typer.Option(min=99, help="Draws. 抽样次数。")] = None,
    orders: Annotated[int, typer.Option(min=0, help="Also partition by so many orders. 按阶分解。")] = 0,
    seed: SeedOption = 0,
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """Direct, indirect and total impacts with errors; maps of who radiates and who receives. 效应分解。"""
    if method is MethodChoice.delta:
        for name in ("seed", "reps"):
            refuse(ctx, name, "belongs to draws, and --method delta makes none: leave it out")
    fit = _fit(
        ctx,
        formula,
        w,
        model,
        effects,
        convention,
        durbin,
        vcov,
        missing,
    )
    found = fit.impacts(method.value, reps=reps, rng=seed)
    partition = found.by_order(orders).tidy() if orders else None
    if as_json:
        content: dict[str, Any] = {"impacts": _records(found.tidy()), "notes": list(found.notes)}
        if partition is not None:
            content["orders"] = _records(partition)
        typer.echo(_dump(content))
    else:
        _echo_by_term(found.tidy(), [*found.notes, *fit.notes], lang)
        if partition is not None:
            _echo_by_term(partition, [], lang)
    if out is not None:
        print_written(_write_impacts(fit, found, out, lang), quiet=as_json)


@app.command("sensitivity")
def run_sensitivity(
    ctx: typer.Context,
    formula: FormulaArgument,
    years: ShippedYearsOption = None,
    model: ModelOption = ModelChoice.sdm,
    effects: EffectsOption = EffectsChoice.twoway,
    convention: ConventionOption = "lee-yu",
    income: Annotated[
        str | None,
        typer.Option(
            help="An expression for economic weights (period mean): 'gdp/population'. 经济距离所用变量。"
        ),
    ] = None,
    placebo: Annotated[
        int,
        typer.Option(
            min=0, help="Permutations of province labels under contiguity; 0: none. 安慰剂检验次数。"
        ),
    ] = 0,
    missing: MissingOption = "raise",
    seed: SeedOption = 0,
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    out: OutOption = None,
    as_json: JsonOption = False,
    lang: LangOption = Lang.en,
) -> None:
    """One model under every provincial W, and a placebo of permuted provinces. 权重矩阵敏感性与安慰剂检验。"""
    import pandas as pd

    from panelkit.models.spatial.sensitivity import placebo as run_placebo
    from panelkit.models.spatial.sensitivity import provincial_weights, weights_sensitivity
    from panelkit.panel.provenance import Note

    if not placebo:
        refuse(
            ctx, "seed", "is the seed of the placebo, and none is asked for: give --placebo, or leave it out"
        )
    rows = _rows(ctx, formula if income is None else f"{formula} + I({income})")
    frame, units = rows.frame, _units(rows.frame)
    _refuse_strangers(units, "spatial sensitivity compares weights of provinces")
    spec = _spec(formula, model, effects, convention, None, "information", missing, rows.where)
    mean = None if income is None else _income(income, rows)
    found = weights_sensitivity(spec, frame, provincial_weights(units, mean))
    calm = None
    if placebo:
        calm = run_placebo(spec, frame, _weights("contiguity", units), permutations=placebo, rng=seed)
    columns = [
        "weights",
        "term",
        "rho",
        "rho_p",
        "direct",
        "direct_p",
        "indirect",
        "indirect_p",
        "total",
        "total_p",
    ]
    notes = found.notes
    if as_json:
        content: dict[str, Any] = {
            "rows": _records(found.table),
            "failures": dict(found.failures),
            "notes": notes,
        }
        if calm is not None:
            content["placebo"] = _records(calm.table().reset_index())
            content |= {"placebo_permutations": placebo, "placebo_failed": calm.failed}
        typer.echo(_dump(content))
    else:
        if _width() < _ROOMY:  # the p-value that R-SPILL reads stays
            columns = ["weights", "term", "rho", "direct", "indirect", "indirect_p", "total"]
        _echo_by_term(found.table[columns], notes, lang)
        if calm is not None:
            dealt = Note(f"{placebo} permutations, seed {seed}", f"{placebo} 次置换，种子 {seed}")
            _echo_by_term(
                calm.table().reset_index(), [dealt, *calm.notes[: len(calm.notes) - len(calm.said)]], lang
            )
    if out is not None:
        tables = {"sensitivity": found.table}
        if found.failures:
            lost = list(found.failures.items())
            tables["not_computed"] = pd.DataFrame(lost, columns=["weights", "failed"])
        if calm is not None:
            tables["placebo"] = calm.table().assign(failed=calm.failed).reset_index()
        paths = _write_tables(tables, out)
        for at, term in enumerate(dict.fromkeys(found.table["term"])):
            paths.append(
                found.plot(term, language=lang.language, title=term).save(out / f"indirect_{at + 1}.svg")
            )
        print_written(paths, quiet=as_json)


def _fit(
    ctx: typer.Context,
    formula: str,
    w: str,
    model: ModelChoice,
    effects: EffectsChoice,
    convention: str,
    durbin: str | None,
    vcov: str,
    missing: str,
) -> SpatialFit:
    rows = _rows(ctx, formula)
    spec = _spec(formula, model, effects, convention, durbin, vcov, missing, rows.where)
    return spec.fit(rows.frame, _weights(w, _units(rows.frame)))


def _spec(
    formula: str,
    model: ModelChoice,
    effects: EffectsChoice,
    convention: str,
    durbin: str | None,
    vcov: str,
    missing: str,
    where: str | None,
) -> SpatialPanel:
    from panelkit.covariance.by_name import vcov_named
    from panelkit.kernels.capabilities import LIKELIHOOD
    from panelkit.models.spatial.panel import SpatialPanel

    parts = None if durbin is None else tuple(part.strip() for part in durbin.split(";") if part.strip())
    return SpatialPanel(
        formula,
        model.value,
        effects.value,
        convention,  # type: ignore[arg-type]
        durbin=parts,
        vcov=vcov_named(vcov, LIKELIHOOD),
        missing=missing,  # type: ignore[arg-type]
        where=where,
    )


def _rows(ctx: typer.Context, formula: str) -> Rows:
    """Return the user's panel, or the shipped figures that the formula names, 2011 to 2022 unless asked."""
    from panelkit.formula.formula import parse_formula

    return rows_of(ctx, [parse_formula(formula)], shipped_years=_SHIPPED_YEARS)


def _units(frame: pd.DataFrame) -> list[Hashable]:
    """Return the units, each province once, without totals and regions: those that weights stand for."""
    from panelkit.data.user.places import provincial_rows

    return list(provincial_rows(frame)[0].index.get_level_values(0).unique())


def _all_provinces(units: Sequence[Hashable]) -> bool:
    from panelkit.data.provinces import lookup_many

    return all(place is not None and place.kind == "province" for place in lookup_many(units))


def _refuse_strangers(units: Sequence[Hashable], what: str) -> None:
    from panelkit.data.provinces import lookup_many

    strangers = [
        str(unit)
        for unit, place in zip(units, lookup_many(units), strict=True)
        if place is None or place.kind != "province"
    ]
    if strangers:
        shown = ", ".join(strangers[:_SHOWN]) + (", ..." if len(strangers) > _SHOWN else "")
        raise SpecError(
            f"{what}, and units of the panel are no provinces ({shown}): name the file of your own weights, "
            "--w FILE.csv (.gal, .gwt), in fit, impacts, lm or moran"
        )


def _weights(text: str, units: Sequence[Hashable]) -> Weights:
    from panelkit.spatial import provincial
    from panelkit.spatial.weights import as_weights

    name, _, number = text.partition("-")
    power = text.removeprefix("inverse-distance-")
    is_power = power != text and power.replace(".", "", 1).isdigit()
    if text in ("contiguity", "inverse-distance") or is_power or (name == "nearest" and number.isdigit()):
        _refuse_strangers(units, f"--w {text} is a matrix of provinces")
    if text == "contiguity":
        return provincial.contiguity(list(units))
    if text == "inverse-distance":
        return provincial.inverse_distance(provinces=list(units))
    if is_power:
        return provincial.inverse_distance(float(power), provinces=list(units))
    if name == "nearest" and number.isdigit():
        return provincial.nearest(int(number), provinces=list(units))
    if Path(text).suffix.lower() in _FILES or Path(text).is_file():
        weights = as_weights(text)
        return weights if weights.normalisation != "none" else weights.normalised("row")
    raise SpecError(
        f"--w {text!r}: write contiguity, inverse-distance, inverse-distance-2, nearest-4, "
        "or name a .csv, .gal or .gwt file"
    )


def _income(expression: str, rows: Rows) -> pd.Series:
    import pandas as pd

    from panelkit.models.reading import read_design

    design = read_design(f"{expression} ~ 1", rows.frame, where=rows.where)
    values = pd.Series(design.y, index=design.labels(), name=expression)
    means: pd.Series = values.groupby(level=0).mean()
    return means


_SHIPPED_YEARS = (2011, 2022)
_FILES = (".csv", ".gal", ".gwt", ".xlsx", ".xls", ".dta")
_SHOWN = 5
_WIDEST = 140
_ROOMY = 118  # columns that impacts of long regressors and tests with their nulls take
_SENT = {"radiated": ("radiated", "辐射效应"), "received": ("received", "接收效应")}
_WORDS = {
    "I": ("Moran's I", "莫兰指数"),
    "expected": ("expected", "期望"),
    "p_permutation": ("p, one-sided", "p（单侧）"),
    "p_two_sided": ("p, two-sided", "p（双侧）"),
    "equation": ("effect", "效应"),
    "effect": ("effect", "效应"),
    "term": ("term", "变量"),
    "estimate": ("estimate", "估计值"),
    "std_error": ("std. error", "标准误"),
    "p_value": ("p", "p 值"),
    "conf_low": ("low", "下限"),
    "conf_high": ("high", "上限"),
    "weights": ("weights", "权重矩阵"),
    "rho": ("spatial rho", "空间 rho"),
    "direct": ("direct", "直接效应"),
    "indirect": ("indirect", "间接效应"),
    "total": ("total", "总效应"),
    "direct_p": ("p", "p 值"),
    "indirect_p": ("p ", "p 值 "),
    "total_p": ("p  ", "p 值  "),
    "rho_p": ("p   ", "p 值   "),
    "observed": ("observed", "实际值"),
    "placebo_low": ("placebo 2.5 %", "安慰剂 2.5 %"),
    "placebo_high": ("placebo 97.5 %", "安慰剂 97.5 %"),
}


def _renamed(frame: pd.DataFrame, lang: Lang) -> pd.DataFrame:
    at = 1 if lang is Lang.zh else 0
    kinds = {"direct": _WORDS["direct"][at], "indirect": _WORDS["indirect"][at], "total": _WORDS["total"][at]}
    shown = frame.copy()
    for column in ("equation", "effect"):
        if column in shown.columns:
            shown[column] = shown[column].replace(kinds)
    return shown.rename(columns={key: pair[at] for key, pair in _WORDS.items()})


def _moran_notes(permutations: int, seed: int, within: bool, lang: Lang) -> list[str]:
    if lang is Lang.zh:
        centred = "，已去省份均值" if within else "；水平值主要反映固定的地理格局，可加 --within"
        return [f"{permutations} 次置换，种子 {seed}{centred}"]
    centred = (
        "; provinces' own means taken out" if within else "; levels mostly show the fixed map, see --within"
    )
    return [f"{permutations} permutations, seed {seed}{centred}"]


def _echo_frame(frame: pd.DataFrame, notes: Sequence[str], lang: Lang, *, index: bool = True) -> None:
    from panelkit.show.tables import frame_table
    from panelkit.show.words import in_language

    text = frame_table(
        frame,
        language=lang.language,
        notes=[in_language(note, lang.language) for note in dict.fromkeys(notes)],
        index=index,
        decimals=4,
        format="text",
        width=_width(),
    )
    typer.echo(text)


def _width() -> int:
    return terminal_width(_WIDEST)


def _echo_by_term(frame: pd.DataFrame, notes: Sequence[str], lang: Lang) -> None:
    """Print one table, or in a narrow terminal one a regressor, so that no digit is cut off."""
    shown = _renamed(frame.drop(columns="statistic", errors="ignore"), lang)
    if _width() >= _ROOMY:
        _echo_frame(shown, notes, lang, index=False)
        return
    term = _WORDS["term"][lang is Lang.zh]
    names = list(dict.fromkeys(shown[term]))
    for name in names:
        typer.echo(f" {name}")
        part = shown[shown[term] == name].drop(columns=term)
        _echo_frame(part, notes if name == names[-1] else [], lang, index=False)


def _echo_tests(tests: Any, as_json: bool, lang: Lang) -> None:
    if as_json:
        typer.echo(_dump([_test_row(test) for test in tests]))
        return
    from panelkit.show.tables import frame_of_tests

    notes = list(dict.fromkeys(note for test in tests for note in test.notes))
    frame = frame_of_tests(list(tests), language=lang.language)
    if _width() < _ROOMY:
        nulls = frame.iloc[:, -1]
        frame = frame.iloc[:, :-1]
        heading = "原假设" if lang is Lang.zh else "null hypotheses"
        listed = [f"{name}: {null}" for name, null in nulls.items()]
        notes = [*notes, f"{heading}: " + "; ".join(listed)]
    _echo_frame(frame, notes, lang)


def _test_row(test: Any) -> dict[str, Any]:
    return {
        "name": test.name,
        "null": test.null,
        "statistic": test.statistic if test.applicable else None,
        "df": list(test.df),
        "p_value": test.p_value if test.applicable else None,
        "reason": test.reason,
        "facts": _plain(dict(test.facts)),
        "notes": list(test.notes),
    }


def _write_impacts(fit: SpatialFit, found: Any, out: Path, lang: Lang) -> list[Path]:
    tables = {"impacts": found.tidy()}
    paths = []
    for at, term in enumerate(dict.fromkeys(found.terms)):
        tables[f"provinces_{at + 1}"] = found.by_province(term).reset_index()
        if _all_provinces(list(fit.sample.ids)):
            for which in ("radiated", "received"):
                figure = found.map(
                    term, which, language=lang.language, title=f"{term}: {_SENT[which][lang is Lang.zh]}"
                )
                paths.append(figure.save(out / f"{which}_{at + 1}.svg"))
    return [*_write_tables(tables, out), *paths]


def _write_tables(tables: dict[str, pd.DataFrame], out: Path) -> list[Path]:
    from panelkit.show.files import csv_text, write_whole

    return [write_whole(out / f"{name}.csv", csv_text(table)) for name, table in tables.items()]


def _records(frame: pd.DataFrame) -> Any:
    return json.loads(frame.to_json(orient="records", force_ascii=False, double_precision=12))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.item() if hasattr(value, "item") else value for key, value in values.items()}


def _dump(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)
