"""`panelkit fit`: a regression on the shipped figures or on a file of one's own, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panelkit.cli._options import Lang, LangOption
from panelkit.cli._output import file_out
from panelkit.core.errors import SpecError

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.core.results import FitResult, TestResult

app = typer.Typer(add_completion=False)

MODELS = ("fixed_effects", "pooled", "random_effects", "between", "first_difference", "instrumental")

_HELP = {
    "formula": 'One or more formulas, side by side in one table: "log(gdp) ~ log(rd)". 一个或多个公式。',
    "data": "A CSV, Excel or Stata file of your own; none: the shipped figures. 自备数据文件。",
    "unit": "The unit column of --data. 个体列。",
    "time": "The time column of --data. 时间列。",
    "sheet": "The sheet of an Excel file. 工作表。",
    "years": "First and last year: 2011-2022. 起止年份。",
    "provinces": "all, no_tibet, or names by commas. all、no_tibet 或以逗号分隔的省份。",
    "vintage": "indicator=vintage, repeatable. 指标=版本，可重复。",
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
    formula: Annotated[list[str], typer.Argument(help=_HELP["formula"])],
    data: Annotated[Path | None, typer.Option("--data", help=_HELP["data"])] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=_HELP["unit"])] = None,
    time: Annotated[str | None, typer.Option("--time", help=_HELP["time"])] = None,
    sheet: Annotated[str, typer.Option("--sheet", help=_HELP["sheet"])] = "",
    years: Annotated[str | None, typer.Option("--years", help=_HELP["years"])] = None,
    provinces: Annotated[str, typer.Option("--provinces", help=_HELP["provinces"])] = "all",
    vintage: Annotated[list[str] | None, typer.Option("--vintage", help=_HELP["vintage"])] = None,
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
    frame = _load(formula, data, sheet, unit, time, years, provinces, vintage or [])
    places = _coordinates(coords)
    fits = [_model(text, model, effects, vcov, convention).fit(frame, coords=places) for text in formula]
    found = [
        *_wild(fits, wild or [], seed),
        *(_tests(fits[0], model, frame) if tests else []),
    ]
    _write(fits, format, out, lang, below)
    for test in found:
        typer.echo(f"\n{test.summary(language=lang.language)}")


def _load(
    formulas: list[str],
    path: Path | None,
    sheet: str,
    unit: str | None,
    time: str | None,
    years: str | None,
    provinces: str,
    vintage: list[str],
) -> pd.DataFrame:
    span = _years(years)
    if path is not None:
        from panelkit.data.user_panel import read_panel

        table = read_panel(path, unit=unit, time=time, sheet=sheet or 0)
        if span is None:
            return table
        year = table.index.get_level_values(1)
        return table[(year >= span[0]) & (year <= span[1])]
    from panelkit.core.formula import parse_formula
    from panelkit.data.panels import load_provinces

    wanted: dict[str, None] = {}
    for text in formulas:
        bare = text.replace("[", "").replace("]", "")
        left, *rest = bare.split("~")
        wanted |= dict.fromkeys(parse_formula(f"{left} ~ {' + '.join(rest)}").columns)
    wanted.pop("province", None)
    wanted.pop("year", None)
    chosen = dict(_pair(text) for text in vintage)
    where: Any = provinces if provinces in ("all", "no_tibet") else provinces.split(",")
    return load_provinces(list(wanted), span, chosen or None, where)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise SpecError(f"--vintage is written indicator=vintage, not {text!r}")
    return name.strip(), value.strip()


def _years(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    first, _, last = text.replace(":", "-").partition("-")
    if not (first.isdigit() and (last or first).isdigit()):
        raise SpecError(f"--years is written 2011-2022, not {text!r}")
    return int(first), int(last or first)


def _model(formula: str, key: str, effects: str | None, vcov: str, convention: str) -> Any:
    from panelkit.core.vcov_names import vcov_named
    from panelkit.models.registry import estimator

    kind = estimator(key)
    fields = set(getattr(kind, "__dataclass_fields__", ()))
    if key not in MODELS:
        raise SpecError(
            f"panelkit fit takes the models {', '.join(MODELS)}; {key} has a command or a call of its own"
        )
    chosen: dict[str, Any] = {"vcov": vcov_named(vcov), "convention": convention}
    if effects is not None:
        if "effects" not in fields:
            raise SpecError(f"the model {key} has no --effects")
        chosen["effects"] = effects
    return kind(formula, **chosen)


def _coordinates(path: Path | None) -> pd.DataFrame | None:
    if path is None:
        return None
    from panelkit.data.user_panel import read_table

    table = read_table(path)
    lower = {str(name).lower(): name for name in table.columns}
    if "lat" not in lower or "lon" not in lower:
        raise SpecError(f"{path} needs the columns unit (first), lat and lon")
    renamed = table.rename(columns={lower["lat"]: "lat", lower["lon"]: "lon"})
    return renamed.set_index(next(name for name in renamed.columns if name not in ("lat", "lon")))


def _write(fits: list[FitResult], format: str | None, out: Path | None, lang: Lang, below: str) -> None:
    from panelkit.show import tables

    endings = {
        ".tex": "latex",
        ".html": "html",
        ".htm": "html",
        ".md": "markdown",
        ".docx": "docx",
        ".txt": "text",
    }
    chosen = format or (endings.get(out.suffix.lower(), "text") if out is not None else "text")
    makers: dict[str, Any] = {
        "text": tables.to_text,
        "latex": tables.to_latex,
        "html": tables.to_html,
        "markdown": tables.to_markdown,
        "docx": tables.to_docx,
    }
    if chosen not in makers:
        raise SpecError(f"--format is one of {', '.join(makers)}, not {chosen!r}")
    if below not in ("se", "t", "ci", "p"):
        raise SpecError(f"--below is se, t, ci or p, not {below!r}")
    if chosen == "docx" and out is None:
        raise SpecError("a Word table needs --out file.docx")
    made = makers[chosen](fits, out, language=lang.language, below=below)
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
    from panelkit.inference.wild import wild_cluster_bootstrap

    if one.facts.get("endogenous") == term:
        return anderson_rubin(one, rng=seed)
    return wild_cluster_bootstrap(one, term, rng=seed)


def _tests(first: FitResult, model: str, frame: pd.DataFrame) -> list[TestResult]:
    from panelkit.inference import effects_tests, error_tests
    from panelkit.models.pooled import PooledOLS
    from panelkit.models.random_effects import RandomEffects

    if model == "instrumental":
        return list(getattr(first, "tests", ()))
    found: list[TestResult] = []
    if model == "fixed_effects":
        found += [effects_tests.effects_f(first), effects_tests.poolability(first)]
        random = RandomEffects(first.spec.formula).fit(frame)
        found.append(effects_tests.mundlak(random))
    if model == "random_effects":
        found.append(effects_tests.mundlak(first))
    if model in ("pooled", "random_effects", "fixed_effects"):
        pooled = PooledOLS(first.spec.formula).fit(frame)
        found.append(effects_tests.breusch_pagan_lm(pooled))
    if model != "between":
        found += [
            error_tests.serial_correlation(first),
            error_tests.groupwise_heteroskedasticity(first),
            error_tests.pesaran_cd(first),
        ]
    return found
