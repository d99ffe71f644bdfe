"""What a contest of static and dynamic forecasts says: its sentence, its conditions, what is printed beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from panelkit.claims.findings import Condition, asked, weighed
from panelkit.claims.rules.reading import written_p
from panelkit.evaluation.contest.labels import ahead, label
from panelkit.evaluation.contest.static import StaticContest, StaticTrial, TrialName
from panelkit.language.message import Message, listed, message

LABELS: Mapping[TrialName, Message] = {
    "drift": message("beyond each {unit}'s own past growth, prolonged"),
    "common_drift": message("beyond the mean past growth of all {units}, prolonged"),
    "walk": message("beyond the last value alone"),
    "relative": message("of deviations from the mean of the {period}: who gains ground"),
    "noise": message("beyond the noise of its estimates (Clark and West)"),
}


def said(
    found: StaticContest, models: Sequence[str], horizon: int, years: tuple[int, int], units: int
) -> Message:
    """Return what was measured in one sentence."""
    main = found.main
    against = (
        _models(models)
        if models
        else message(
            "scores and their last changes against scores as they stand, each beside the figure's own past"
        )
    )
    return message(
        "Of the static error the dynamic forecasts save {gain:.0%} (95 % interval {low:.0%} to {high:.0%}, p {p}; "
        "{against}; {ahead}, {first}-{last}, {n} {units}, errors clustered by {unit} and {period}).",
        gain=main.relative,
        low=main.relative_low,
        high=main.relative_high,
        p=written_p(2.0 * min(main.p_value, 1.0 - main.p_value)),
        against=against,
        ahead=ahead(horizon),
        first=years[0],
        last=years[1],
        n=units,
    )


def _models(models: Sequence[str]) -> Message:
    if len(models) == 1:
        return message("{model} against the last value", model=label(models[0]))
    return message("the mean of {models} against the last value", models=listed(map(label, models)))


def condition(trial: StaticTrial) -> Condition:
    """Return one condition of the word."""
    found = message(
        "{gain:.0%} (90 % interval {low:.0%} to {high:.0%})", gain=trial.gain, low=trial.low, high=trial.high
    )
    numbers = {"gain": trial.gain, "low": trial.low, "high": trial.high}
    if trial.name == "noise":
        return asked(trial.name, LABELS[trial.name], trial.passes, found, **numbers)
    return weighed(
        trial.name,
        LABELS[trial.name],
        found,
        passes=trial.passes,
        takes_away=trial.takes_away,
        numbers=numbers,
    )


def printed(found: StaticContest) -> Iterator[Condition]:
    """Yield what decides nothing: each forecaster alone, years and units, models known exactly."""
    if len(found.alone) > 1:
        gains = [
            message("{name} {gain:.0%}", name=label(name), gain=gain) for name, gain in found.alone.items()
        ]
        yield _beside("alone", message("each forecaster alone"), listed(gains), dict(found.alone))
    better = int((found.by_year > 0.0).sum())
    yield _beside(
        "years",
        message("{periods} and {units} in which it is better"),
        message(
            "{better} of {all} {periods}, {share:.0%} of the {units}",
            better=better,
            all=len(found.by_year),
            share=found.better,
        ),
        {"years": better, "units": found.better},
    )
    yield _beside(
        "clark_west",
        message("it would help if its coefficients were known (Clark and West)"),
        message("p {p}", p=written_p(found.clark_west_p)),
        {"p": found.clark_west_p},
    )


def _beside(key: str, asks: Message, found: Message, numbers: Mapping[str, float]) -> Condition:
    return Condition(key=key, asks=asks, outcome="printed", found=found, decides=False, numbers=numbers)
