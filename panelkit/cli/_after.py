"""What `panelkit fit` and `panelkit spatial fit` print after the fit: tests, combinations, margins, predictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from panelkit.cli._output import figure_out, file_out
from panelkit.language.errors import SpecError
from panelkit.language.message import Language, message

if TYPE_CHECKING:
    import pandas as pd

    from panelkit.results.fit import FitResult

Made = TypeVar("Made")


@dataclass(frozen=True)
class Coefficients:
    """Hypotheses and combinations of coefficients, and predictions."""

    test: Annotated[
        list[str] | None,
        typer.Option(
            "--test",
            help='A joint test: "x = z = 0"; several hypotheses by semicolons, "x = 0; z = 1"; repeatable. 联合检验。',
        ),
    ] = None
    combine: Annotated[
        list[str] | None,
        typer.Option(
            "--combine",
            help='A combination of coefficients: "x + 2*z", "-x/(2*x2)"; repeatable. 系数的线性或非线性组合。',
        ),
    ] = None
    predict: Annotated[
        Path | None,
        typer.Option(
            "--predict",
            callback=file_out,
            help="Write Xb, effects, fitted values and residuals of the rows there, .csv. 预测值与残差文件。",
        ),
    ] = None


@dataclass(frozen=True)
class Effects:
    """How tests are made, marginal effects, turning points, the rest of the table, two fits side by side."""

    bootstrap: Annotated[
        bool,
        typer.Option(
            "--bootstrap", help="Make --test a (joint) wild cluster bootstrap. --test 用野生聚类自助法。"
        ),
    ] = False
    margins: Annotated[
        list[str] | None,
        typer.Option(
            "--margins",
            help='Marginal effects: "x@z" at p10, p50, p90 of z, "x@z=0,1" at values, "x" on average; repeatable. '
            "边际效应。",
        ),
    ] = None
    margins_plot: Annotated[
        Path | None,
        typer.Option(
            "--margins-plot", callback=figure_out, help="Draw the one --margins there. 边际效应图文件。"
        ),
    ] = None
    turning_point: Annotated[
        list[str] | None,
        typer.Option(
            "--turning-point",
            help="A term whose square stands beside it: where the curve turns (Lind-Mehlum); repeatable. "
            "拐点与 U 形检验。",
        ),
    ] = None
    statistics: Annotated[
        bool,
        typer.Option(
            "--statistics",
            help="The rest of the table: F, R2, sigma_u, sigma_e, rho, AIC. 模型整体的统计量。",
        ),
    ] = False
    compare: Annotated[
        bool,
        typer.Option(
            "--compare", help="Differences of the terms that two formulas share. 比较两个回归的系数。"
        ),
    ] = False


@dataclass(frozen=True)
class AfterFit:
    """What was made after the fits: results to print, each with the number of its fit, and their records for JSON."""

    shown: list[tuple[int, Any]] = field(default_factory=list)
    records: dict[int, dict[str, list[Any]]] = field(default_factory=dict)

    def add(self, at: int, key: str, result: Any, record: Any) -> None:
        """Keep one result of a fit."""
        self.shown.append((at, result))
        self.records.setdefault(at, {}).setdefault(key, []).append(record)

    def of(self, at: int) -> dict[str, list[Any]]:
        """Return the records of a fit by key."""
        return self.records.get(at, {})


def check_after(coefficients: Coefficients, effects: Effects | None, count: int) -> None:
    """Refuse, before anything is fitted, what cannot be made of so many fits.

    Raises
    ------
    SpecError
        With the option.
    """
    if coefficients.predict is not None:
        if count > 1:
            raise SpecError(
                message("--predict is of one fit, and there are {count} formulas: give one", count=count)
            )
        if coefficients.predict.suffix.lower() != ".csv":
            raise SpecError(message("--predict writes a .csv file, not {file}", file=coefficients.predict))
    if effects is None:
        return
    if effects.bootstrap and not coefficients.test:
        raise SpecError(message("--bootstrap is about --test, and none is given: name one, or leave it out"))
    if effects.compare and count != 2:
        raise SpecError(message("--compare is of two formulas, and there are {count}", count=count))
    if effects.margins_plot is not None and (count > 1 or len(effects.margins or ()) != 1):
        raise SpecError(message("--margins-plot draws one --margins of one formula: give both once"))
    if effects.margins_plot is not None and effects.margins and "@" not in effects.margins[0]:
        raise SpecError(message('--margins-plot draws an effect over a moderator: write --margins "x@z"'))


def made_after(
    fits: Sequence[FitResult],
    coefficients: Coefficients,
    effects: Effects | None,
    frame: pd.DataFrame | None,
    seed: int = 0,
    **look: Any,
) -> AfterFit:
    """Return what the options ask of the fits, bootstraps from a seed; `look` are the labels and language of figures.

    A term that stands in some of the fits only is asked of those.

    Raises
    ------
    SpecError
        If no fit carries what is asked.
    """
    from panelkit.cli._printing import records
    from panelkit.cli._records import test_record

    found = AfterFit()
    drawn = {"bootstrap": True, "rng": seed} if effects is not None and effects.bootstrap else {}
    for text in coefficients.test or ():
        hypotheses = [part for part in text.split(";") if part.strip()]
        for at, test in _of_each(fits, lambda one, given=hypotheses: one.test(given, **drawn)):  # type: ignore[misc]
            found.add(at, "tests", test, test_record(test))
    if coefficients.combine:
        expressions = tuple(coefficients.combine)
        for at, made in _of_each(fits, lambda one: one.combine(expressions)):
            found.add(at, "combinations", made, records(made.tidy()))
    if effects is not None:
        _add_effects(found, fits, effects, frame, look)
    return found


def _add_effects(
    found: AfterFit,
    fits: Sequence[FitResult],
    effects: Effects,
    frame: pd.DataFrame | None,
    look: Mapping[str, Any],
) -> None:
    from panelkit.cli._printing import plain_values, records
    from panelkit.cli._records import test_record

    for text in effects.margins or ():
        for at, made in _of_each(fits, lambda one, given=text: _margins(one, given, frame)):  # type: ignore[misc]
            found.add(at, "margins", made, {"of": made.of, "at": made.at, "rows": records(made.tidy())})
            if effects.margins_plot is not None:
                made.plot(**look).save(effects.margins_plot)
    for term in effects.turning_point or ():
        for at, point in _of_each(fits, lambda one, given=term: one.turning_point(given)):  # type: ignore[misc]
            more = {
                "term": point.term,
                "beside": point.beside,
                "point": point.point,
                "std_error": point.std_error,
                "shape": point.shape,
                "data_range": list(point.data_range),
                "fieller": [list(ends) for ends in point.intervals.intervals],
            }
            found.add(at, "turning_points", point, {**test_record(point), **plain_values(more)})
    if effects.statistics:
        for at, one in enumerate(fits, 1):
            statistics = one.model_statistics()
            found.add(at, "statistics", statistics, plain_values(dict(statistics.values)))
    if effects.compare:
        comparison = fits[0].compare(fits[1])
        record = {
            "rows": records(comparison.tidy()),
            "tests": [test_record(test) for test in comparison.tests],
        }
        found.add(1, "comparison", comparison, record)


def _of_each(fits: Sequence[FitResult], act: Callable[[FitResult], Made]) -> list[tuple[int, Made]]:
    """Return what each fit makes, with its number; the first refusal where none does."""
    made: list[tuple[int, Made]] = []
    refused: list[SpecError] = []
    for at, one in enumerate(fits, 1):
        try:
            made.append((at, act(one)))
        except SpecError as error:
            refused.append(error)
    if not made:
        raise refused[0]
    return made


def _margins(one: FitResult, text: str, frame: pd.DataFrame | None) -> Any:
    of, at, values = at_values("--margins", text)
    if at is None:
        return one.margins(of, data=frame)
    return (
        one.margins(of, at, data=frame) if values is None else one.margins(of, at, values=values, data=frame)
    )


def at_values(option: str, text: str) -> tuple[str, str | None, list[float] | None]:
    """Return the variable, its moderator and the values of that, of "x", "x@z" or "x@z=0,1".

    Raises
    ------
    SpecError
        If it is written otherwise.
    """
    of, over, rest = _parted(text, "@")
    at, equals, given = _parted(rest, "=")
    if not of.strip() or (over and not at.strip()) or (equals and not given.strip()):
        raise SpecError(
            message(
                '{option} {text!r}: write "x", "x@z" or "x@z=0,1", with something on each side',
                option=option,
                text=text,
            )
        )
    if not over:
        return of.strip(), None, None
    if not equals:
        return of.strip(), at.strip(), None
    try:
        return of.strip(), at.strip(), [float(value) for value in given.split(",")]
    except ValueError:
        raise SpecError(
            message('{option} {text}: after `=` stand numbers, such as "x@z=0,1.5"', option=option, text=text)
        ) from None


def _parted(text: str, sign: str) -> tuple[str, str, str]:
    """Return what stands before a sign, the sign and what follows it; a sign in parentheses or backticks is no sign."""
    depth, quoted = 0, False
    for at, letter in enumerate(text):
        quoted ^= letter == "`"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == sign and not quoted and depth == 0:
            return text[:at], sign, text[at + 1 :]
    return text, "", ""


def print_after(found: AfterFit, columns: int, language: Language) -> None:
    """Print what was made, each under the number of its fit where the table has several."""
    from panelkit.cli._printing import narrow_terminal
    from panelkit.show.plain import folded

    with narrow_terminal():
        for at, result in found.shown:
            head = f"({at}) " if columns > 1 else ""
            typer.echo(folded(f"\n{head}{result.summary(language=language)}"))


def write_predictions(fit: FitResult, path: Path | None, *, quiet: bool) -> None:
    """Write every kind of prediction of the rows that entered, one row a unit and period, and name the file."""
    if path is None:
        return
    import pandas as pd

    from panelkit.inference.after.prediction import KINDS
    from panelkit.inference.after.spatial_prediction import SPATIAL_KINDS, is_spatial
    from panelkit.show.files import csv_text, write_whole

    kinds = SPATIAL_KINDS if is_spatial(fit) else KINDS
    columns = {}
    for kind in kinds:
        try:
            columns[kind] = fit.predict(kind=kind)
        except SpecError:  # a fit without such effects has no such column
            if kind == kinds[0]:
                raise
    text = csv_text(pd.DataFrame(columns), index=True)
    write_whole(path, text.encode("utf-8-sig"))
    typer.echo(str(path), err=quiet)
