"""Options of Stata that a command line does not have, and what says the same here."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

from panelkit.cli._spoken import Spoken, language_of
from panelkit.cli._watched import watched
from panelkit.language.errors import SpecError
from panelkit.language.message import Message, message

_COVARIANCE = (
    "--vcov",
    message("write --vcov Cluster (by unit), --vcov 'Cluster(column)', --vcov Robust or --vcov Iid"),
)
_EFFECTS = (
    "--effects",
    message(
        "write --effects twoway (unit and year effects), unit, time or none; others stand in the formula, "
        "C(region):C(year)"
    ),
)
_OUT, _TABLE = ("--table", "--table t.docx"), ("--out", "--out t.docx")

# What a Stata user writes: for each the options that a command may have instead, and how those are written.
HINTS: dict[str, tuple[tuple[str, Message | str], ...]] = {
    "absorb": (_EFFECTS,),
    "fe": (_EFFECTS,),
    "type": (
        ("--w", message("write --effects unit for type(ind), --effects time, or --effects twoway for both")),
    ),
    "vce": (_COVARIANCE,),
    "cluster": (_COVARIANCE,),
    "robust": (_COVARIANCE,),
    "re": (("--random", "--random"), ("--model", "--model random_effects")),
    "be": (("--model", "--model between"),),
    "iv": (("--model", "--model instrumental"),),
    "if": (("--where", "--where \"year >= 2012 & province != '西藏'\""),),
    "weights": (
        (
            "--w",
            message(
                "a likelihood of all units at once gives no row a share to weigh; `panelkit fit` takes --weights in "
                "models without spatial lags, and the matrix is --w"
            ),
        ),
        (
            "--controls",
            message("its equations take no weights; `panelkit fit` takes --weights, one at a time"),
        ),
    ),
    **dict.fromkeys(
        ("aw", "fw", "pw", "aweight", "fweight", "pweight"),
        (("--weights", '--weights "aw=population" (fw= for frequencies, pw= for sampling weights)'),),
    ),
    "wmat": (("--w", "--w FILE"),),
    "emat": (("--w-error", "--w-error FILE"),),
    "dmat": (("--w-durbin", "--w-durbin FILE"),),
    "nsim": (("--reps", "--reps 1000"),),
    "star": (("--stars", '--stars "0.1 0.05 0.01"'),),
    "mtitles": (("--names", '--names "A; B"'),),
    "indicate": (("--group", '--group "Controls=x1 x2"'),),
    "coeflabels": (("--labels", "--labels x=text --labels data.dta"),),
    "label": (("--labels", "--labels data.dta"),),
    "scalars": (("--stats", '--stats "N, r2_within"'),),
    "mgroups": (("--column-group", '--column-group "OLS=1-2"'),),
    "title": (("--caption", "--caption TEXT"),),
    "addnotes": (("--notes", "--notes TEXT"),),
    "using": (_OUT, _TABLE),
    "first": (("--first-stage", "--first-stage"),),
    "cv": (("--controls", '--controls "z1 + z2"'),),
}


class StataAware(Spoken, TyperCommand):
    """A command that tells a Stata user what its options are called, and how far it is."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; on a terminal a bar says how long it is at work."""
        with watched(language_of(ctx), quiet=bool(ctx.params.get("as_json"))):
            return super().invoke(ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return what is left of the arguments.

        Raises
        ------
        SpecError
            If an option of Stata stands among them that the command does not have, with the one that it has.
        """
        held = {name for parameter in self.params for name in (*parameter.opts, *parameter.secondary_opts)}
        for written in args:
            if written == "--":
                break
            option = written.partition("=")[0]
            hints = HINTS.get(option.removeprefix("--"), ()) if option.startswith("--") else ()
            said = next((remedy for needed, remedy in hints if needed in held), None)
            if option not in held and said is not None:
                if not isinstance(said, Message):
                    said = message("write `{formula}`", formula=said)
                raise SpecError(message("there is no {option} here: {remedy}", option=option, remedy=said))
        return super().parse_args(ctx, args)
