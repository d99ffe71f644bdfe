"""Which pending claims a store or a file lets compute, and what the others still wait for: Python, text, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import panelkit as pk
from panelkit.claims.awaited import Awaited, WaitingClaims
from panelkit.claims.file.load import load_claims
from panelkit.cli import app
from tests.claims.test_waiting import COST, REVENUE, tables


def one(found: WaitingClaims, claim: str = "B43") -> Awaited:
    return next(item for item in found if item.claim == claim)


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "100"})
    assert done.exit_code == 0, done.exception
    return done.stdout


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return tables(tmp_path, COST, REVENUE)


def test_every_pending_claim_stands_once(tmp_path: Path) -> None:
    found = pk.waiting_claims(tmp_path / "none")
    pending = {item.id for item in load_claims() if item.claim.status == "pending"}
    assert {item.claim for item in found} == pending
    assert len(list(found)) == len(pending)
    assert found.computable == ()
    for item in found:
        assert bool(item.needs) == item.registered.claim.waits
        assert item.waits_for
    frame = found.to_frame("zh")
    assert list(frame.columns) == ["论断", "结果", "等待", "数据库中已有", "本次文件中有"]
    assert len(frame) == len(pending)


def test_files_and_store_count_together(files: list[Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    both = pk.waiting_claims(store, pk.ingest(files, store=store, vintage="as_published", dry_run=True))
    assert "B43" in both.computable
    assert set(one(both).brought) == {COST, REVENUE}
    half = pk.ingest(files[:1], store=store, vintage="as_published")
    assert one(pk.waiting_claims(store, half)).missing == (REVENUE,)
    assert [item.claim for item in pk.waiting_claims(store).concerned] == []
    assert one(pk.waiting_claims(store)).held == (COST,)
    rest = pk.ingest(files[1:], store=store, vintage="as_published", dry_run=True)
    with_rest = one(pk.waiting_claims(store, rest))
    assert (with_rest.held, with_rest.brought, with_rest.computable) == ((COST,), (REVENUE,), True)


def test_the_table_below_a_file(files: list[Path], tmp_path: Path) -> None:
    said = ["ingest", *files, "--store", tmp_path / "store", "--vintage", "as_published"]
    shown = run(*said, "--dry-run")
    assert "Pending claims for which this brings figures" in shown
    assert "B43  can be computed" in shown
    assert "本次文件为下列待计算论断带来数据" in run(*said, "--dry-run", "--lang", "zh")
    listed = json.loads(run(*said, "--dry-run", "--json"))["claims"]
    assert {item["claim"]: item["computable"] for item in listed}["B43"] is True
    folder = json.loads(run("ingest", tmp_path, "--store", tmp_path / "other", "--json"))
    assert [item["claim"] for item in folder["claims"]] == [item["claim"] for item in listed]
    text = "province,year,indicator,value,unit\n北京,2020,甲,1,个\n"
    (tmp_path / "own.csv").write_text(text, encoding="utf-8")
    assert "Pending claims" not in run("ingest", tmp_path / "own.csv", "--store", tmp_path / "store")


def test_the_command(files: list[Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    pk.ingest(files[:1], store=store, vintage="as_published")
    shown = run("claims", "waiting", "--store", store)
    assert "0 of them can be computed" in shown
    assert f"({REVENUE})" in shown.replace("\n", "").replace(" ", "")
    pk.ingest(files[1:], store=store, vintage="as_published")
    assert "`panelkit check B43` computes it" in run("claims", "waiting", "--store", store)
    zh = run("claims", "waiting", "--store", store, "--lang", "zh")
    assert "可以计算" in zh
    records = json.loads(run("claims", "waiting", "--store", store, "--json"))
    assert next(item for item in records if item["claim"] == "B43")["computable"]
