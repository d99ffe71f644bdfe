"""`panelkit fit`: a regression on the shipped figures or on a file of one's own, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._after import (
    Coefficients,
    Effects,
    check_after,
    made_after,
    print_after,
    write_predictions,
)
from panelkit.cli._chosen import refuse
from panelkit.cli._commands import command
from panelkit.cli._data import rows_of
from panelkit.cli._fit_slopes import SLOPES, Shocks, refuse_idle_shocks, slopes_spec
from panelkit.cli._options import SampleOptions
from panelkit.cli._printing import narrow_terminal
from panelkit.cli._table_options import TableOptions, format_of, refuse_look, refuse_tex_label, write_table
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message
from panelkit.language.register import entries, entry_of, find

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.formula.formula import Formula
    from panelkit.results.fit import FitResult, TestResult
    from panelkit.studies.scrutiny.door import Scrutinised

app = typer.Typer(add_completion=False)

_FIRST = ("fixed_effects", "pooled", "random_effects", "between", "first_difference", "instrumental")
_LINEAR = [entry.key for entry in entries("estimator") if entry.family == "linear"]
MODELS = (*_FIRST, *(key for key in _LINEAR if key not in _FIRST), *SLOPES)


@dataclass(frozen=True)
class Estimator:
    """Which model, and which covariance."""

    model: Annotated[str, typer.Option("--model", help=f"{', '.join(MODELS)}. 模型。")] = "fixed_effects"
    effects: Annotated[
        str | None,
        typer.Option("--effects", help="twoway, unit, time or none; the model's default if absent. 效应。"),
    ] = None
    vcov: Annotated[
        str,
        typer.Option(
            "--vcov",
            help="CRV3, CR2, Cluster(column), TwoWayCluster, Robust, Iid, DriscollKraay(lags), Conley(km). 协方差。",
        ),
    ] = "CRV3"
    convention: Annotated[
        str,
        typer.Option(
            "--convention",
            help="reghdfe, fixest, xtreg, lsdv, linearmodels, plm, plm-sss; with instruments also ivregress, ivreg2, "
            "ivreghdfe, xtivreg2, xtivreg2-small. 小样本的计算惯例。",
        ),
    ] = "reghdfe"
    weights: Annotated[
        str | None,
        typer.Option(
            "--weights",
            help='Weights of rows: "aw=population" (analytic), "fw=n" (frequency) or "pw=w" (sampling). '
            "观测权重：aw 分析权重，fw 频数权重，pw 抽样权重。",
        ),
    ] = None
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            help="With instruments: 2sls, liml or fuller; 2sls if absent. 工具变量的估计方法。",
        ),
    ] = None
    alpha: Annotated[
        float | None,
        typer.Option("--alpha", help="Fuller's constant, for --method fuller; 1 if absent. Fuller 常数。"),
    ] = None
    coords: Annotated[
        Path | None,
        typer.Option(
            "--coords",
            help="For Conley: a file with columns unit, lat, lon; none: provincial capitals. 坐标文件。",
        ),
    ] = None


@dataclass(frozen=True)
class Tests:
    """Which tests stand below the table."""

    wild: Annotated[
        list[str] | None,
        typer.Option(
            "--wild",
            help="Terms to test by the wild cluster bootstrap (endogenous: Anderson-Rubin), repeatable. "
            "自助法检验的项。",
        ),
    ] = None
    tests: Annotated[
        bool, typer.Option("--tests", help="Run the tests that belong to the model. 运行模型的检验。")
    ] = False
    sensitivity: Annotated[
        bool,
        typer.Option(
            "--sensitivity",
            help="Detectable effects, equivalence and robustness values of every term. 可检出效应、等效检验与稳健值。",
        ),
    ] = False
    scrutiny: Annotated[
        list[str] | None,
        typer.Option(
            "--scrutiny",
            help="Terms whose effect is held against trends, a common path, differences, regions and leads, "
            "repeatable. 逐条检验其效应的项。",
        ),
    ] = None
    regions: Annotated[
        str | None,
        typer.Option(
            "--regions",
            help="For --scrutiny: a column with the region of each unit; none: the four regions of provinces. 区域列。",
        ),
    ] = None
    seed: Annotated[int, typer.Option("--seed", help="Seed of the bootstrap. 随机种子。")] = 0


@command(app, example='fit "log(gdp/population) ~ log(rd_expenditure/gdp)" --years 2016-2022 --tests')
def fit(
    ctx: typer.Context,
    formula: Annotated[
        list[str],
        typer.Argument(
            help='One or more formulas, side by side in one table: "log(gdp) ~ log(rd)". 一个或多个公式。'
        ),
    ],
    sample: SampleOptions,
    estimator: Estimator,
    shocks: Shocks,
    tests: Tests,
    coefficients: Coefficients,
    after: Effects,
    table: TableOptions,
) -> None:
    """Fit panel regressions and print, or write, them as one table. 估计面板回归并输出表格。"""
    _refuse_idle(ctx, estimator, tests, drawn=after.bootstrap)
    refuse_look(ctx, table, printed=table.out is not None or not table.as_json)
    refuse_idle_shocks(ctx, estimator.model)
    _refuse_first_stage(ctx, estimator.model)
    chosen = format_of(table.out, table.format)
    refuse_tex_label(table, chosen)
    table.style()
    table.panels(formula)
    check_after(coefficients, after, len(formula))
    plain = [_plain(text) for text in formula]
    read = [*plain, *_weights_read(estimator.weights)]
    rows = rows_of(ctx, sample, read, change=estimator.model == "first_difference")
    places = _coordinates(estimator.coords)
    if estimator.model in SLOPES:
        models = [slopes_spec(ctx, text, estimator, shocks, rows.where) for text in formula]
    else:
        models = [_model(text, estimator, rows.where) for text in formula]
    fits = [model.fit(rows.frame, coords=places) for model in models]
    found = _wild(fits, tests.wild or [], tests.seed)
    borne = _scrutinies(fits, tests, rows.frame)
    if tests.tests:
        from panelkit.cli._fit_tests import tests_of

        found += [
            (at, test) for at, one in enumerate(fits, 1) for test in tests_of(one, estimator.model, rows)
        ]
    look = {"labels": table.style().get("labels"), "language": table.language}
    made = made_after(fits, coefficients, after, rows.frame, tests.seed, **look)
    if table.out is not None or not table.as_json:
        write_table(fits, chosen, table)
    write_predictions(fits[0], coefficients.predict, quiet=table.as_json)
    if table.as_json:
        from panelkit.cli._fit_json import print_fits

        print_fits(formula, fits, found, borne, made, table.language, sensitivity=tests.sensitivity)
        return
    if estimator.model == "instrumental":
        from panelkit.cli._fit_instruments import print_identification

        print_identification(fits, table.language)
    _print_tests(found, len(fits), table.language)
    print_after(made, len(fits), table.language)
    if tests.sensitivity:
        from panelkit.cli._fit_sensitivity import print_sensitivity

        print_sensitivity(fits, table.language)
    if borne:
        from panelkit.cli._fit_scrutiny import print_scrutinies

        print_scrutinies(borne, len(fits), table.language)


def _print_tests(found: list[tuple[int, TestResult]], columns: int, language: Language) -> None:
    """Print tests, each under the number of its column where the table has several."""
    from panelkit.show.plain import folded

    with narrow_terminal():
        for at, test in found:
            head = f"({at}) " if columns > 1 else ""
            typer.echo(folded(f"\n{head}{test.summary(language=language)}"))


def _refuse_idle(ctx: typer.Context, estimator: Estimator, tests: Tests, *, drawn: bool) -> None:
    """Refuse options that this model and covariance leave without work."""
    if not tests.wild and not tests.scrutiny and not drawn:
        said = message(
            "--seed is the seed of the bootstrap, and nothing is drawn: name a term by --wild or --scrutiny"
        )
        refuse(ctx, "seed", said)
    if not tests.scrutiny:
        said = message("--regions belongs to --scrutiny: name a term by it, or leave --regions out")
        refuse(ctx, "regions", said)
    if not estimator.vcov.strip().lower().startswith("conley"):
        said = message(
            "--coords belongs to --vcov Conley(km), and the covariance is {vcov}: leave it out",
            vcov=estimator.vcov,
        )
        refuse(ctx, "coords", said)
    if estimator.model != "instrumental":
        for name in ("method", "alpha"):
            said = message("--{option} belongs to --model instrumental: leave it out", option=name)
            refuse(ctx, name, said)
    if estimator.model == "between":
        said = message("--tests has no test that belongs to the model between: leave it out")
        refuse(ctx, "tests", said)


def _refuse_first_stage(ctx: typer.Context, model: str) -> None:
    """Refuse first stages of a model that has none."""
    if model != "instrumental":
        said = message("--first-stage is for --model instrumental, and the model is {model}", model=model)
        refuse(ctx, "first_stage", said)


def _plain(text: str) -> Formula:
    """Return a formula with its instruments as regressors: what it names, and how far it reads."""
    from panelkit.formula.formula import parse_formula

    left, *rest = text.replace("[", "").replace("]", "").split("~") if "[" in text else [text]
    return parse_formula(f"{left} ~ {' + '.join(rest)}" if rest else text)


def _weights_read(weights: str | None) -> list[Formula]:
    """Return what names the columns of the weights, where there are some."""
    from panelkit.formula.formula import parse_formula
    from panelkit.panel.weighting import weighting_of

    weighting = weighting_of(weights)
    return [] if weighting is None else [parse_formula(f"{weighting.text} ~ 1")]


def _model(formula: str, estimator: Estimator, where: str | None) -> Any:
    from panelkit.covariance.by_name import vcov_named

    key = estimator.model
    kind = find("estimator", key)
    if key not in MODELS:
        raise SpecError(
            message(
                "panelkit fit takes the models {models}; {model} has a command or a call of its own",
                models=MODELS,
                model=key,
            )
        )
    options: dict[str, Any] = {
        "vcov": vcov_named(estimator.vcov, entry_of("estimator", key).can),
        "convention": estimator.convention,
        "where": where,
        "weights": estimator.weights,
    }
    if estimator.effects is not None:
        if "effects" not in getattr(kind, "__dataclass_fields__", ()):
            raise SpecError(message("the model {model} has no --effects", model=key))
        options["effects"] = estimator.effects
    for name, value in (("method", estimator.method), ("alpha", estimator.alpha)):
        if value is not None:
            options[name] = value
    return kind(formula, **options)


def _coordinates(path: Path | None) -> pd.DataFrame | None:
    if path is None:
        return None
    from panelkit.data.user.panel import read_table

    table = read_table(path)
    lower = {str(name).lower(): name for name in table.columns}
    if "lat" not in lower or "lon" not in lower:
        raise SpecError(message("{file} needs the columns unit (first), lat and lon", file=path))
    renamed = table.rename(columns={lower["lat"]: "lat", lower["lon"]: "lon"})
    return renamed.set_index(next(name for name in renamed.columns if name not in ("lat", "lon")))


def _wild(fits: list[FitResult], terms: list[str], seed: int) -> list[tuple[int, TestResult]]:
    """Return the tests of the terms, each with the number of its fit."""
    _refuse_unknown(fits, terms, "--wild")
    return [
        (at, _by_draws(one, term, seed))
        for at, one in enumerate(fits, 1)
        for term in terms
        if term in one.terms
    ]


def _scrutinies(fits: list[FitResult], tests: Tests, frame: pd.DataFrame) -> list[tuple[int, Scrutinised]]:
    if not tests.scrutiny:
        return []
    from panelkit.cli._fit_scrutiny import scrutinies

    _refuse_unknown(fits, tests.scrutiny, "--scrutiny")
    return scrutinies(fits, tests.scrutiny, frame, regions=tests.regions, seed=tests.seed)


def _refuse_unknown(fits: list[FitResult], terms: list[str], option: str) -> None:
    known = list(dict.fromkeys(term for one in fits for term in one.terms))
    unknown = [term for term in terms if term not in known]
    if unknown:
        raise SpecError(
            message(
                "{option} {terms}: no such term; there are {known}",
                option=option,
                terms=unknown,
                known=known,
            )
        )


def _by_draws(one: FitResult, term: str, seed: int) -> TestResult:
    """Test a term by the wild bootstrap; an endogenous one through the reduced form, which resamples both stages."""
    from panelkit.inference.anderson_rubin import anderson_rubin
    from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap

    if one.facts.get("endogenous") == term:
        return anderson_rubin(one, rng=seed)
    return wild_cluster_bootstrap(one, term, rng=seed)
