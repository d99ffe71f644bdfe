"""The script of a package: it opens the figures beside it, runs the claim, and compares what comes out."""

from __future__ import annotations

import json

from panelkit.report.replication.own import PANEL, OwnFiles

RESULTS = "results.json"
SUMS = "sha256sums.txt"
SCRIPT = "run.py"

_TEXT = '''"""Run the claim again on the figures in data/ and hold every number against results.json.

Usage: python run.py
Exit status 0 where all agree to six significant digits, 1 where something differs.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

{imports}import panelkit as pk

HERE = Path(__file__).resolve().parent


def computed():
    """Return what the claim gives on the figures in data/."""
{body}


def leaves(value, place=""):
    """Yield every number and text of a result with its place in it."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from leaves(held, f"{{place}} {{key}}")
    elif isinstance(value, list):
        for at, held in enumerate(value):
            yield from leaves(held, f"{{place}}[{{at}}]")
    else:
        yield place.strip(), value


def placed(results):
    """Return every number and text by claim, reading, design and its place."""
    found = {{}}
    for one in results:
        head = " ".join(str(one[key]) for key in ("claim", "reading", "design") if one[key])
        found |= {{f"{{head}}: {{place}}": value for place, value in leaves(one)}}
    return found


def number(value):
    """Say whether a value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def agree(one, other):
    """Say whether two values agree: numbers to six significant digits."""
    if number(one) and number(other):
        return math.isclose(one, other, rel_tol=1e-6, abs_tol=1e-12)
    return one == other


def shown(value):
    """Return a value as it is printed."""
    return f"{{value:.6g}}" if isinstance(value, float) else str(value)


def main():
    """Print the numbers, then what differs."""
    if hasattr(sys.stdout, "reconfigure"):  # names that a terminal cannot print stop nothing
        sys.stdout.reconfigure(errors="backslashreplace")
    for line in (HERE / "{sums}").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        if not (HERE / name).is_file():
            print(f"not here any more: {{name}}")
        elif hashlib.sha256((HERE / name).read_bytes()).hexdigest() != digest:
            print(f"changed since the package was made: {{name}}")
    found = computed()
    stored = json.loads((HERE / "{results}").read_text(encoding="utf-8"))
    if stored["made_with"]["panelkit"] != pk.__version__:
        print(f"panelkit {{pk.__version__}} here, {{stored['made_with']['panelkit']}} when the package was made")
    for one in found:
        print(*filter(None, (one["claim"], one["reading"], one["design"], one["verdict"] or one["status"])))
        for place, value in leaves(one["headline"] or {{}}):
            print(f"  {{place}}: {{shown(value)}}")
    here, there = placed(found), placed(stored["results"])
    absent = "nothing"
    differ = [key for key in {{**there, **here}} if not agree(here.get(key, absent), there.get(key, absent))]
    for key in differ:
        one, other = (shown(values.get(key, absent)) for values in (here, there))
        print(f"differs: {{key}} is {{one}} here, {{other}} in {results}")
    numbers = sum(map(number, there.values()))
    print(f"{{numbers}} numbers: " + (f"{{len(differ)}} values differ" if differ else "all as in {results}"))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
'''


def script_text(claim_file: str, own: OwnFiles | None) -> str:
    """Return the script for a claim file of the package, on the extract of the shipped figures or the user's panel."""
    claim = f'HERE / "claim" / {json.dumps(claim_file, ensure_ascii=False)}'
    shipped = f'    result = pk.check({claim}, folder=HERE / "data")\n'
    body = (shipped if own is None else _own_body(claim, own)) + '    return result.to_list("en")'
    imports = "" if own is None else "import pandas as pd\n\n"
    return _TEXT.format(imports=imports, body=body, sums=SUMS, results=RESULTS)


def _own_body(claim: str, own: OwnFiles) -> str:
    """Return the lines that open the user's panel and weights, every cell as it stands."""
    texts = f", dtype={{{', '.join(f'{name!r}: str' for name in own.texts)}}}" if own.texts else ""
    lines = ['cells = {"keep_default_na": False, "na_values": [""]}']
    lines.append(f'panel = pd.read_csv(HERE / "data" / "{PANEL}"{texts}, **cells)')
    for at, (file, w) in enumerate(own.weights, start=1):
        ids = "list(table)" if all(isinstance(one, str) for one in w.ids) else "[int(name) for name in table]"
        islands = ', islands="zero"' if w.zero_rows else ""
        kept = '.normalised("none")' if w.as_given or w.normalisation in ("spectral", "minmax") else ""
        lines.append(f'table = pd.read_csv(HERE / "data" / "{file}", index_col=0, **cells)')
        lines.append(f"w_{at} = pk.as_weights(table.to_numpy(), {ids}, name={str(w.name)!r}{islands}){kept}")
    options = [f"data=panel, unit={own.unit!r}, time={own.time!r}"]
    names = [f"w_{at}" for at, _ in enumerate(own.weights, start=1)]
    options += [f"w=[{', '.join(names)}]"] if names else []
    options += [f"regions={own.regions!r}"] if own.regions else []
    lines.append(f"result = pk.check({claim}, {', '.join(options)})")
    return "".join(f"    {line}\n" for line in lines)
