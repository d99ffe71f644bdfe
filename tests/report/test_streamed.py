"""A run is printed block after block as its verdicts are found, and the text is that of the whole run."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

import panelkit as pk
from panelkit.claims import workers
from panelkit.claims.check import find_claims, run
from panelkit.claims.checked import CheckResult
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.source import Shipped
from panelkit.claims.verdict import Verdict
from panelkit.language.message import Language
from panelkit.report.streamed import Streamed
from panelkit.report.terminal import overview, places_printed
from tests.claims.small import SMALL

READ_OTHERWISE = """
[[claim.reading]]
id = "other"
claimed = "0.2"
rule = { name = "R-MAG", value = "0.2" }
label = { en = "otherwise", zh = "另一种理解" }
says = { en = "0.2.", zh = "0.2。" }

[[claim.reading.design]]
id = "again"
standing = "principal"
label = { en = "again", zh = "再次" }
outcome = "log({rd} / gdp)"
treatment = "log({subsidy})"

[[claim.grid.axis]]"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of a claim that states no number, one with two readings, one that waits, one without figures."""
    head, first, *rest = SMALL.split("[[claim]]\n")
    first = first.replace("reps = 199", "reps = 100")
    plain = first.replace('id = "T1"', 'id = "T0"').replace('claimed = "0.67"\n', "")
    plain = plain.replace(
        'rule = { name = "R-MAG", value = "0.67" }', 'rule = { name = "R-SIGN", sign = "+" }'
    )
    two = first.replace("[[claim.grid.axis]]", READ_OTHERWISE)
    path = tmp_path_factory.mktemp("claims") / "several.toml"
    path.write_text("[[claim]]\n".join([head, plain, two, *rest]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def result(path: Path) -> CheckResult:
    return pk.check(path)


def text_of(width: int, *parts: RenderableType) -> str:
    console = Console(width=width, file=StringIO(), markup=False, emoji=False)
    for part in parts:
        console.print(part)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_the_text_is_that_of_the_whole_run(
    path: Path, result: CheckResult, language: Language, full: bool, backwards: bool
) -> None:
    claims, parts = find_claims([path]), list[RenderableType]()
    page = Streamed(claims, language, parts.append, full=full)
    for at in reversed(page.order) if backwards else page.order:
        verdicts = result.of(claims[at].id)
        for n in range(1, len(verdicts) + 1):
            page.take(at, verdicts[:n])
    page.finish(result)
    for width in (40, 60, 80, 160):
        assert text_of(width, *parts) == text_of(width, overview(result, language, full=full))


def test_blocks_are_shown_before_the_next_claim_is_computed(
    path: Path, result: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def computed(
        registered: RegisteredClaim, progress: object, source: object, partly: workers.Partly
    ) -> list[Verdict]:
        verdicts = list(result.of(registered.id))
        for n, verdict in enumerate(verdicts, 1):
            assert verdict.reading is not None
            assert verdict.design is not None
            events.append(f"{registered.id} {verdict.design.id}")
            partly(verdicts[:n])
        return verdicts

    def shown(part: RenderableType) -> None:
        text = text_of(200, part)
        events.append(
            "shown " + " ".join(name for name in ("T0  ", "T1  ", "Read otherwise", "T2") if name in text)
        )

    monkeypatch.setattr(workers, "check_claim", computed)
    claims = find_claims([path])
    page = Streamed(claims, "en", shown)
    found = run(claims, Shipped(), seen=page.take, order=page.order)
    page.finish(found)
    assert [verdict.claim for verdict in found] == [verdict.claim for verdict in result]
    assert events == [
        "T1 gross",  # states a number: its block stands first, and it is computed first
        "T1 net",
        "shown T1  ",
        "T1 again",
        "shown Read otherwise",
        "T0 gross",
        "T0 net",
        "shown T0  ",
        "shown ",
        "shown T2",
    ]


def test_the_first_claim_is_shown_before_workers_start(
    path: Path, result: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []

    def none_started(claims: object, *rest: object) -> object:
        events.append("workers")
        return (workers.Done(at, list(result.of(item.id))) for at, item in claims.items())  # type: ignore[attr-defined]

    monkeypatch.setattr("panelkit.claims.check.shared_out", none_started)
    monkeypatch.setattr("panelkit.claims.check.workers_for", lambda asked, n: 2)
    claims = find_claims([path])
    page = Streamed(claims, "en", lambda part: events.append("shown"))
    run(claims, Shipped(), workers=2, seen=page.take, order=page.order)
    assert events == ["shown", "shown", "workers", "shown", "shown"]


def test_claims_that_state_a_number_come_first() -> None:
    claims = pk.load_claims()
    states = [any(reading.main and reading.claimed for reading in item.claim.reading) for item in claims]
    order = places_printed(claims)
    assert [states[at] for at in order] == sorted(states, reverse=True)
    assert [at for at in order if not states[at]] == [at for at, held in enumerate(states) if not held]
    assert places_printed(claims, full=True) == list(range(len(claims)))


def test_claims_of_one_name_make_one_block(path: Path, result: CheckResult) -> None:
    (claim,) = [item for item in find_claims([path]) if item.id == "T1"]
    verdicts = result.of("T1")
    parts: list[RenderableType] = []
    page = Streamed([claim, claim], "en", parts.append)
    page.take(0, verdicts)
    page.take(1, verdicts[:1])
    assert parts == []
    page.take(1, verdicts)
    whole = CheckResult((*verdicts, *verdicts))
    page.finish(whole)
    assert text_of(80, *parts) == text_of(80, overview(whole, "en"))


def test_nothing_is_shown_of_a_run_without_verdicts() -> None:
    parts: list[RenderableType] = []
    page = Streamed([], "en", parts.append, full=True)
    page.finish(CheckResult(()))
    assert parts == []
