"""What LaTeX prints of a cell: plain signs, Greek letters, raised parts, lines."""

from __future__ import annotations

import re

from panelkit.audit.glyphs import raised
from panelkit.audit.reading.tex_source import LENGTH, argument, option

_DEPTH = 40
_SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ",
    "Omega": "Ω", "Gamma": "Γ", "Lambda": "Λ", "Theta": "Θ", "times": "×", "cdot": "·", "pm": "±", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "infty": "∞", "ast": "*", "star": "*",
    "dagger": "†", "ddagger": "‡", "textdagger": "†", "textdaggerdbl": "‡", "textasteriskcentered": "*",
    "textminus": "−", "textendash": "–", "textemdash": "—", "textless": "<", "textgreater": ">", "lt": "<", "gt": ">",
    "ldots": "...", "dots": "...", "cdots": "...", "textbackslash": "\\", "S": "§", "P": "¶", "checkmark": "√",
    "textonesuperior": "¹", "texttwosuperior": "²", "textthreesuperior": "³", "sum": "Σ", "ell": "l", "to": "→",
    "rightarrow": "→", "par": "\n", "newline": "\n", "linebreak": "\n", "tabularnewline": "\n", "quad": " ",
    "qquad": " ", "enspace": " ", "thinspace": " ", "space": " ", "mid": "|", "vert": "|", "prime": "′", "ss": "ß",
}  # fmt: skip
_ESCAPED = {
    "\\": "\n",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    " ": " ",
    "/": "",
    "(": "",
    ")": "",
    "[": "",
    "]": "",
}
_DROPPED = {  # commands whose arguments print nothing, with how many there are
    "hspace": 1, "vspace": 1, "phantom": 1, "hphantom": 1, "vphantom": 1, "label": 1, "color": 1, "rowcolor": 1,
    "cellcolor": 1, "fontsize": 2, "setlength": 2, "addlinespace": 0, "noalign": 1, "rule": 2, "cmidrule": 1,
    "cline": 1, "specialrule": 3, "cite": 1, "citep": 1, "citet": 1, "ref": 1, "footnotemark": 0, "includegraphics": 1,
    "setcounter": 2, "addtocounter": 2, "arraystretch": 0, "begin": 1, "end": 1, "renewcommand": 2, "extracolsep": 1,
}  # fmt: skip
_SECOND = {
    "textcolor",
    "multicolumn",
    "multirow",
    "parbox",
    "scalebox",
    "resizebox",
    "colorbox",
    "raisebox",
    "href",
}
_BEFORE = {"multicolumn": 2, "multirow": 2, "parbox": 1, "textcolor": 1, "scalebox": 1, "resizebox": 2}
_RAISED = {"textsuperscript", "sym", "tnote", "sp", "textsu"}


def cleaned(text: str) -> str:
    """Return what a piece of source prints, its lines parted by a line break."""
    said = _read(text, 0)
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in said.split("\n"))
    return "\n".join(line for line in lines if line)


def _read(text: str, depth: int) -> str:
    out: list[str] = []
    at = 0
    text = re.sub(r"---", "—", text).replace("--", "–").replace("\n", " ")
    while at < len(text):
        sign = text[at]
        if sign == "\\":
            said, at = _command(text, at, depth)
            out.append(said)
        elif sign == "^":
            inner, at = argument(text, at + 1)
            out.append(raised(_deeper(inner, depth)))
        elif sign == "_":
            inner, at = argument(text, at + 1)
            said = _deeper(inner, depth).strip()
            out.append(said if len(said) == 1 else f"_{said}")
        elif sign == "{":
            inner, at = argument(text, at)
            out.append(_deeper(inner, depth))
        else:
            out.append({"$": "", "}": "", "~": " ", "&": " "}.get(sign, sign))
            at += 1
    return "".join(out)


def _deeper(text: str, depth: int) -> str:
    return _read(text, depth + 1) if depth < _DEPTH else text


def _command(text: str, at: int, depth: int) -> tuple[str, int]:
    """Return what the command at a place prints, and where it ends."""
    found = re.compile(r"\\([A-Za-z@]+)\*?[ \t]*|\\(.)", re.S).match(text, at)
    if found is None:
        return "", at + 1
    end = found.end()
    if found[2] is not None:
        if found[2] == "\\":
            return "\n", LENGTH.match(text, end).end()  # type: ignore[union-attr]
        if found[2] in "\"'`^~=." and re.match(r"\{?[A-Za-z]", text[end : end + 2]):
            inner, end = argument(text, end)
            return inner, end
        return _ESCAPED.get(found[2], found[2]), end
    name = found[1]
    if name in _SIGNS:
        return _SIGNS[name], end
    if name in _DROPPED:
        end = option(text, end)
        for _ in range(_DROPPED[name]):
            _, end = argument(text, end)
        return "", end
    if name in _RAISED or name in _SECOND:
        return _nested(name, text, end, depth)
    end = option(text, end) if end < len(text) and text[end - 1] != " " else end
    if end < len(text) and text[end] == "{":
        inner, end = argument(text, end)
        return _deeper(inner, depth), end
    return "", end


def _nested(name: str, text: str, end: int, depth: int) -> tuple[str, int]:
    """Return what a command prints whose text is its last argument, or raised."""
    end = option(text, end)
    for _ in range(_BEFORE.get(name, 1) if name in _SECOND else 0):
        _, end = argument(text, end)
        end = option(text, end)
    inner, end = argument(text, end)
    said = _deeper(inner, depth)
    return (raised(said) if name in _RAISED else said), end
