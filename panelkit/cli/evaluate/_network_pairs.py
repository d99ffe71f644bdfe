"""What `panelkit evaluate network --view qap` tests: matrices that are named, by correlation or regression."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from panelkit.cli.evaluate._network_source import Source
from panelkit.language.errors import SpecError
from panelkit.language.message import message

if TYPE_CHECKING:
    from panelkit.evaluation.network.network import Network


class Shown(Protocol):
    """What the options say of the test."""

    @property
    def regressor(self) -> list[str] | None:
        """Return the matrices that are named."""

    @property
    def correlation(self) -> bool:
        """Return whether a correlation is asked for."""

    @property
    def alternative(self) -> str:
        """Return its alternative."""

    @property
    def method(self) -> str:
        """Return how a regression relabels."""

    @property
    def of(self) -> str:
        """Return what of the network is tested."""

    @property
    def year(self) -> int | None:
        """Return the year."""

    @property
    def reps(self) -> int | None:
        """Return the number of relabellings."""


def expressions_of(regressors: list[str] | None) -> list[str]:
    """Return the expressions over columns that regressors name: gdp of gap:gdp, nothing of border."""
    found = []
    for text in regressors or ():
        kind, colon, expression = text.partition(":")
        if text not in ("border", "distance"):
            found.append(expression.strip() if colon else kind.strip())
    return found


def pair_test(one: Network, source: Source, shown: Shown, seed: int) -> Any:
    """Return the regression on the matrices that are named, or the correlation with the only one.

    Raises
    ------
    SpecError
        If none is named, or several for a correlation.
    """
    from panelkit.evaluation.network.mrqap import mrqap

    names = shown.regressor
    if not names:
        raise SpecError(
            message(
                "name what explains the network by --regressor: border, distance, gap:gdp, sender:log(gdp)"
            )
        )
    X = {text: _matrix(text, one, source, shown.year) for text in names}
    if shown.correlation:
        return _correlation(one, X, shown, seed)
    way, of = shown.method, shown.of
    options: Any = {"method": way, "of": of}
    return mrqap(one, X, year=shown.year, reps=shown.reps or 4999, rng=seed, **options)


def _correlation(one: Network, X: dict[str, Any], shown: Shown, seed: int) -> Any:
    from panelkit.evaluation.network.qap import named_qap

    if len(X) != 1:
        raise SpecError(
            message(
                "--correlation is with one matrix, and --regressor names {names}: name one, or leave --correlation out "
                "for a regression on all",
                names=list(X),
            )
        )
    options: Any = {"of": shown.of, "alternative": shown.alternative}
    (name,) = X
    found = named_qap(
        {"the network": one, **X}, year=shown.year, reps=shown.reps or 4999, rng=seed, **options
    )
    return replace(found, title=message("QAP correlation with {name}", name=name))


def _matrix(text: str, one: Network, source: Source, year: int | None) -> Any:
    from panelkit.formula.formula import evaluate
    from panelkit.spatial.provincial import contiguity, distances

    if text == "border":
        return contiguity(list(one.ids), normalisation="none").matrix.toarray()
    if text == "distance":
        return distances(list(one.ids)).to_numpy() if source.distance is None else source.distance
    if source.frame is None:
        raise SpecError(
            message(
                "--regressor {text}: a table of pairs holds no columns of its units: border or distance",
                text=text,
            )
        )
    kind, colon, expression = text.partition(":")
    values = evaluate(expression.strip() if colon else text, source.frame)
    when = source.frame.index.get_level_values(1)
    kept = when == one.years[one.place(year)]
    series = values[kept].droplevel(1)
    return (kind.strip(), series) if colon else series
