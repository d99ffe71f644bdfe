"""What a template says of every field, above its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from panelkit.language.message import Message, message

OF_DOCUMENT: Mapping[str, Message] = {
    "key": message("a short name of the document: letters, digits, `_`, `-` and `.`"),
    "authors": message("who wrote it, one text each"),
    "title": message("its title; venue, year and doi may stand below"),
}
OF_CLAIM: Mapping[str, Message] = {
    "place": message("where the claim stands, and a phrase of at most 40 characters to find it by"),
    "flags": message(
        'what must be said beside the word: "association_only", "proxy_only", "far_proxy" (never SUPPORTED), '
        '"provincial_analogue", "province_for_city"'
    ),
    "says": message("the claim in your own words, in English and in Chinese; one sentence may stand in both"),
    "years": message('first and last year of the outcome; "newest" is the last one that all columns hold'),
    "test": message("the main test: a wild cluster bootstrap by unit, its draws and its seed"),
    "seed": message("the seed of the draws: the same seed gives the same numbers"),
}
OF_READING: Mapping[str, Message] = {
    "claimed": message("the number as it is printed, in quotes: its decimals matter"),
    "says": message("what the claim would be as a number or a sign; the sentence above may stand here too"),
}
OF_RULE: Mapping[str, Message] = {
    "sign": message('the claimed direction: "+" or "-"'),
    "value": message("the claimed number as it is printed, in quotes"),
    "bound": message("the bound, in quotes, that the number is claimed to clear"),
    "relation": message('"<", "<=", ">" or ">=": how the number stands to the bound'),
    "smallest": message(
        "the smallest effect that would matter, in units of the estimate and in quotes, decided before the run; "
        "without it delete both lines: the rule then takes its own"
    ),
    "why": message("the reason of the bound: a policy target, a cost, an earlier estimate"),
}
OF_DESIGN: Mapping[str, Message] = {
    "outcome": message("what is explained: a formula of columns, as `log(y / population)`"),
    "treatment": message("what is claimed to move it, a formula"),
    "controls": message("formulas that are held fixed beside it, one text each"),
    "lag": message("by how many years the treatment comes before the outcome, 0 to 5"),
    "lags": message("how many years back the cause is read"),
    "effects": message('"twoway" (unit and year), "unit", "time" or "none"'),
    "moderator": message("what is claimed to raise or lower the slope of the treatment"),
    "mediators": message("the links between treatment and outcome, one formula each"),
    "cause": message("what is claimed to come before the outcome"),
    "threshold": message("the variable at whose value the slope is claimed to change"),
    "inputs": message(
        "what the first of two stages takes, one formula each; `lag(x, 2)` is that of two years before"
    ),
    "intermediate": message("what the first stage makes and the second takes"),
    "output": message("what the second stage makes"),
    "figure": message("the figure that the claim is about, a formula"),
    "against": message("the figure that it is held against"),
    "given": message("formulas that are held fixed beside it, one text each"),
    "tested": message("the formulas that are claimed to matter together, one text each"),
    "regressors": message("formulas of the regression by windows, one text each"),
    "cohort": message("the column with the first treated year of each unit; 0 or empty: never treated"),
    "policy": message("a list of policies that ships (`pk.load_policies()` names them)"),
    "measure": message("what is measured of the figure every year"),
    "places": message("the units or provinces that the claim names"),
    "index": message("composite indices that ship (`panelkit index list`)"),
    "pool": message("indicators from which random systems are drawn, twelve or more"),
    "order": message("the claimed order, the first one highest"),
    "group": message("groups of figures by name, formulas of each in a list"),
    "leader": message("the group that is claimed to lead"),
    "model": message('"sar", "sem", "sdm", "slx", "sdem" or "sac"'),
    "effect": message('which effect is judged: "direct", "indirect", "total" or "rho"'),
    "weights": message(
        "weights given beside the panel; R-SPILL asks for a second matrix, without it PARTLY at most"
    ),
    "inequality": message('"gini", "theil_t", "theil_l" or "cv"'),
    "seed": message("the seed of the draws: the same seed gives the same numbers"),
}
HEAD = message(
    'A claim of your own. Every "..." waits to be filled before anything is computed; what is decided after the '
    "results are known is no test."
)
DOCUMENT = message("The document: the citation, as far as its own text shows it.")
CLAIM = message("The claim.")
READING = message("How it is read: the rule that turns a result into a word.")
DESIGN = message(
    "The principal design decides. Others may stand below it: alternatives, or parts that must hold too "
    '(standing = "part").'
)
GRID = message(
    "The defensible specifications: every combination of the choices below. Delete what you would not defend, add what "
    "a critic would."
)


PLAUSIBLE = message(
    "A bound of the claimed number itself, whatever the estimate is: what it makes of a treatment that rises by a "
    'tenth, against the widest move of the outcome in any unit ("reach"), or yuan for each yuan (kind = "yuan", '
    'too_large = "2").'
)


def of_rule(name: str, *, bound: bool) -> Message | None:
    """Return what is said of a field of a rule; `value` is a claimed number, or a bound that needs a reason."""
    return OF_RULE.get("bound" if bound and name == "value" else name)


def takes(words: Sequence[str]) -> Message:
    """Return which words a field takes."""
    return message("one of {words}", words=list(words))


def more(names: Sequence[str]) -> Message:
    """Return which fields a table may have beside those that it shows."""
    return message("may also say: {names}", names=list(names))


def columns(name: str, names: Sequence[str], rest: int) -> Message:
    """Return the columns of the user's panel, and how many are not named."""
    if rest:
        return message("columns of {name}: {names} and {n} more", name=name, names=list(names), n=rest)
    return message("columns of {name}: {names}", name=name, names=list(names))


def first(command: str) -> Message:
    """Return how what is missing is named."""
    return message("What is missing: {command}", command=command)


def then(command: str) -> Message:
    """Return how the verdict is had."""
    return message("The verdict: {command}", command=command)
