"""R-RANK: pairs of neighbours decide, kinds of provinces are drawn again, a contradiction needs every design."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import panelkit as pk
from benchmarks.evidence.verdicts_rank import run
from benchmarks.more_worlds import Order as World
from benchmarks.worlds import TRYING
from panelkit.claims.file.load import load_claims
from panelkit.claims.file.rule import rule_of
from panelkit.claims.findings import Finding, Measured, Word
from panelkit.claims.orders import Order, Pair, modal_order, order_of, shares_of_pairs
from panelkit.claims.rules.judge import judge
from panelkit.claims.rules.rank import rank
from panelkit.indices.arrays.uncertainty import Cloud, redrawn_inside
from panelkit.language.errors import SpecError
from panelkit.language.message import verbatim


def order(*pairs: tuple[float, float], leads: bool = False, kinds: bool = False) -> Order:
    """Return an order whose pairs hold so often, and are reversed so often in every design."""
    names = [verbatim(name) for name in "abcde"]
    return Order(
        pairs=tuple(
            Pair(
                above=names[i],
                below=names[i + 1],
                probability=p,
                turned=1.0 - p,
                turned_everywhere=turned,
                gap=0.0,
                spread=tuple(np.linspace(-1.0, 1.0, 99)),
            )
            for i, (p, turned) in enumerate(pairs)
        ),
        probability=0.4,
        most_frequent=verbatim("a > b"),
        its_probability=0.4,
        claimed_leads=leads,
        unit=verbatim("scores"),
        kinds=kinds,
    )


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (order((0.90, 0.0), (0.99, 0.0)), "SUPPORTED"),
        (order((0.89, 0.0), (0.99, 0.0)), "PARTLY"),
        (order((0.51, 0.0), (0.51, 0.0)), "PARTLY"),
        (order((0.50, 0.0), (0.99, 0.0)), "UNDECIDED"),
        (order((0.40, 0.0), (0.99, 0.0), leads=True), "PARTLY"),
        (order((0.01, 0.98), (0.99, 0.0)), "UNDECIDED"),
        (order((0.01, 0.99), (0.99, 0.0)), "CONTRADICTED"),
        (order((0.90, 0.0), kinds=True), "PARTLY"),
        (order((0.95, 0.0), kinds=True), "SUPPORTED"),
        (order((0.90, 0.0)), "SUPPORTED"),
        (order((0.90, 0.0), (0.90, 0.0), kinds=True), "SUPPORTED"),
    ],
)
def test_pairs_make_the_word(given: Order, word: Word) -> None:
    assert rank(given) == word
    said = verbatim("It is.")
    judged = judge(
        rule_of({"name": "R-RANK"}),
        Finding(measured=Measured(quantity=said, value=0.4, sentence=said, order=given)),
    )
    assert judged.word == word
    pairs = [item for item in judged.conditions if item.key == "pair"]
    assert [item.numbers["probability"] for item in pairs] == [pair.probability for pair in given.pairs]
    whole = judged.conditions[len(pairs)]
    assert (whole.key, whole.decides) == ("most_frequent", False)
    for language in ("en", "zh"):
        assert "{" not in judged.sentence.text(language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "leans"),
    [
        (order((0.6, 0.0), (0.6, 0.0)), 1),
        (order((0.4, 0.0), (0.9, 0.0)), -1),
        (order((0.5, 0.0), (0.9, 0.0)), 0),
        (order((0.4, 0.0), (0.9, 0.0), leads=True), 1),
    ],
)
def test_an_order_leans_to_the_likelier_one(given: Order, leans: int) -> None:
    said = verbatim("It is.")
    found = Finding(measured=Measured(quantity=said, value=0.4, sentence=said, order=given))
    assert judge(rule_of({"name": "R-RANK"}), found).leans == leans


def test_a_result_without_an_order_is_refused() -> None:
    said = verbatim("It is.")
    with pytest.raises(SpecError, match="reads an order"):
        judge(
            rule_of({"name": "R-RANK"}), Finding(measured=Measured(quantity=said, value=0.9, sentence=said))
        )


def test_pairs_and_the_modal_order_are_counted() -> None:
    draws = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [3.0, 1.0, 2.0], [1.0, 2.0, 3.0]])
    assert shares_of_pairs(draws).tolist() == [[0.75, 0.25], [0.25, 0.75]]
    assert shares_of_pairs(draws, leading=True).tolist() == [[0.75, 0.25], [0.75, 0.25]]
    assert modal_order(draws) == ((0, 2, 1), 0.5)
    found = order_of(draws, [verbatim(name) for name in "abc"], kinds=False, unit=verbatim("scores"))
    assert found.probability == 0.25
    assert not found.claimed_leads
    assert str(found.most_frequent) == "a > c > b"
    leading = order_of(
        draws, [verbatim(name) for name in "abc"], kinds=True, unit=verbatim("scores"), leading=True
    )
    assert leading.probability == 0.75
    assert leading.claimed_leads
    with pytest.raises(SpecError, match="15 places at most"):
        modal_order(np.zeros((2, 16)))


def test_groups_are_drawn_again_from_their_own_provinces() -> None:
    code = np.array([0, 0, 1, 1, 1, -1])
    counts = redrawn_inside(code, 500, 1)
    assert (counts[:, :2].sum(axis=1) == 2).all()
    assert (counts[:, 2:5].sum(axis=1) == 3).all()
    assert (counts[:, 5] == 0).all()
    scores = np.random.default_rng(0).normal(size=(500, 6))
    people = np.random.default_rng(1).uniform(1.0, 2.0, size=(6, 3))
    year = np.random.default_rng(2).integers(3, size=500)
    zeros = np.zeros(500, dtype=np.int64)
    cloud = Cloud(scores=scores, weights=np.ones((500, 1)), normalisation=zeros, aggregation=zeros, year=year)
    found = cloud.group(code, people, counts)
    for at in (0, 7, 499):
        for group in range(2):
            mine = code == group
            w = counts[at, mine] * people[mine, year[at]]
            expected = (w * scores[at, mine]).sum() / w.sum()
            assert found[at, group] == pytest.approx(expected, abs=1e-12)  # rounding


SYSTEMS = ("nqpf_three_factors", "nqpf_tech_green_digital")

ORDERED = """
[document]
key = "small"
authors = ["Someone"]
title = "A small document"

[[claim]]
id = "O1"
place = { section = "1", phrase = "in this order" }
status = "computed"
says = { en = "They stand in this order.", zh = "依此顺序。" }
sample = { years = [2019, 2023], provinces = "no_tibet" }

[[claim.reading]]
id = "main"
main = true
rule = { name = "R-RANK" }
label = { en = "main", zh = "主要" }
says = { en = "As said.", zh = "如题。" }
"""
ONE = """
[[claim.reading.design]]
id = "ID"
STANDINGkind = "order"
label = { en = "one", zh = "其一" }
index = "INDEX"
order = ORDER
draws = 1000
seed = 1
"""


def written(tmp_path: Path, order: str, *designs: tuple[str, str], more: str = "") -> Path:
    path = tmp_path / "order.toml"
    text = ORDERED
    for at, (index, standing) in enumerate(designs):
        named = f'standing = "{standing}"\n' if standing else ""
        one = ONE.replace("ID", f"d{at}").replace("STANDING", named).replace("INDEX", index)
        text += one.replace("ORDER", order) + more
    path.write_text(text, encoding="utf-8")
    return path


def test_a_reversed_pair_contradicts_where_every_design_that_decides_reverses_it(tmp_path: Path) -> None:
    wrong = '["Gansu", "Guangdong"]'
    both = (("nqpf_three_factors", "principal"), ("nqpf_tech_green_digital", ""))
    result = pk.check(written(tmp_path, wrong, *both))
    assert [verdict.word for verdict in result] == ["CONTRADICTED", "CONTRADICTED"]
    pairs = [verdict.conditions[0].numbers for verdict in result]
    turned = [numbers["turned"] for numbers in pairs]
    # the alternative decides nothing: the principal design is held against itself alone
    assert [numbers["turned_everywhere"] for numbers in pairs] == [turned[0], min(turned)]
    parts = pk.check(written(tmp_path, wrong, (both[0][0], "principal"), (both[1][0], "part")))
    everywhere = [verdict.conditions[0].numbers["turned_everywhere"] for verdict in parts]
    assert everywhere == [min(turned), min(turned)]
    right = pk.check(written(tmp_path, '["Guangdong", "Gansu"]', *both))
    assert right.word_of("O1") == "SUPPORTED"


def test_an_alternative_that_does_not_reverse_a_pair_takes_no_contradiction_away(tmp_path: Path) -> None:
    # Jiangsu stands above Shanghai by totals, and not by ratios
    for standing, word in (("", "CONTRADICTED"), ("part", "UNDECIDED")):
        path = written(tmp_path, '["Shanghai", "Jiangsu"]', (SYSTEMS[0], "principal"), (SYSTEMS[1], standing))
        head, *designs = path.read_text("utf-8").split("[[claim.reading.design]]")
        varied = [
            f'{one}variant = "{name}"\n' for one, name in zip(designs, ("scale", "intensity"), strict=True)
        ]
        path.write_text("[[claim.reading.design]]".join([head, *varied]), encoding="utf-8")
        principal, other = pk.check(path)
        assert principal.conditions[0].numbers["turned"] >= 0.99
        assert other.conditions[0].numbers["turned"] < 0.99
        assert principal.word == word
        assert other.word != "CONTRADICTED"


def test_kinds_need_regions(tmp_path: Path) -> None:
    path = written(
        tmp_path, '["Jiangsu", "Shanghai"]', ("nqpf_three_factors", ""), more='resample = "provinces"\n'
    )
    with pytest.raises(SpecError, match='groups = "region4"'):
        load_claims(path)


def test_drawing_provinces_again_widens_the_cloud(tmp_path: Path) -> None:
    index = ("nqpf_three_factors", "")
    regions = 'groups = "region4"\n'
    order_ = '["east", "west"]'
    plain = pk.check(written(tmp_path, order_, index, more=regions))
    kinds = pk.check(written(tmp_path, order_, index, more=regions + 'resample = "provinces"\n'))
    (one,), (other,) = plain.verdicts, kinds.verdicts
    assert one.conditions[0].numbers["probability"] >= other.conditions[0].numbers["probability"]
    assert "95%" in other.conditions[0].asks  # one pair of kinds


@pytest.mark.parametrize("apart", [-0.5, 0.0])
def test_kinds_that_stand_otherwise_are_seldom_supported(apart: float) -> None:
    cell = run(World("test", 3, apart), 6, True, 100, TRYING)
    assert float(str(cell["S otherwise"])) <= 10.0  # the bar of 5, and two errors of 100 worlds


def test_kinds_without_redrawing_are_told_apart_far_too_often() -> None:
    drawn = run(World("test", 2, 0.0), 6, True, 100, TRYING)
    fixed = run(World("test", 2, 0.0), 6, False, 100, TRYING)
    assert float(str(fixed["S"])) > 2 * float(str(drawn["S"]))


def test_the_order_of_the_delta_is_partly_and_that_of_regions_is_not_told() -> None:
    result = pk.check("A7", "A8")
    assert result.word_of("A7") in ("UNDECIDED", "PARTLY")
    assert all(verdict.word != "CONTRADICTED" for verdict in result)
