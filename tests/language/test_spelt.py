"""Options in a sentence as Python writes them and as the command line does."""

from __future__ import annotations

import pickle
from contextvars import copy_context
from typing import Any

import pytest

from panelkit.language.errors import SpecError
from panelkit.language.message import listed, message, sentences, verbatim
from panelkit.language.options import refuse_idle
from panelkit.language.spelt import Spelt, at_work, on_command_line, option


@pytest.fixture(autouse=True)
def no_command_at_work() -> None:
    at_work(None)  # a test that ran before may have called one


@pytest.mark.parametrize(
    ("made", "python", "typed"),
    [
        (option("cluster", "my_city", exact=True), "cluster='my_city'", "--cluster my_city"),
        (option("frontier", "global"), "frontier='global'", "--frontier global"),
        (option("reps", 0), "reps=0", "--reps 0"),
        (option("where"), "where=", "--where"),
        (option("min_train", 4), "min_train=4", "--min-train 4"),
        (option("to", "own_growth"), "to='own_growth'", "--to own-growth"),
        (option("where", "year == 2022"), "where='year == 2022'", '--where "year == 2022"'),
        (option("seed", "gravity", flag="--reconstruct"), "seed='gravity'", "--reconstruct gravity"),
    ],
)
def test_both_spellings(made: Spelt, python: str, typed: str) -> None:
    assert (made, made.text("zh"), on_command_line(made)) == (python, python, typed)


def test_every_kind_of_sentence_is_respelt() -> None:
    inner = message(
        "forecaster {name} needs weights between {units}: give {network}", name="a", network=option("network")
    )
    said = sentences(
        [inner.spoken("city", "year"), listed([option("unit"), option("time")]), verbatim("x=1"), "plain"]
    )
    assert on_command_line(said) == (
        "forecaster a needs weights between cities: give --network; --unit, --time; x=1; plain"
    )
    assert "请给出 --network" in on_command_line(inner).text("zh")
    assert said == "forecaster a needs weights between cities: give network=; unit=, time=; x=1; plain"
    again = pickle.loads(pickle.dumps(inner))
    assert on_command_line(again) == on_command_line(inner)


def test_idle_options_are_respelt() -> None:
    with pytest.raises(SpecError, match="^power= belongs") as caught:
        refuse_idle(
            {"power": True},
            message("belongs to {gravity}", gravity=option("seed", "gravity", flag="--reconstruct")),
        )
    assert on_command_line(caught.value.said) == "--power belongs to --reconstruct gravity"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("efficiency", ("frontier", "model", "where")),
        ("productivity", ("reps",)),
        ("second_stage", ("where",)),
        ("frontier", ("errors", "effects")),
        ("network", ("distance", "mass", "closeness", "method", "of", "power", "reconstruct")),
        ("clubs", ("convention", "trend")),
        ("drivers", ("method", "first", "last")),
        ("allocate", ("balance", "reps")),
        ("lifecycle", ("errors", "launch", "unit", "time", "years", "skip_incomplete")),
        ("grey", ("origins", "skip_incomplete", "where")),
        ("forecast", ("loss", "network", "where")),
        ("fusion", ("where",)),
        ("clubs", ("where",)),
    ],
)
def test_commands_have_the_options_that_remedies_name(command: str, names: tuple[str, ...]) -> None:
    from importlib import import_module

    module: Any = import_module(f"panelkit.cli.evaluate.{command}")
    (declared,) = module.app.registered_commands
    held = declared.callback.__annotations__
    assert set(names) <= set(held)


def test_an_option_that_the_command_at_work_lacks_keeps_its_spelling() -> None:
    said = message("take {a} or {b}", a=option("errors", "placebo"), b=option("bootstrap", True))

    def typed(held: list[str]) -> str:
        at_work(held)
        return str(on_command_line(said))

    inside = copy_context()
    assert inside.run(typed, ["--errors"]) == "take --errors placebo or bootstrap=True"
    assert inside.run(typed, ["--errors", "--bootstrap"]) == "take --errors placebo or --bootstrap"
    assert str(said) == "take errors='placebo' or bootstrap=True"
