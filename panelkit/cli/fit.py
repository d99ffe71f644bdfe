"""`panelkit fit`: a regression on the shipped figures or on a file of one's own, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._data import Rows, refuse, rows_of
from panelkit.cli._options import (
    DataOption,
    Lags,
    LagsOption,
    Lang,
    LangOption,
    ProvincesOption,
    SheetOption,
    TimeOption,
    UnitOption,
    VintageOption,
    WhereOption,
    YearsOption,
    narrow_terminal,
    terminal_width,
)
from panelkit.cli._output import file_out
from panelkit.language.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.formula.formula import Formula
    from panelkit.results.fit import FitResult, TestResult

app = typer.Typer(add_completion=False)

MODELS = ("fixed_effects", "pooled", "random_effects", "between", "first_difference", "instrumental")

_OTHER_PROGRAMS = (".pdf", ".doc", ".rtf", ".odt", ".xls", ".xlsx", ".csv", ".dta", ".png", ".svg")
_FORMATS = ("text", "latex", "html", "markdown", "docx")
_ENDINGS = {
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".docx": "docx",
    ".txt": "text",
}

_HELP = {
    "formula": 'One or more formulas, side by side in one table: "log(gdp) ~ log(rd)". 一个或多个公式。',
    "model": f"{', '.join(MODELS)}. 模型。",
    "effects": "twoway, unit, time or none; the model's default if absent. 效应。",
    "vcov": "CRV3, CR2, Cluster(column), TwoWayCluster, Robust, Iid, DriscollKraay(lags), Conley(km). 协方差。",
    "convention": "reghdfe, fixest, xtreg, lsdv, linearmodels, plm, plm-sss. 小样本惯例。",
    "coords": "For Conley: a file with columns unit, lat, lon; none: provincial capitals. 坐标文件。",
    "wild": "Terms to test by the wild cluster bootstrap (endogenous: Anderson-Rubin), repeatable. 自助法检验的项。",
    "tests": "Run the tests that belong to the model. 运行模型的检验。",
    "format": "text, latex, html, markdown or docx; by the ending of --out if absent. 格式。",
    "out": "Write the table there. 输出文件。",
    "below": "se, t, ci or p below the estimates. 估计值下方显示。",
    "seed": "Seed of the bootstrap. 随机种子。",
}


@app.command()
def fit(
    ctx: typer.Context,
    formula: Annotated[list[str], typer.Argument(help=_HELP["formula"])],
    data: DataOption = None,
    unit: UnitOption = None,
    time: TimeOption = None,
    sheet: SheetOption = None,
    years: YearsOption = None,
    lags: LagsOption = Lags.reach,
    where: WhereOption = None,
    provinces: ProvincesOption = "all",
    vintage: VintageOption = None,
    model: Annotated[str, typer.Option("--model", help=_HELP["model"])] = "fixed_effects",
    effects: Annotated[str | None, typer.Option("--effects", help=_HELP["effects"])] = None,
    vcov: Annotated[str, typer.Option("--vcov", help=_HELP["vcov"])] = "CRV3",
    convention: Annotated[str, typer.Option("--convention", help=_HELP["convention"])] = "reghdfe",
    coords: Annotated[Path | None, typer.Option("--coords", help=_HELP["coords"])] = None,
    wild: Annotated[list[str] | None, typer.Option("--wild", help=_HELP["wild"])] = None,
    tests: Annotated[bool, typer.Option("--tests", help=_HELP["tests"])] = False,
    below: Annotated[str, typer.Option("--below", help=_HELP["below"])] = "se",
    format: Annotated[str | None, typer.Option("--format", help=_HELP["format"])] = None,
    out: Annotated[Path | None, typer.Option("--out", callback=file_out, help=_HELP["out"])] = None,
    seed: Annotated[int, typer.Option("--seed", help=_HELP["seed"])] = 0,
    lang: LangOption = Lang.en,
) -> None:
    """Fit panel regressions and print, or write, them as one table. 估计面板回归并输出表格。"""
    _refuse_idle(ctx, model, vcov, wild)
    chosen = _format_of(format, out, below)
    plain = [_plain(text) for text in formula]
    rows = rows_of(ctx, plain, change=model == "first_difference")
    places = _coordinates(coords)
    fits = [
        _model(text, model, effects, vcov, convention, rows.where).fit(rows.frame, coords=places)
        for text in formula
    ]
    found = [(0, test) for test in _wild(fits, wild or [], seed)]
    if tests:
        found += [(at, test) for at, one in enumerate(fits, 1) for test in _tests(one, model, rows)]
    _write(fits, chosen, out, lang, below)
    _print_tests(found, len(fits), lang)


def _print_tests(found: list[tuple[int, TestResult]], columns: int, lang: Lang) -> None:
    """Print tests, each under the number of its column where the table has several."""
    from panelkit.show.plain import folded

    with narrow_terminal():
        for at, test in found:
            head = f"({at}) " if at and columns > 1 else ""
            typer.echo(folded(f"\n{head}{test.summary(language=lang.language)}"))


def _refuse_idle(ctx: typer.Context, model: str, vcov: str, wild: list[str] | None) -> None:
    """Refuse options that this model and covariance leave without work."""
    if not wild:
        refuse(ctx, "seed", "is the seed of the bootstrap, and nothing is drawn: name a term by --wild")
    if not vcov.strip().lower().startswith("conley"):
        refuse(ctx, "coords", f"belongs to --vcov Conley(km), and the covariance is {vcov}: leave it out")
    if model == "between":
        refuse(ctx, "tests", "has no test that belongs to the model between: leave it out")


def _plain(text: str) -> Formula:
    """Return a formula with its instruments as regressors: what it names, and how far it reads."""
    from panelkit.formula.formula import parse_formula

    left, *rest = text.replace("[", "").replace("]", "").split("~") if "[" in text else [text]
    return parse_formula(f"{left} ~ {' + '.join(rest)}" if rest else text)


def _model(formula: str, key: str, effects: str | None, vcov: str, convention: str, where: str | None) -> Any:
    from panelkit.covariance.by_name import vcov_named
    from panelkit.language.register import entry_of, find

    kind = find("estimator", key)
    fields = set(getattr(kind, "__dataclass_fields__", ()))
    if key not in MODELS:
        raise SpecError(
            f"panelkit fit takes the models {', '.join(MODELS)}; {key} has a command or a call of its own"
        )
    chosen: dict[str, Any] = {
        "vcov": vcov_named(vcov, entry_of("estimator", key).can),
        "convention": convention,
        "where": where,
    }
    if effects is not None:
        if "effects" not in fields:
            raise SpecError(f"the model {key} has no --effects")
        chosen["effects"] = effects
    return kind(formula, **chosen)


def _coordinates(path: Path | None) -> pd.DataFrame | None:
    if path is None:
        return None
    from panelkit.data.user.panel import read_table

    table = read_table(path)
    lower = {str(name).lower(): name for name in table.columns}
    if "lat" not in lower or "lon" not in lower:
        raise SpecError(f"{path} needs the columns unit (first), lat and lon")
    renamed = table.rename(columns={lower["lat"]: "lat", lower["lon"]: "lon"})
    return renamed.set_index(next(name for name in renamed.columns if name not in ("lat", "lon")))


def _format_of(format: str | None, out: Path | None, below: str) -> str:
    """Return the format of the table, before anything is fitted."""
    if format is None and out is not None and out.suffix.lower() in _OTHER_PROGRAMS:
        raise SpecError(
            f"--out {out}: no table is written as {out.suffix}: end the name in one of {', '.join(_ENDINGS)}"
        )
    chosen = format or (_ENDINGS.get(out.suffix.lower(), "text") if out is not None else "text")
    if chosen not in _FORMATS:
        raise SpecError(f"--format is one of {', '.join(_FORMATS)}, not {chosen!r}")
    if below not in ("se", "t", "ci", "p"):
        raise SpecError(f"--below is se, t, ci or p, not {below!r}")
    if chosen == "docx" and out is None:
        raise SpecError("a Word table needs --out file.docx")
    return chosen


def _write(fits: list[FitResult], chosen: str, out: Path | None, lang: Lang, below: str) -> None:
    from panelkit.show import tables

    style: dict[str, Any] = {"language": lang.language, "below": below}
    if chosen == "text" and out is None:
        style["width"] = terminal_width()
    made = getattr(tables, f"to_{chosen}")(fits, out, **style)
    typer.echo(str(out) if out is not None else made)


def _wild(fits: list[FitResult], terms: list[str], seed: int) -> list[TestResult]:
    known = list(dict.fromkeys(term for one in fits for term in one.terms))
    unknown = [term for term in terms if term not in known]
    if unknown:
        raise SpecError(f"--wild {', '.join(unknown)}: no such term; there are {', '.join(known)}")
    return [_by_draws(one, term, seed) for one in fits for term in terms if term in one.terms]


def _by_draws(one: FitResult, term: str, seed: int) -> TestResult:
    """Test a term by the wild bootstrap; an endogenous one through the reduced form, which resamples both stages."""
    from panelkit.inference.anderson_rubin import anderson_rubin
    from panelkit.inference.wild.bootstrap import wild_cluster_bootstrap

    if one.facts.get("endogenous") == term:
        return anderson_rubin(one, rng=seed)
    return wild_cluster_bootstrap(one, term, rng=seed)


def _tests(one: FitResult, model: str, rows: Rows) -> list[TestResult]:
    from panelkit.inference.panel_tests import effects as effects_tests
    from panelkit.inference.panel_tests import errors as error_tests
    from panelkit.models.linear.pooled import PooledOLS
    from panelkit.models.linear.random_effects import RandomEffects

    if model == "instrumental":
        return list(getattr(one, "tests", ()))
    found: list[TestResult] = []
    vcov = one.spec.vcov
    # a cluster that is missing takes its row out: the models of the tests stand on the rows of the fit
    same: dict[str, Any] = {"where": rows.where, **({"vcov": vcov} if vcov.columns() else {})}
    if model == "fixed_effects":
        found += [effects_tests.effects_f(one), effects_tests.poolability(one)]
        random = RandomEffects(one.spec.formula, **same).fit(rows.frame)
        found.append(effects_tests.mundlak(random))
    if model == "random_effects":
        found.append(effects_tests.mundlak(one))
    if model in ("pooled", "random_effects", "fixed_effects"):
        pooled = PooledOLS(one.spec.formula, **same).fit(rows.frame)
        found.append(effects_tests.breusch_pagan_lm(pooled))
    found += [
        error_tests.serial_correlation(one),
        error_tests.groupwise_heteroskedasticity(one),
        error_tests.pesaran_cd(one),
    ]
    return found
