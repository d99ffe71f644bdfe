"""A search in words: what was found, what was tried, how likely chance is."""

from __future__ import annotations

from panelkit.audit.convention.chance import ENOUGH, Chance
from panelkit.audit.convention.matches import Match, common, undecided
from panelkit.audit.convention.target import ERROR, ESTIMATE, NOBS, PERIODS, R2, UNITS, P, Reading, T, Wanted
from panelkit.language.message import Message, counted, listed, message, verbatim

TITLE = message("Which convention prints these numbers")
_SHOWN = 4  # names of candidates with equal numbers
_KINDS = {
    ERROR: message("standard error"),
    T: message("t statistic"),
    P: message("p-value"),
    NOBS: message("observations"),
    UNITS: message("number of units"),
    PERIODS: message("number of periods"),
    R2[0]: message("R2 within"),
    R2[1]: message("R2 within units, periods counted as explained"),
    R2[2]: message("R2 with the effects"),
    R2[3]: message("adjusted R2 with the effects"),
    R2[4]: message("adjusted R2 within"),
    R2[5]: message("R2 within units, periods not fitted (linearmodels)"),
    "direct": message("direct effect"),
    "indirect": message("indirect effect"),
    "total": message("total effect"),
}
_AXES = {
    "effects": message("effects"),
    "covariance": message("covariance"),
    "window": message("window of periods"),
    "units": message("units left out"),
    "sample": message("sample"),
    "lag": message("lags"),
    "controls": message("controls"),
    "logs": message("logarithms"),
    "figures": message("version of the figures"),
    "centring": message("centring"),
    "coefficients": message("standardisation"),
    "singletons": message("singletons"),
    "mistake": message("mistake"),
    "model": message("model"),
    "convention": message("convention of the program"),
    "weights": message("spatial weights"),
}
_WORDS = {"printed": message("printed"), "number": message("printed number")}


def kind_word(key: str) -> Message:
    """Return the heading of a column."""
    return _WORDS[key]


def number_name(wanted: Wanted, kind: str) -> Message:
    """Return what a printed number is called."""
    prefix, _, rest = kind.rpartition(" ")
    if kind in _KINDS:
        said: Message = _KINDS[kind]
    elif prefix in _KINDS and rest in _KINDS:
        said = message("{effect}, {kind}", effect=_KINDS[prefix], kind=_KINDS[rest])
    else:
        said = verbatim(kind)
    if kind == ESTIMATE:
        return verbatim(wanted.term)
    return said if not wanted.term else message("{term}: {kind}", term=verbatim(wanted.term), kind=said)


def state_words(state: str, hits: int, numbers: int) -> Message:
    """Return the state as a sentence."""
    if state == "found":
        return message("Found: one way prints all {numbers} numbers.", numbers=numbers)
    if state == "several":
        return message(
            "Several: {hits} ways print all {numbers} numbers, equally near to what is stated.",
            hits=hits,
            numbers=numbers,
        )
    if state == "none":
        return message(
            "None of the candidates prints all {numbers} numbers; the nearest stand below.", numbers=numbers
        )
    return message(
        "Too few digits to tell: {hits} ways print all {numbers} numbers, and chance alone would give such a match.",
        hits=hits,
        numbers=numbers,
    )


def axes_words(hits: tuple[Match, ...]) -> list[Message]:
    """Say what all hits share, and on which axes they differ."""
    shared, left = common(hits), undecided(hits)
    if len(hits) == 1:
        return [message("It is: {choices}.", choices=hits[0].candidate.label)]
    said = []
    if shared:
        said.append(message("They share: {choices}.", choices=listed([one.said for one in shared])))
    if left:
        said.append(
            message("The printed digits do not tell: {axes}.", axes=[axis_word(axis) for axis in left])
        )
    return said


def further_words(further: int) -> list[Message]:
    """Say that ways further from what is stated, or known mistakes, print the numbers too."""
    if not further:
        return []
    return [
        counted(
            "{n} way further from what is stated, or a known mistake, prints them too.",
            "{n} ways further from what is stated, or known mistakes, print them too.",
            n=further,
        )
    ]


def axis_word(axis: str) -> Message:
    """Return an axis in words."""
    return _AXES.get(axis, verbatim(axis))


def same_words(match: Match) -> list[Message]:
    """Name the other candidates that print the same numbers."""
    others = match.candidates[1:]
    if not others:
        return []
    named = [_difference(match, at) for at in range(1, min(len(match.candidates), 1 + _SHOWN))]
    if len(others) > _SHOWN:
        return [
            message("The same numbers: {named}; and {more} more.", named=named, more=len(others) - _SHOWN)
        ]
    return [message("The same numbers: {named}.", named=named)]


def _difference(match: Match, at: int) -> Message:
    """Return the choices in which a candidate differs from the first with its numbers."""
    first = set(match.candidate.options)
    own = [one.said for one in match.candidates[at].options if one not in first]
    return listed(own) if own else match.candidates[at].label


def match_words(match: Match) -> Message:
    """Return a nearest candidate in words: its choices, what it is, and how far its numbers are."""
    label = match.candidate.label
    if match.candidate.kind == "mistake":
        label = message("{choices} (a known mistake)", choices=label)
    if match.hit:
        return message("{choices}: all numbers", choices=label)
    return counted(
        "{choices}: misses {n} number, by {digits} digits",
        "{choices}: misses {n} numbers, by {digits} digits at most",
        n=match.missed,
        choices=label,
        digits=f"{match.worst:.1f}",
    )


def reading_words(reading: Reading) -> list[Message]:
    """Say how numbers of unknown meaning were read for the nearest candidate."""
    said = []
    for kind in reading.kinds.values():
        bare = kind.rpartition(" ")[2] if kind not in _KINDS else kind
        if bare in (ERROR, T):
            said.append(message("Brackets are read as: {kind}.", kind=_KINDS[bare]))
        elif kind in _KINDS:
            said.append(message("R2 is read as: {kind}.", kind=_KINDS[kind]))
    return list(dict.fromkeys(said))


def tried_words(tried: int, fits: int, ruled_out: int) -> Message:
    """Say how many candidates were tried."""
    if ruled_out:
        return message(
            "Tried: {tried:,} candidates on {fits:,} estimated models; {ruled_out:,} more models have another number "
            "of observations than is printed.",
            tried=tried,
            fits=fits,
            ruled_out=ruled_out,
        )
    return message("Tried: {tried:,} candidates on {fits:,} estimated models.", tried=tried, fits=fits)


def chance_words(chance: Chance) -> tuple[Message, ...]:
    """Say how likely a match by chance is, far away and close by."""
    told = {
        "matched": chance.matched,
        "draws": chance.draws,
        "among": chance.among,
        "share": chance.far,
    }
    if chance.dealt:
        far = message(
            "Chance, far: {matched} of {draws} papers of this design, the errors of whole units dealt anew, are "
            "printed by one of the {among:,} candidates as near to what is stated as this one ({share:.1%}).",
            **told,
        )
    else:
        far = message(
            "Chance, far: {matched} of {draws} sets of numbers like those of the candidates are printed by one of the "
            "{among:,} candidates as near to what is stated as this one ({share:.1%}).",
            **told,
        )
    near = message(
        "Chance, near: other candidates fill {neighbours:,} of the printings within {radius} units of the last "
        "digit of every number, a share of {filled:.2g}. Found means that both shares are below {enough:.0%}.",
        neighbours=chance.neighbours,
        radius=f"{chance.radius:g}",
        filled=chance.filled,
        enough=ENOUGH,
    )
    return far, near
