"""Formulas of dynamic panels: a model, then the instruments behind a bar, `y ~ lag(y, 1) + x | gmm(y, 2:4) + iv(x)`.

The text is cut by the tokens of the gate; what stands between the cuts is read by the gate itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NoReturn

from panelkit.formula.formula import Formula, parse_formula
from panelkit.formula.grammar import parse_terms, spelled_term
from panelkit.formula.lag_ranges import MAX_LAG, closing_of, with_ranges
from panelkit.formula.tokens import Token, refuse, tokenise
from panelkit.formula.tree import Factor, Term
from panelkit.language.message import Message, message

Equation = Literal["both", "diff", "level"]

_OPENING, _CLOSING = "(", ")"
_FORM = message(
    "behind the bar stand instruments joined by `+`: `gmm(x, 2:4)` (lags 2 to 4 of x), `gmm(x, 2:)` (2 and deeper), "
    "`iv(x + z)`; `diff`, `level` or `collapse` may follow after a comma"
)


@dataclass(frozen=True)
class GmmNode:
    """Lags `first` to `last` (None: all deeper ones) of one expression as instruments, a block a period or collapsed.

    `equation` says of which: transformed ("diff"), levels ("level") or both; `collapse` None leaves it to the model.
    """

    factor: Factor
    first: int
    last: int | None
    equation: Equation = "both"
    collapse: bool | None = None

    @property
    def label(self) -> str:
        """Return the node as a table names it."""
        last = "" if self.last is None else str(self.last)
        lags = str(self.first) if self.first == self.last else f"{self.first}:{last}"
        own = {"both": "", "diff": ", diff", "level": ", level"}[self.equation]
        return f"gmm({self.factor.label}, {lags}{own})"


@dataclass(frozen=True)
class IvNode:
    """One term that is an instrument as it stands, transformed as the equation is."""

    term: Term
    equation: Equation = "both"

    @property
    def label(self) -> str:
        """Return the node as a table names it."""
        own = {"both": "", "diff": ", diff", "level": ", level"}[self.equation]
        return f"iv({self.term.label}{own})"


@dataclass(frozen=True)
class MomentFormula:
    """A model and its instruments; `given` tells whether the formula named any."""

    text: str
    model: Formula
    gmm: tuple[GmmNode, ...]
    iv: tuple[IvNode, ...]
    given: bool


def parse_moments(text: str) -> MomentFormula:
    """Read `outcome ~ terms | instruments`; without a bar there are none. `lag(x, 1:3)` is three terms.

    Raises
    ------
    SpecError
        If anything but the grammar of docs/formulas.md and docs/dynamic_gmm.md is in the text.
    """
    tokens = tokenise(text, comparing=True)
    bars = [token for token in tokens if token.kind == "op" and token.text == "|"]
    if len(bars) > 1:
        refuse(
            text, bars[1].at, message("a second bar"), message("one bar parts the model from its instruments")
        )
    at = bars[0].at if bars else len(text)
    model = parse_formula(with_ranges(text[:at]))
    gmm: list[GmmNode] = []
    iv: list[IvNode] = []
    if bars:
        for call in _calls(text, [token for token in tokens if token.at > at]):
            if call.name == "gmm":
                gmm += call.gmm_nodes()
            else:
                iv += call.iv_nodes()
    return MomentFormula(text, model, tuple(gmm), tuple(iv), bool(bars))


@dataclass(frozen=True)
class _Call:
    """One call behind the bar: its name, and the tokens of its arguments, which end before `stop`."""

    text: str
    name: str
    at: int
    arguments: tuple[tuple[Token, ...], ...]
    stops: tuple[int, ...]

    def gmm_nodes(self) -> list[GmmNode]:
        if len(self.arguments) < 2:
            refuse(self.text, self.at, message("gmm() without lags"), _FORM)
        first, last = self._lags(self.arguments[1])
        words = self._words(self.arguments[2:], ("diff", "level", "collapse"))
        nodes = []
        for term in self._terms():
            if len(term.factors) != 1 or term.factors[0].kind != "value":
                refuse(
                    self.text,
                    self.at,
                    message("`{term}` inside gmm()", term=term.label),
                    message("gmm() takes numbers: write a product as `I(a * b)`"),
                )
            collapse = True if "collapse" in words else None
            nodes.append(GmmNode(term.factors[0], first, last, _equation(words), collapse))
        return nodes

    def iv_nodes(self) -> list[IvNode]:
        words = self._words(self.arguments[1:], ("diff", "level"))
        return [IvNode(term, _equation(words)) for term in self._terms()]

    def _terms(self) -> tuple[Term, ...]:
        tokens = self.arguments[0]
        if not tokens:
            refuse(self.text, self.at, message("`{name}` needs an argument", name=self.name), _FORM)
        return parse_terms(with_ranges(self.text[tokens[0].at : self.stops[0]]))

    def _lags(self, tokens: tuple[Token, ...]) -> tuple[int, int | None]:
        """Return the first and the last lag; one number is that lag alone."""
        if tokens and tokens[0].text == "lag" and len(tokens) > 1 and tokens[1].text == "=":
            tokens = tokens[2:]
        kinds = [token.kind if token.kind != "op" else token.text for token in tokens]
        if kinds not in (["number"], ["number", ":"], ["number", ":", "number"]):
            self._refuse_lags(tokens)
        first = self._whole(tokens[0])
        last = first if len(tokens) == 1 else None if len(tokens) == 2 else self._whole(tokens[2])
        if last is not None and last < first:
            refuse(
                self.text,
                tokens[0].at,
                message("lags {first} to {last}", first=first, last=last),
                message("the nearer lag stands first: `{last}:{first}`", first=first, last=last),
            )
        return first, last

    def _whole(self, token: Token) -> int:
        value = float(token.text)
        if value != int(value) or not 0 <= value <= MAX_LAG:
            self._refuse_lags((token,))
        return int(value)

    def _refuse_lags(self, tokens: tuple[Token, ...]) -> NoReturn:
        refuse(
            self.text,
            tokens[0].at if tokens else self.at,
            message("lags of gmm()"),
            message("they are whole numbers: `2:4`, `2:` (2 and deeper) or `2`"),
        )

    def _words(self, arguments: tuple[tuple[Token, ...], ...], held: tuple[str, ...]) -> frozenset[str]:
        found = set()
        for tokens in arguments:
            if len(tokens) != 1 or tokens[0].text not in held:
                refuse(self.text, tokens[0].at if tokens else self.at, self._unknown(tokens), _FORM)
            found.add(tokens[0].text)
        return frozenset(found)

    def _unknown(self, tokens: tuple[Token, ...]) -> Message:
        shown = "".join(token.text for token in tokens)
        return message("an option `{shown}` that `{name}` does not have", shown=shown, name=self.name)


def _equation(words: frozenset[str]) -> Equation:
    if ("diff" in words) == ("level" in words):
        return "both"
    return "diff" if "diff" in words else "level"


def _calls(text: str, tokens: list[Token]) -> list[_Call]:
    """Return the calls behind the bar; the last token is the end."""
    calls = []
    at = 0
    while True:
        name = tokens[at]
        opens = tokens[at + 1] if name.kind != "end" else name
        if name.kind != "name" or name.text not in ("gmm", "iv") or opens.text != _OPENING:
            shown = (
                message("the formula ends here")
                if name.kind == "end"
                else message("`{text}` does not fit here", text=name.text)
            )
            refuse(text, name.at, shown, _FORM)
        close = closing_of(text, tokens, at + 1)
        calls.append(_call(text, tokens, at, close))
        after = tokens[close + 1]
        if after.kind == "end":
            return calls
        if after.text != "+":
            refuse(text, after.at, message("`{text}` does not fit here", text=after.text), _FORM)
        at = close + 2


def _call(text: str, tokens: list[Token], at: int, close: int) -> _Call:
    """Return the call whose name stands at `at` and whose parenthesis closes at `close`."""
    depth = 0
    arguments: list[list[Token]] = [[]]
    stops: list[int] = []
    for token in tokens[at + 2 : close]:
        depth += (token.text == _OPENING) - (token.text == _CLOSING) if token.kind == "op" else 0
        if depth == 0 and token.kind == "op" and token.text == ",":
            stops.append(token.at)
            arguments.append([])
        else:
            arguments[-1].append(token)
    stops.append(tokens[close].at)
    return _Call(text, tokens[at].text, tokens[at].at, tuple(tuple(part) for part in arguments), tuple(stops))


def spelled_terms(terms: tuple[Term, ...]) -> str:
    """Write terms back as the right side of a formula."""
    return " + ".join(spelled_term(term) for term in terms)
