"""Ranges of lags in formulas of dynamic panels: `lag(x, 1:3)` is the sum of three terms."""

from __future__ import annotations

from panelkit.formula.tokens import Token, refuse, tokenise
from panelkit.language.message import message

MAX_LAG = 1_000
_OPENING, _CLOSING = "(", ")"


def closing_of(text: str, tokens: list[Token], at: int) -> int:
    """Return where the parenthesis that opens at `at` closes."""
    depth = 0
    for place in range(at, len(tokens)):
        token = tokens[place]
        if token.kind == "op" and token.text in (_OPENING, _CLOSING):
            depth += 1 if token.text == _OPENING else -1
            if depth == 0:
                return place
    return refuse(text, tokens[-1].at, message("the formula ends here"), message("close the call by `)`"))


def with_ranges(text: str) -> str:
    """Write `lag(x, 1:3)`, where it is a whole term, as the sum of its lags."""
    tokens = tokenise(text, comparing=True)
    for at in range(len(tokens) - 1, -1, -1):
        if tokens[at].kind != "name" or tokens[at].text != "lag" or tokens[at + 1].text != _OPENING:
            continue
        close = closing_of(text, tokens, at + 1)
        tail = tokens[close - 4 : close]
        if [token.kind if token.kind == "number" else token.text for token in tail] != [
            ",",
            "number",
            ":",
            "number",
        ]:
            continue
        first, last = tail[1].text, tail[3].text
        whole = first.isdigit() and last.isdigit() and int(first) <= int(last) <= MAX_LAG
        before = tokens[at - 1].text if at else "~"
        if not whole or before not in ("~", "+") or tokens[close + 1].text not in ("+", "-", ""):
            refuse(
                text,
                tail[1].at,
                message("lags {first} to {last}", first=first, last=last),
                message("`lag(x, 1:3)` is a term of its own, the nearer lag first"),
            )
        inside = text[tokens[at + 2].at : tail[0].at].rstrip()
        written = " + ".join(_lagged(inside, k) for k in range(int(first), int(last) + 1))
        text = text[: tokens[at].at] + written + text[tokens[close].at + 1 :]
    return text


def _lagged(inside: str, k: int) -> str:
    """Write one lag of an expression as a term; lag 0 is the expression itself."""
    if k > 0:
        return f"lag({inside}, {k})"
    tokens = tokenise(inside)
    call = (
        tokens[0].kind == "name"
        and tokens[1].text == _OPENING
        and closing_of(inside, tokens, 1) == len(tokens) - 2
    )
    return inside if len(tokens) == 2 or call else f"I({inside})"
