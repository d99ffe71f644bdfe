"""Who enters a contest: forecasters by name, or functions of the caller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from panelkit.evaluation.contest.labels import BENCH, COMBINATION
from panelkit.evaluation.contest.origins import Forecaster, needs_weights
from panelkit.language import register
from panelkit.language.errors import SpecError
from panelkit.language.message import message
from panelkit.language.spelt import option

_USUAL = ("drift", "trend", "autoregression", "ridge")


def entered_models(
    models: Sequence[str] | Mapping[str, Forecaster] | None, companions: bool, network: bool
) -> dict[str, Forecaster | None]:
    """Return the rivals by name; None stands for the mean of the others.

    Raises
    ------
    SpecError
        If a name is unknown, nobody stands against the walk, or one needs weights that are not there.
    """
    if models is None:
        further = [name for name, there in (("companions", companions), ("network", network)) if there]
        models = (*_USUAL, *further, COMBINATION)
    if isinstance(models, str) or not models:
        raise SpecError(
            message(
                "models lists names of forecasters, or maps names to functions; not {given!r}", given=models
            )
        )
    if isinstance(models, Mapping):
        found: dict[str, Forecaster | None] = dict(models)
        idle = [name for name, one in found.items() if not callable(one)]
        if idle:
            raise SpecError(
                message("models: {names} are no functions of a history and a horizon", names=idle)
            )
    else:
        found = {name: None if name == COMBINATION else _forecaster(name) for name in models}
        found.pop(BENCH, None)
    if BENCH in found:
        raise SpecError(message("random_walk is the bench: give your forecaster another name"))
    if not found or list(found) == [COMBINATION]:
        raise SpecError(message("a contest needs a rival beside the random walk"))
    lost = [name for name, one in found.items() if one is not None and needs_weights(one) and not network]
    if lost:
        raise SpecError(
            message(
                "{names}: needs weights between {units}, give {network}",
                names=lost,
                network=option("network"),
            )
        )
    return found


def _forecaster(name: str) -> Forecaster:
    known = [*register.keys("forecaster"), COMBINATION]
    unknown = message("no forecaster {name!r}: there are {known}", name=name, known=known)
    found: Forecaster = register.entry_of("forecaster", name, unknown=unknown).load()
    return found
