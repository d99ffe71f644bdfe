"""What the row of a table of models is about: a regressor, its spatial lag, an effect, a statistic."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.measures import path_of
from panelkit.audit.vocabulary.parts import named_part
from panelkit.audit.vocabulary.spatial import effect_of, lagged_of, name_of, parameter_of
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import says_p, statistic_of

_OUTCOME = re.compile(r"y|lny|depvar|被解释变量|因变量|被解释变量\(?y\)?", re.I)
_ERROR_TERM = re.compile(r"u|ε|μ|e|error|ξ|v|误差项?", re.I)
_DF_OF = re.compile(
    r"(?P<before>.+?)[\s,，:：_]*(?:的?自由度|(?<![a-z])d\.?f\.?|degrees of freedom)"
    r"|(?:(?<![a-z])d\.?f\.?|degrees of freedom)(?:\s+of|[,:])\s*(?:the\s+)?(?P<after>.+)",
    re.I,
)
"""The degrees of freedom of a test, in a row of their own."""


@dataclass(frozen=True)
class Subject:
    """What a row says: its role, its subject (a name), its second subject.

    `statistic`: the role is the row's own, whatever its section. `part`: the row holds only that part of it (the p of
    a test). `length`: short or long run.
    """

    role: str
    subject: str = ""
    other: str = ""
    statistic: bool = False
    part: str = ""
    length: str = ""


@dataclass(frozen=True)
class Names:
    """What the rows of a table are told apart by.

    `labels` and `outcomes`: names of rows, of explained variables. `both_effects`: a mere "Total" is an effect.
    `both_runs`: effects are of the short and of the long run, or of the long run of a model
    with a lagged outcome. `of_effects`: rho is the share of unit effects in the
    variance, beside sigma_u.
    """

    labels: frozenset[str]
    outcomes: frozenset[str]
    both_effects: bool
    both_runs: bool
    of_effects: bool


def subject_of(label: str, kind: Kind, names: Names) -> Subject:
    """Return what a row label says in a table of models, tests or mediation."""
    found = _plainly(label, kind, names)
    if found is not None:
        return found
    about, part = named_part(label)
    if part and about:
        inner = _plainly(about, kind, names)
        if inner is not None and inner.statistic and part == "p":
            return replace(inner, part="p")
        return replace(inner or Subject("coefficient", name_of(about)), part=part)
    return Subject("coefficient", name_of(label))


def _plainly(label: str, kind: Kind, names: Names) -> Subject | None:
    """Return what a label says by the words that it is, None where it is a name."""
    if kind == "mediation" and (path := path_of(label)):
        return Subject(path.role, statistic=True)
    tested = _DF_OF.fullmatch(label.strip())
    if tested:
        test, restricted = statistic_of(tested["before"] or tested["after"])
        if test:
            return Subject("df", test, restricted, True)
    role, other = statistic_of(label)
    if role == "constant":
        return Subject("constant", name_of(label), statistic=True)
    if role:
        return Subject(role, "", other, True, "p" if says_p(label) else "")
    parameter = parameter_of(label)
    if parameter:
        role = "unknown" if names.of_effects and parameter == "rho" else parameter
        return Subject(role, statistic=True)
    lagged = lagged_of(label, names.labels)
    if lagged:
        return _lagged(lagged, names)
    effect = effect_of(label)
    if effect is not None and (effect.sure or names.both_effects):
        return Subject(
            effect.role,
            name_of(effect.subject),
            statistic=True,
            length=effect.length if names.both_runs else "",
        )
    return None


def _lagged(lagged: str, names: Names) -> Subject:
    """Return W times something: rho where it is the outcome, lambda where it is the error, else a lagged regressor."""
    name = name_of(lagged)
    if name in names.outcomes or _OUTCOME.fullmatch(squeezed(lagged)):
        return Subject("rho", name, statistic=True)
    if _ERROR_TERM.fullmatch(squeezed(lagged)):
        return Subject("lambda", name, statistic=True)
    return Subject("spatial_lag_x", name)
