"""Which terms are made of a variable: a mediator or the treatment inside a product, a function or arithmetic.

An expression may share columns with a variable and be another variable all the same (`log(population)` beside
`log(patents / population)`), or be the variable in other words (`100 * patents / population`). Columns at different
lags are different columns. A term is made of the variable where its derivative by the variable's columns points, at
every one of some fixed points, the way the variable's own does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from panelkit.formula.tree import Call, Chain, Column, Factor, Negate, Node, Number, Power, Term
from panelkit.kernels.within import FloatArray

Key = tuple[str, int]
Read = Callable[[Key], FloatArray]

_POINTS = 60
_STEP = 1e-5
# Central differences are right to about 1e-9 here; two different functions differ by far more at some point.
_SAME = 1e-5
_SHIFTS = ("lag", "lead")
_FUNCTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "log": np.log, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
    "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "asinh": np.arcsinh,
}  # fmt: skip
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide,
}  # fmt: skip


class Variable:
    """One variable of a model, as a tree."""

    def __init__(self, factor: Factor) -> None:
        self.label = factor.label
        self._node = factor.node
        self._keys = frozenset(_keys(factor.node, 0))

    def inside(self, term: Term) -> bool:
        """Return whether a term varies with the variable, whatever else it holds."""
        return any(_holds(factor.node, self._core) for factor in term.factors) or self._along(term)

    def alone_inside(self, term: Term) -> bool:
        """Return whether a factor is a function of this variable alone, or the term is a multiple of it."""
        alone = [factor for factor in term.factors if frozenset(_keys(factor.node, 0)) <= self._keys]
        return any(self._along(Term((factor,))) for factor in alone) or self._along(term, proportional=True)

    @cached_property
    def _core(self) -> Node:
        """Return the tree without the functions of one argument around it."""
        node = self._node
        while True:
            match node:
                case Call(name, argument) if name not in (*_SHIFTS, "diff"):
                    node = argument
                case Negate(operand):
                    node = operand
                case Power(base, Number()):
                    node = base
                case _:
                    return node

    def _along(self, term: Term, *, proportional: bool = False) -> bool:
        held = {key for factor in term.factors for key in _keys(factor.node, 0)}
        shared = sorted(held & self._keys)
        if not shared or (shared != sorted(self._keys)):
            return False
        points = _points(held | self._keys)
        own, theirs = (
            np.stack([_slope(f, points, key) for key in shared])
            for f in (lambda read: _value(self._node, 0, read), lambda read: _product(term, read))
        )
        with np.errstate(all="ignore"):
            value = _product(term, points.__getitem__)
            scale = np.sum(own * theirs, axis=0) / np.sum(own**2, axis=0)
            off = np.abs(theirs - scale * own).max(axis=0) / np.abs(theirs).max(axis=0)
            elasticity = scale * _value(self._node, 0, points.__getitem__) / value
        usable = np.isfinite(off)
        if not usable.any():
            return not proportional
        parallel = bool((off[usable] < _SAME).all())
        return parallel and (not proportional or bool((np.abs(elasticity[usable] - 1.0) < _SAME).all()))


def _points(keys: set[Key] | frozenset[Key]) -> dict[Key, FloatArray]:
    """Return fixed values of every column: half of them positive, half of both signs."""
    rng = np.random.default_rng(0)
    half = _POINTS // 2
    return {
        key: np.concatenate([rng.uniform(0.4, 2.5, half), rng.normal(0.0, 2.0, _POINTS - half)])
        for key in sorted(keys)
    }


def _slope(function: Callable[[Read], FloatArray], points: dict[Key, FloatArray], key: Key) -> FloatArray:
    up, down = ({**points, key: points[key] + step} for step in (_STEP, -_STEP))
    with np.errstate(all="ignore"):
        return np.asarray(function(up.__getitem__) - function(down.__getitem__)) / (2 * _STEP)


def _product(term: Term, read: Read) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.prod([np.broadcast_to(_value(f.node, 0, read), _POINTS) for f in term.factors], axis=0)


def _value(node: Node, shift: int, read: Read) -> Any:
    match node:
        case Number(value):
            return np.float64(value)
        case Column(name):
            return read((name, shift))
        case Negate(operand):
            return -_value(operand, shift, read)
        case Chain(first, rest):
            total = _value(first, shift, read)
            for operator, part in rest:
                total = _OPERATIONS[operator](total, _value(part, shift, read))
            return total
        case Power(base, exponent):
            return np.power(_value(base, shift, read), _value(exponent, shift, read))
        case Call(name, argument):
            value = _value(argument, _shifted(node, shift), read)
            if name == "diff":
                return value - _value(argument, shift + node.count("k"), read)
            return _FUNCTIONS[name](value) if name in _FUNCTIONS else value


def _keys(node: Node, shift: int) -> Iterator[Key]:
    match node:
        case Column(name):
            yield (name, shift)
        case Negate(operand):
            yield from _keys(operand, shift)
        case Chain(first, rest):
            for part in (first, *(item for _, item in rest)):
                yield from _keys(part, shift)
        case Power(base, exponent):
            yield from _keys(base, shift)
            yield from _keys(exponent, shift)
        case Call(name, argument):
            yield from _keys(argument, _shifted(node, shift))
            if name == "diff":
                yield from _keys(argument, shift + node.count("k"))


def _shifted(call: Call, shift: int) -> int:
    if call.name not in _SHIFTS:
        return shift
    return shift + (call.count("k") if call.name == "lag" else -call.count("k"))


def _holds(node: Node, wanted: Node) -> bool:
    """Return whether a tree holds another one of the same year."""
    if node == wanted:
        return True
    match node:
        case Negate(operand):
            return _holds(operand, wanted)
        case Chain(first, rest):
            return any(_holds(part, wanted) for part in (first, *(item for _, item in rest)))
        case Power(base, exponent):
            return _holds(base, wanted) or _holds(exponent, wanted)
        case Call(name, argument):
            return name not in _SHIFTS and _holds(argument, wanted)
    return False
