"""What the rows of a table of models are about: under their section, after the regressors above."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from panelkit.audit.layout.combine import EFFECTS
from panelkit.audit.layout.drafts import TESTS
from panelkit.audit.layout.owners import BARE
from panelkit.audit.layout.rows import Row
from panelkit.audit.layout.sections import Section
from panelkit.audit.layout.subjects import Names, Subject, subject_of
from panelkit.audit.vocabulary.kinds import Kind
from panelkit.audit.vocabulary.marks import divides
from panelkit.audit.vocabulary.spatial import is_lagged_outcome, name_of, section_of
from panelkit.audit.vocabulary.squeezed import squeezed
from panelkit.audit.vocabulary.statistics import statistic_of

_NEVER_OVER_RATIOS = frozenset(("lr", "wald", "lm", "robust_lm", "ar1", "ar2", "hansen", "sargan"))

_LAG_OF = re.compile(r"空间(?:滞后|交互)(?:项|效应)?|w\d?[*×·]?x|spatial(?:ly)?lag(?:ged)?(?:term)?")
"""Labels below or beside a variable for its spatial lag."""


@dataclass
class Meanings:
    """The rows read so far: regressors and lagged regressors, by which effects without a name are named."""

    kind: Kind
    names: Names
    regressors: list[str] = field(default_factory=list)
    lagged: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin another part of the table."""
        self.regressors.clear()
        self.lagged.clear()

    def of(self, row: Row, section: Section) -> Subject:
        """Return what a row of a table of models is about, under its section and the labels above."""
        said = subject_of(row.label, self.kind, self.names)
        taken = row.estimated and (said.role in BARE or (row.ratios and said.role in _NEVER_OVER_RATIOS))
        if taken and not said.part:
            said = Subject("coefficient", name_of(row.label))
        for heading in row.above:
            role, length = section_of(heading)
            if role and not said.statistic:
                said = replace(said, role=role, length=length)
        if row.above and _LAG_OF.fullmatch(squeezed(row.label)) and not section_of(row.above[-1])[0]:
            said = Subject("spatial_lag_x", name_of(row.above[-1]))
        if row.above and row.label.strip() == "x" and not section_of(row.above[-1])[0]:
            said = Subject("coefficient", name_of(row.above[-1]))
        if not said.statistic:
            said = _under_test(row, said, section)
        if not said.statistic and section.role:
            said = _in_section(said, section)
        if said.role in ("lm", "robust_lm"):
            of_lag = re.search(r"lag|滞后", section.heading + " ".join(row.above), re.I)
            of_error = re.search(r"err|误差", section.heading + " ".join(row.above), re.I)
            if of_lag or of_error:
                said = replace(said, role=said.role + ("_lag" if of_lag else "_error"))
        if said.role in ("rho", "lambda"):
            said = replace(said, role=_headed(section.heading) or said.role)
        self._remember(said)
        if said.role in EFFECTS and not said.subject:
            said = replace(said, subject=self._named_above(row, section) or self._main())
        if self.kind == "mediation" and said.statistic and row.above:
            said = replace(said, subject=name_of(" ".join(row.above)))
        return said

    def _named_above(self, row: Row, section: Section) -> str:
        """Return the variable that a heading beside or over the effects names: lnX over direct, indirect, total."""
        beside = name_of(row.above[-1]) if row.above else ""
        if beside and beside in (*self.regressors, *self.lagged):
            return beside
        headings = [*row.above[-1:], *([] if section.role or divides(section.heading) else [section.heading])]
        names = [one for one in headings if one and not section_of(one)[0] and not divides(one)]
        return name_of(names[0]) if names and not self.regressors else ""

    def _remember(self, said: Subject) -> None:
        if said.role == "coefficient" and said.subject not in self.regressors:
            self.regressors.append(said.subject)
        if said.role == "spatial_lag_x" and said.subject not in self.lagged:
            self.lagged.append(said.subject)

    def _main(self) -> str:
        """Return the variable that unnamed effects are about: the first regressor that has a lag of W in the table.

        Without one, the first regressor that is no lagged outcome.
        """
        own = [one for one in self.regressors if not is_lagged_outcome(one)]
        with_lag = [one for one in own if one in self.lagged]
        return (with_lag or self.lagged[:1] or own or self.regressors or [""])[0]


def _headed(heading: str) -> str:
    """Return which spatial parameter a heading names: splm calls the lag lambda and the error rho."""
    if re.match(r"spatial autoregressive (?:coefficient|parameter)", heading, re.I):
        return "rho"
    return "lambda" if re.match(r"spatial error (?:coefficient|parameter)", heading, re.I) else ""


def _under_test(row: Row, said: Subject, section: Section) -> Subject:
    """Return the test that a heading and the label name together: "LM test" over "SEM (robust)"."""
    for heading in (*row.above, *([section.heading] if section.role == "tests" else [])):
        role, other = (
            statistic_of(f"{heading} {row.label}") if statistic_of(heading)[0] in TESTS else ("", "")
        )
        if role in TESTS:
            return Subject(role, "", other, statistic=True)
    return said


def _in_section(said: Subject, section: Section) -> Subject:
    if section.role in ("parameters", "tests"):
        return (
            replace(said, role="unknown")
            if said.role == "coefficient" and section.role == "parameters"
            else said
        )
    if section.role == "coefficient" and said.role == "spatial_lag_x":
        return said
    return replace(said, role=section.role, length=section.length)
