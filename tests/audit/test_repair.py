"""The misprint that reconciles the most rows: every kind of slip is undone, and nothing that fits is upset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

import panelkit as pk
from panelkit.audit.edits import edits
from panelkit.audit.entries import Attached, Entry
from panelkit.audit.printed import Printed, read_number
from panelkit.audit.relations import Operand, Outcome, Relation, compare
from panelkit.audit.repair import Misprint, misprints
from panelkit.audit.run import Judged
from panelkit.audit.trials import ANOTHER, BESIDE, BRACKET, REPEATED


def number(text: str) -> Printed:
    read = read_number(text)
    assert read is not None
    return read


def entry(text: str, row: int, column: int = 1, stars: int = 0, error: str | None = None) -> Entry:
    attached = () if error is None else (Attached("se", number(error)),)
    return Entry(
        0, row, column, f"x{row}", f"({column})", "", "coefficient", f"x{row}", number(text), stars, attached
    )


def judged(relations: Sequence[Relation]) -> list[Judged]:
    outcomes = [(one, one.outcome()) for one in relations]
    return [Judged(relation, outcome) for relation, outcome in outcomes if outcome is not None]


def add_up(numbers: Sequence[Printed]) -> Outcome:
    return compare(numbers[2], numbers[0].interval + numbers[1].interval)


def half_sum(numbers: Sequence[Printed]) -> Outcome:
    """z = (x + y) / (1 - r)."""
    x, y, r, z = numbers
    return compare(z, (x.interval + y.interval) / (1.0 - r.interval))


def stars_of_ratio(numbers: Sequence[Printed]) -> Outcome:
    b, se, stars = numbers
    low = (abs(b.interval) / se.interval).low
    high = (abs(b.interval) / se.interval).high
    possible = {sum(t > bar for bar in (1.645, 1.96, 2.576)) for t in (low, high)}
    fits = min(possible) <= stars.value <= max(possible)
    return Outcome("consistent" if fits else "decision", "*" * int(stars.value), str(possible))


def sums(x: str, y: str, total: str, *, r: str = "0.400", z: str = "1.457") -> list[Judged]:
    """Return .312 + .562 = .874 and .874 / (1 - .4) = 1.457 with texts of one's own."""
    held = [entry(text, row) for row, text in enumerate((x, y, total, r, z))]
    operands = [Operand(one) for one in held]
    return judged(
        [
            Relation("sum", (operands[0], operands[1], operands[2]), add_up),
            Relation("multiplier", (operands[0], operands[1], operands[3], operands[4]), half_sum),
        ]
    )


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("0.372", "one digit replaced"),
        ("0.132", "two neighbouring digits exchanged"),
        ("0.12", "a digit lost"),
        ("0.3312", "a digit printed twice"),
        ("3.12", "the decimal point moved by one place"),
        ("-0.312", "a minus sign added"),
    ],
)
def test_every_slip_is_undone(planted: str, kind: str) -> None:
    found = misprints(sums(planted, "0.562", "0.874"))
    first = found[0]
    assert (first.operand.entry.subject, first.printed, first.repairs, first.of) == ("x0", planted, 2, 2)
    told = {
        one.kind: one.would_be.split(", ") for one in found if one.operand == first.operand and one.group == 0
    }
    assert kind in told
    assert any(number("0.312").interval.meets(number(text).interval) for text in told[kind])


def test_a_lost_sign_is_put_back() -> None:
    rows = sums("-0.312", "0.562", "0.250", z="0.417")
    assert not misprints(rows)
    first = misprints(sums("0.312", "0.562", "0.250", z="0.417"))[0]
    assert (first.would_be, first.kind, first.repairs) == ("-0.312", "a minus sign lost", 2)


def test_alternatives_are_told_together() -> None:
    """One row, three numbers: each could be the misprint."""
    rows = sums("0.312", "0.562", "0.974")[:1]
    found = [one for one in misprints(rows) if one.group == 0]
    assert {one.operand.entry.subject for one in found} == {"x0", "x1", "x2"}
    assert {one.would_be for one in found if one.operand.entry.subject == "x2"} == {
        "0.873, 0.874, 0.875"
    } or any("0.874" in one.would_be for one in found)
    assert all((one.repairs, one.of) == (1, 1) for one in found)


def test_what_fits_is_not_upset() -> None:
    """The sum fails; y cannot be the misprint: the multiplier holds with it. The total stands in no other row."""
    found = misprints(sums("0.312", "0.562", "0.774"))
    assert {one.operand.entry.subject for one in found} == {"x2"}


def test_stars_lost_and_added() -> None:
    def row(stars: int, error: str) -> list[Judged]:
        held = entry("0.412", 0, stars=stars, error=error)
        operands = (Operand(held), Operand(held, 0), Operand(held, "stars"))
        return judged([Relation("stars", operands, stars_of_ratio)])

    assert not misprints(row(3, "0.050"))
    for stars, error, meant, kind in ((2, "0.050", "***", "stars lost"), (1, "0.300", "", "stars added")):
        told = [one for one in misprints(row(stars, error)) if one.operand.part == "stars"]
        assert [(one.printed, one.would_be, one.kind) for one in told] == [("*" * stars, meant, kind)]


def test_exchanged_cells() -> None:
    """The coefficient and its error, and two neighbours, each printed in the place of the other."""
    held = entry("0.050", 0, stars=3, error="0.412")
    rows = judged(
        [
            Relation("stars", (Operand(held), Operand(held, 0), Operand(held, "stars")), stars_of_ratio),
            Relation(
                "t", (Operand(held), Operand(held, 0), Operand(entry("8.24", 1))),
                lambda n: compare(n[2], n[0].interval / n[1].interval),
            ),
        ]
    )  # fmt: skip
    assert any(one.kind == BRACKET and one.repairs == 2 and one.group == 0 for one in misprints(rows))

    def column(at: int, x: str, total: str) -> Relation:
        parts = (entry(x, 0, at), entry("0.1234", 1, at), entry(total, 2, at))
        return Relation("sum", tuple(Operand(one) for one in parts), add_up)

    rows = judged([column(1, "0.7351", "0.6152"), column(2, "0.4918", "0.8585")])
    found = [one for one in misprints(rows) if one.kind == BESIDE]
    assert found
    assert all(one.repairs == 2 and one.group == 0 and one.partner is not None for one in found)


def test_a_row_printed_again_and_any_other_number() -> None:
    rows = sums("0.562", "0.562", "0.874", z="1.457")
    first = misprints(rows)[0]
    assert first.repairs == 2
    repeated = [one for one in misprints(rows) if one.kind == REPEATED]
    assert [one.operand.entry.subject for one in repeated] == ["x1"]
    other = misprints(sums("0.9876", "0.562", "0.874"))
    named = [one for one in other if one.operand.entry.subject == "x0" and one.kind == ANOTHER]
    low, high = (float(end) for end in named[0].would_be.split(" … "))
    assert low <= 0.312 <= high
    assert high - low < 0.005


def test_two_misprints_are_two_groups() -> None:
    one = sums("0.312", "0.562", "0.774")[:1]
    held = [entry(text, row, column=5) for row, text in enumerate(("0.1", "0.2", "0.7"))]
    other = judged([Relation("sum", tuple(Operand(x) for x in held), add_up)])
    groups = {(one.group, one.operand.entry.column) for one in misprints([*one, *other])}
    assert groups in ({(0, 1), (1, 5)}, {(0, 5), (1, 1)})


def test_edits_hold_what_a_slip_makes() -> None:
    """Any slip made in any number is among the edits of what it leads to."""
    rng = np.random.default_rng(7)
    for _ in range(300):
        decimals = int(rng.integers(1, 5))
        text = f"{rng.normal(scale=10.0 ** rng.integers(-1, 3)):.{decimals}f}"
        slipped = _slip(text, rng)
        read = read_number(slipped)
        if read is None or read.value == number(text).value:
            continue
        values = {one.number.value for one in edits(read)}
        assert number(text).value in values, (text, slipped)


def _slip(text: str, rng: np.random.Generator) -> str:
    places = [place for place, sign in enumerate(text) if sign.isdigit()]
    at = int(rng.choice(places[1:] if text[places[0]] == "0" and len(places) > 1 else places))
    kind = rng.integers(4)
    if kind == 0:
        return text[:at] + str(rng.integers(10)) + text[at + 1 :]
    if kind == 1:
        return text[1:] if text.startswith("-") else "-" + text
    if kind == 2:
        return text[:at] + text[at] + text[at:]
    nearer = [(a, b) for a, b in pairwise(places)]
    if not nearer:
        return text
    a, b = nearer[int(rng.integers(len(nearer)))]
    swapped = text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
    return swapped if not swapped.lstrip("-").startswith("0") or text.lstrip("-").startswith("0") else text


@pytest.mark.parametrize("text", ["21,675", "−0.31", "０.31", "<0.001", "12.5%", "1.2e-05"])
def test_edits_of_every_kind_of_number(text: str) -> None:
    read = number(text)
    found = list(edits(read))
    assert found
    assert all(one.number.value != read.value for one in found)
    if text == "21,675":
        assert "21,657" in {one.number.text for one in found}


def test_the_order_of_rows_does_not_matter() -> None:
    rows = sums("0.372", "0.562", "0.874")
    told = [
        {(one.operand.entry.subject, one.would_be, one.kind) for one in misprints(r)}
        for r in (rows, rows[::-1])
    ]
    assert told[0] == told[1]


def test_a_row_that_comes_out_needs_nothing() -> None:
    assert misprints(sums("0.312", "0.562", "0.874")) == ()
    assert isinstance(misprints(sums("0.372", "0.562", "0.874"))[0], Misprint)


def no_more(most: int) -> Callable[[Sequence[Printed]], Outcome]:
    """Return a judge of counts, which reads single numbers and no intervals."""

    def judge(numbers: Sequence[Printed]) -> Outcome:
        return Outcome(
            "consistent" if round(numbers[0].value) <= most else "inconsistent", numbers[0].text, ""
        )

    return judge


def test_counts_are_tried_whole_and_what_stands_beside_comes_first() -> None:
    """N = 284 where there are 248 rows: 248 stands in the next column, so that the exchange heads the others."""
    held = [entry("284", 0), entry("248", 0, column=2)]
    rows = judged([Relation("rows", (Operand(one),), no_more(248)) for one in held])
    found = misprints(rows)
    assert (found[0].operand.entry.column, found[0].would_be, found[0].kind) == (
        1,
        "248",
        "two neighbouring digits exchanged",
    )
    assert len({one.kind for one in found}) > 1


def test_stars_that_are_taken_away_need_no_judge() -> None:
    """The only star of a table: without it the row says nothing, and so nothing against it."""

    def judge(numbers: Sequence[Printed]) -> Outcome | None:
        return Outcome("decision", "*", "p = .7") if numbers[0].value else None

    held = entry("0.4", 0, stars=1)
    found = misprints(judged([Relation("stars", (Operand(held, "stars"),), judge)]))
    assert [(one.would_be, one.kind) for one in found if one.would_be == ""] == [("", "stars added")]


def test_other_decimals_than_those_around_are_a_hint() -> None:
    """0.3312 among numbers of three decimals: a digit printed twice is the smallest slip of all."""
    first = misprints(sums("0.3312", "0.562", "0.874"))[0]
    assert (first.operand.entry.subject, first.would_be, first.kind) == (
        "x0",
        "0.312",
        "a digit printed twice",
    )


def test_a_number_far_from_those_printed_is_found() -> None:
    """0.004 for 0.874: the place where it must lie is sought as far as the numbers around reach."""
    found = misprints(sums("0.312", "0.562", "0.004")[:1])
    assert any(one.operand.entry.subject == "x2" and one.kind == ANOTHER for one in found)


def test_hundreds_of_rows_take_no_hundreds_of_searches() -> None:
    """A table that is read otherwise than it is meant: work is bounded by the numbers that are tried."""
    calls = 0

    def never(numbers: Sequence[Printed]) -> Outcome:
        nonlocal calls
        calls += 1
        return Outcome("inconsistent", "", "")

    rows = judged([Relation("never", (Operand(entry("0.5", row)),), never) for row in range(600)])
    calls = 0
    assert misprints(rows) == ()
    # 150 numbers, each with two sides of zero and some sixty slips, not 600
    assert calls < 150 * 150


def test_a_number_of_twenty_decimals_ends_the_search() -> None:
    text = "variable,b,se,t,p\nx,-0.004500,0.000900,-5.0000,5.733e-17\nz,0.5,0.1,5.0,0.000\n"
    assert [one.identity for one in pk.audit(text).failing] == ["p-value"]
