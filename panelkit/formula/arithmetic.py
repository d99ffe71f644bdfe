"""Work out the tree of a formula on the columns of a frame; nothing is ever handed to Python's `eval`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from panelkit.formula.dialects import effects_hint
from panelkit.formula.tree import Call, Chain, Column, Factor, Negate, Node, Number, Power, columns_of
from panelkit.kernels.frames import as_pandas
from panelkit.kernels.index import SHOWN, Array, PanelIndex, listed, read_panel_index
from panelkit.language.errors import DataError
from panelkit.language.message import Message, lines, message, verbatim
from panelkit.show.brief import Brief

_ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "asinh": np.arcsinh,
}
_REAL = (int, float, Decimal, np.integer, np.floating, np.bool_)
_STANDARD = ("province", "year")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[,，][0-9]{3})+(?:\.[0-9]*)?")
_LOGS = frozenset({"log", "log2", "log10"})
BY_SAMPLE = frozenset({"center", "standardize", "scale", "winsorize"})


class Cells:
    """The columns of a frame as checked float arrays, and the place of every row."""

    def __init__(self, frame: pd.DataFrame, unit: str | None = None, time: str | None = None) -> None:
        self.frame = frame = as_pandas(frame)
        self._bare = pd.DataFrame(
            frame
        )  # shares the data without attrs, which pandas copies with each column
        self.unit = unit
        self.time = time
        self._columns: dict[str, Array] = {}

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def panel(self) -> PanelIndex:
        """Return the units and times of the rows."""
        return read_panel_index(self.frame, self.unit, self.time)

    @cached_property
    def names(self) -> frozenset[str]:
        """Return the names that a formula may use: columns, levels of the index, `province` and `year`."""
        own = [name for name in (*self.frame.columns, *self.frame.index.names) if isinstance(name, str)]
        return frozenset([*own, *(_STANDARD if self._is_panel else ())])

    @cached_property
    def _is_panel(self) -> bool:
        try:
            return self.panel is not None
        except DataError:
            return False

    def require(self, wanted: Iterable[str]) -> None:
        """Refuse, in one message, every name that the data do not hold.

        Raises
        ------
        DataError
            With near matches for each missing name.
        """
        missing = [name for name in dict.fromkeys(wanted) if name not in self.names]
        if not missing:
            return
        absent = []
        for name in missing:
            near = difflib.get_close_matches(name, sorted(self.names), n=3, cutoff=0.6)
            asides = [aside for aside in (effects_hint(name), _near(near)) if aside]
            absent.append(_with_asides(f"`{name}`", asides))
        held = listed([f"`{name}`" for name in sorted(self.names)], len(self.names))
        raise DataError(
            message("the data hold no column {names}. There are {held}.", names=absent, held=held)
        )

    def raw(self, name: str) -> Any:
        """Return a column, or a level of the index, as it stands."""
        if name in self.frame.columns:
            values: Any = self._bare[name]
            if isinstance(values, pd.DataFrame):
                raise DataError(
                    message(
                        "the data hold {columns} columns called `{name}`: rename all but one",
                        columns=values.shape[1],
                        name=name,
                    )
                )
            return values
        if name in self.frame.index.names:
            return self.frame.index.get_level_values(name)
        panel = self.panel
        return pd.Index(
            panel.unit_labels[panel.unit] if name == "province" else panel.time_labels[panel.time]
        )

    def column(self, name: str) -> Array:
        """Return a column as (n,) float64, NaN where missing.

        Raises
        ------
        DataError
            If a cell is not a number.
        """
        if name not in self._columns:
            self._columns[name] = self._numbers(name)
        return self._columns[name]

    def reading(self, names: Iterable[str], values: Array) -> Cells:
        """Return the same table, in which these names read as the given numbers (n,)."""
        other = Cells(self.frame, self.unit, self.time)
        other.__dict__["panel"] = self.panel
        other._columns = {**self._columns, **dict.fromkeys(names, values)}
        other.__dict__["names"] = self.names | frozenset(names)
        return other

    def _numbers(self, name: str) -> Array:
        values = self.raw(name)
        dtype = values.dtype
        if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
            return np.asarray(values.to_numpy(), dtype=np.float64)
        if not isinstance(dtype, np.dtype) and pd.api.types.is_numeric_dtype(dtype):
            return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
        cells = values.to_numpy(dtype=object)
        missing = np.asarray(pd.isna(cells))
        if isinstance(dtype, pd.CategoricalDtype):
            raise DataError(
                message(
                    "column `{name}` holds categories: write `C({name})`, or convert it to numbers", name=name
                )
            )
        wrong = np.array([not isinstance(cell, _REAL) for cell in cells]) & ~missing
        if bool(wrong.any()):
            wrong = _no_numbers(cells, wrong)
            first = cells[int(np.flatnonzero(wrong)[0])]
            raise DataError(
                message(
                    "column `{name}` is not numeric: {first!r} in {place}. {remedy}",
                    name=name,
                    first=first,
                    place=self.where(wrong),
                    remedy=_text_remedy(name, first),
                )
            )
        return np.where(missing, np.nan, np.where(missing, 0.0, cells)).astype(np.float64)

    def where(self, rows: Array) -> Message:
        """Name the places of the marked rows: the first few, and how many more."""
        at = np.flatnonzero(rows)
        if self._is_panel:
            at = at[np.lexsort((self.panel.time[at], self.panel.unit[at]))]
            named: list[str] = [self.panel.place(int(row)) for row in at[:SHOWN]]
        else:
            named = [message("row {row!s}", row=self.frame.index[int(row)]) for row in at[:SHOWN]]
        return listed(named, len(at))

    @cached_property
    def breaks(self) -> dict[str, list[int]]:
        """Return the years in which a series starts a new base, but for the series that are allowed to."""
        facts = self.frame.attrs.get("panelkit", {})
        allowed = set(facts.get("breaks_allowed", ()))
        return {
            name: sorted(int(year) for year in years)
            for name, years in facts.get("breaks", {}).items()
            if name not in allowed
        }


@dataclass(frozen=True, eq=False)
class ArithmeticProblem(Brief):
    """What went wrong at the marked rows (n,): the label, what was seen, and the remedy.

    `reach` (n,) is the row that each row reads there (-1: none; None: itself), `among` (n,) the rows that ask.
    """

    label: str
    seen: Message
    rows: Array
    remedy: Message
    reach: Array | None = None
    among: Array | None = None

    def said(self, place: Message) -> Message:
        """Return the problem as a sentence that names its places."""
        if not self.label:
            return message("{seen} in {place}: {remedy}", seen=self.seen, place=place, remedy=self.remedy)
        return message(
            "`{label}`: {seen} in {place}. Remedy: {remedy}.",
            label=self.label,
            seen=self.seen,
            place=place,
            remedy=self.remedy,
        )

    def seen_by(self, asking: Array) -> Array:
        """Mark the rows of the problem that the asking rows (n,) read."""
        asking = asking if self.among is None else asking & self.among
        if self.reach is None:
            return self.rows & asking
        read = self.reach[asking]
        marked = np.zeros(len(self.rows), dtype=bool)
        marked[read[read >= 0]] = True
        return self.rows & marked


class Evaluator:
    """Values of trees on one table; problems are gathered, and raised together by `finish`.

    `sample` (n,) bool marks the rows whose mean, deviation and quantiles center(), standardize(), scale()
    and winsorize() use; `statistics` holds such pairs by label, and those already there are used again.
    """

    def __init__(
        self,
        table: Cells,
        sample: Array | None = None,
        statistics: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        self.table = table
        self.sample = sample
        self.statistics = dict(statistics or {})
        self.problems: list[ArithmeticProblem] = []

    def factor(self, factor: Factor) -> Array:
        """Return one factor's value as (n,) float64; of C(), bs() and poly(), of their argument."""
        value = self.value(factor.node)
        if value.ndim == 0:
            return np.full(len(self.table), float(value))
        return value

    def finish(self, asking: Array | None = None) -> None:
        """Raise every problem met so far in one DataError: of all rows, or of what the marked rows (n,) read."""
        found = []
        for problem in self.problems:
            rows = problem.rows
            if asking is not None or problem.among is not None:
                everyone = np.ones(len(rows), dtype=bool)
                rows = problem.seen_by(everyone if asking is None else asking)
            if bool(rows.any()):
                found.append(problem.said(self.table.where(rows)))
        if found:
            raise DataError(lines(dict.fromkeys(found)))

    def missing(self, node: Node) -> Array:
        """Return where a tree has no value because its cells have none, (n,) bool, whatever its statistics."""
        match node:
            case Number():
                return np.zeros(len(self.table), dtype=bool)
            case Column(name):
                return np.isnan(self.table.column(name))
            case Negate(operand):
                return self.missing(operand)
            case Chain(first, rest):
                return np.logical_or.reduce(
                    [self.missing(part) for part in (first, *(item for _, item in rest))]
                )
            case Power(base, exponent):
                return self.missing(base) | self.missing(exponent)
            case Call():
                own = self.missing(node.argument)
                if node.name not in ("lag", "lead", "diff"):
                    return own
                step = -node.count("k") if node.name == "lead" else node.count("k")
                gone = np.isnan(self.table.panel.shifted(np.where(own, np.nan, 0.0), step)[0])
                return gone | own if node.name == "diff" else gone

    def value(self, node: Node) -> Array:
        """Return the value of a tree, (n,) or () for a number."""
        match node:
            case Number(value):
                return np.asarray(value)
            case Column(name):
                return self._cells(name)
            case Negate(operand):
                return -self.value(operand)
            case Chain():
                return self._chain(node)
            case Power():
                return self._power(node)
            case Call():
                return self._call(node)

    def _cells(self, name: str) -> Array:
        values = self.table.column(name)
        infinite = np.isinf(values)
        if not bool(infinite.any()):
            return values
        remedy = message("correct those cells, or set them to missing")
        self.problems.append(
            ArithmeticProblem("", message("column `{name}` is infinite", name=name), infinite, remedy)
        )
        return np.where(infinite, np.nan, values)

    def _chain(self, node: Chain) -> Array:
        total = self.value(node.first)
        with np.errstate(all="ignore"):
            for operator, part in node.rest:
                other = self.value(part)
                if operator == "/":
                    total = self._ratio(node, total, other, part)
                else:
                    total = self._finite(node, _OPERATIONS[operator](total, other), total, other)
        return total

    def _ratio(self, node: Chain, above: Array, below: Array, part: Node) -> Array:
        zero = (below == 0) & ~np.isnan(above)
        if bool(np.any(zero)):
            self._problem(
                node.label,
                message("{name} is zero", name=_named(part)),
                zero,
                message("leave those rows out, or divide by something else"),
            )
        divisor = np.where(below == 0, np.nan, below)
        return self._finite(node, above / divisor, above, divisor)

    def _power(self, node: Power) -> Array:
        base, exponent = self.value(node.base), self.value(node.exponent)
        with np.errstate(all="ignore"):
            return self._finite(node, np.asarray(np.power(base, exponent)), base, exponent)

    def _finite(self, node: Chain | Power | Call, result: Array, *inputs: Array) -> Array:
        bad = ~np.isfinite(result)
        for value in inputs:
            bad = bad & np.isfinite(value)
        if bool(np.any(bad)):
            self._problem(
                node.label,
                message("the result is not a finite number"),
                bad,
                message("leave those rows out, or rescale"),
            )
            result = np.where(bad, np.nan, result)
        return result

    def _problem(self, label: str, seen: Message, rows: Array, remedy: Message) -> None:
        marked = np.broadcast_to(rows, (len(self.table),))
        self.problems.append(ArithmeticProblem(label, seen, marked, remedy))

    def _call(self, node: Call) -> Array:
        before = len(self.problems)
        value = self.value(node.argument)
        if node.name in _ELEMENTWISE:
            return self._elementwise(node, value)
        if node.name in ("lag", "lead", "diff"):
            return self._shift(node, value, before)
        if node.name in BY_SAMPLE:
            return self._by_sample(node, value)
        return value

    def _elementwise(self, node: Call, value: Array) -> Array:
        outside = _outside_domain(node, value)
        if outside is not None:
            bad, seen, remedy = outside
            self._problem(node.label, seen, bad, remedy)
            value = np.where(bad, np.nan, value)
        with np.errstate(all="ignore"):
            return self._finite(node, np.asarray(_ELEMENTWISE[node.name](value)), value)

    def _shift(self, node: Call, value: Array, before: int) -> Array:
        value = np.broadcast_to(value, (len(self.table),))
        step = -node.count("k") if node.name == "lead" else node.count("k")
        panel = self.table.panel
        shifted, source = panel.shifted(value, step)
        behind = [
            replace(
                problem,
                reach=np.where(source >= 0, (source if problem.reach is None else problem.reach[source]), -1),
            )
            for problem in self.problems[before:]
        ]
        self.problems[before:] = [*(self.problems[before:] if node.name == "diff" else []), *behind]
        self._refuse_breaks(node, shifted, source)
        return value - shifted if node.name == "diff" else shifted

    def _refuse_breaks(self, node: Call, shifted: Array, source: Array) -> None:
        crossing = [name for name in columns_of(node) if self.table.breaks.get(name)]
        if not crossing:
            return
        panel = self.table.panel
        year = panel.time_labels[panel.time]
        early, late = np.minimum(year, year[source]), np.maximum(year, year[source])
        held = (source >= 0) & ~np.isnan(shifted)
        for name in crossing:
            for start in self.table.breaks[name]:
                rows = held & (early < start) & (start <= late)
                if bool(rows.any()):
                    self._problem(
                        node.label,
                        message(
                            "`{name}` starts a new base in {start}, and the step crosses it",
                            name=name,
                            start=start,
                        ),
                        rows,
                        message(
                            "use a vintage on one base, keep to the years on one side of {start}, or name `{name}` "
                            'in `data.attrs["panelkit"]["breaks_allowed"]`',
                            name=name,
                            start=start,
                        ),
                    )

    def _by_sample(self, node: Call, value: Array) -> Array:
        value = np.broadcast_to(value, (len(self.table),))
        if node.label not in self.statistics:
            used = value if self.sample is None else value[self.sample]
            used = np.sort(used[~np.isnan(used)])
            if len(used) == 0:
                return value
            self.statistics[node.label] = _statistics(node, used)
        first, second = self.statistics[node.label]
        if node.name == "winsorize":
            return np.clip(value, first, second)
        if second == 0.0:
            seen = message("{name} does not vary", name=_named(node.argument))
            self._problem(node.label, seen, ~np.isnan(value), message("leave it out"))
            return value - first
        return (value - first) / second


def _outside_domain(node: Call, value: Array) -> tuple[Array, Message, Message] | None:
    """Return the rows whose value a function is not defined for, what was seen and the remedy; None without such."""
    name = _named(node.argument)
    if node.name in _LOGS or node.name == "log1p":
        bad = value <= (-1.0 if node.name == "log1p" else 0.0)
        low = message("{name} is -1 or less", name=name)
        seen = low if node.name == "log1p" else message("{name} is zero or negative", name=name)
        remedy = remedy_of_logs(_named(node.argument, ""))
    elif node.name == "sqrt":
        bad, seen = value < 0, message("{name} is negative", name=name)
        remedy = message("leave those rows out, or use abs()")
    else:
        return None
    return (bad, seen, remedy) if bool(np.any(bad)) else None


def remedy_of_logs(name: str) -> Message:
    """Return what helps where a logarithm meets zeros, in a regression."""
    return message(
        "leave those rows out, or use asinh({name}) or log1p() where zero is a real value", name=name
    )


def _near(names: list[str]) -> Message | None:
    return message("near: {names}", names=[f"`{name}`" for name in names]) if names else None


def _with_asides(name: str, asides: Sequence[Message]) -> Message:
    """Return a name with what is said of it in parentheses."""
    said: Message = verbatim(name)
    for aside in asides:
        said = message("{name} ({aside})", name=said, aside=aside)
    return said


def _statistics(node: Call, used: Array) -> tuple[float, float]:
    """Return the two quantiles of winsorize(), or the mean and the divisor of the others."""
    if node.name == "winsorize":
        share = float(node.option("p") or 0.0)
        low, high = np.quantile(used, [share, 1 - share])
        return float(low), float(high)
    mean = float(used.mean())
    if node.name == "center":
        return mean, 1.0
    return mean, float(used.std(ddof=1)) if len(used) > 1 and bool(np.ptp(used) > 0) else 0.0


_OPERATIONS: dict[str, Callable[[Array, Array], Array]] = {"+": np.add, "-": np.subtract, "*": np.multiply}


def _named(node: Node, mark: str = "`") -> Message:
    match node:
        case Column(name):
            return verbatim(f"{mark}{name}{mark}")
        case Chain(label=label) | Power(label=label) | Call(label=label):
            return verbatim(f"{mark}{label}{mark}")
    return message("the value")


def _no_numbers(cells: Array, texts: Array) -> Array:
    """Return the texts that are no numbers, by which a whole column is read as text; all of them where none is."""
    among = pd.to_numeric(pd.Series(cells).where(texts), errors="coerce").isna().to_numpy() & texts
    return among if bool(among.any()) else texts


def _text_remedy(name: str, cell: Any) -> Message:
    if isinstance(cell, str) and _GROUPED.fullmatch(cell.strip()):
        return message(
            "These are numbers as text with thousands separators: take the commas out, in the file or by "
            '`data["{name}"].str.replace(",", "").astype(float)`.',
            name=name,
        )
    return message("Write `C({name})` for categories, or convert it first (`pandas.to_numeric`).", name=name)
