"""A shipped claim is held to its declaration; a change needs a date and a reason."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from panelkit.claims.check import check
from panelkit.claims.file.declared import Declaration, content_hash
from panelkit.claims.file.load import load_claims
from panelkit.data.paths import shipped
from panelkit.language.errors import SpecError
from panelkit.report.words import declaration_lines
from tests.claims.small import SMALL


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("seeds"), tmp_path / "seeds"))


def test_a_changed_claim_is_an_error_that_names_it(seeds: Path) -> None:
    path = seeds / "he_mengxin.toml"
    path.write_text(path.read_text("utf-8").replace('level = "0.95"', 'level = "0.90"', 1), "utf-8")
    with pytest.raises(SpecError, match=r"he_mengxin.toml: claim A9 differs from its declaration of 2026"):
        load_claims(seeds)


def test_layout_and_comments_may_change_freely(seeds: Path) -> None:
    path = seeds / "he_mengxin.toml"
    text = re.sub(r"^(\w+) = ", r"\1  =  ", path.read_text("utf-8"), flags=re.MULTILINE)
    assert "  =  " in text
    path.write_text("# one more comment\n\n" + text, "utf-8")
    assert load_claims(seeds)


def test_a_changed_citation_is_an_error_too(seeds: Path) -> None:
    path = seeds / "yao_yiliang.toml"
    path.write_text(path.read_text("utf-8").replace('"姚义亮", ', "", 1), "utf-8")
    with pytest.raises(SpecError, match="document yao_yiliang differs"):
        load_claims(seeds)


def test_a_dated_revision_with_a_reason_is_accepted_and_printed(seeds: Path) -> None:
    path = seeds / "he_mengxin.toml"
    changed = path.read_text("utf-8").replace("reps = 9999", "reps = 999", 1)
    path.write_text(changed, "utf-8")
    digest = content_hash(tomllib.loads(changed)["claim"][0])
    revision = (
        f'\n[[claim.A9.revision]]\ndate = 2027-01-05\nsha256 = "{digest}"\n'
        'reason = { en = "fewer draws", zh = "减少抽样次数" }\n'
    )
    declared = seeds / "DECLARED.toml"
    declared.write_text(declared.read_text("utf-8") + revision, "utf-8")
    (claim,) = (item for item in load_claims(seeds) if item.id == "A9")
    assert declaration_lines(claim)[-1] == "revised 2027-01-05: fewer draws"
    assert "减少抽样次数" in declaration_lines(claim)[-1].text("zh")


def test_a_claim_that_nobody_declared_is_an_error_in_a_declared_folder(seeds: Path) -> None:
    (seeds / "small.toml").write_text(SMALL, "utf-8")
    with pytest.raises(SpecError, match="claim T1 is not declared: add"):
        load_claims(seeds)


def test_a_damaged_declaration_is_named(seeds: Path) -> None:
    declared = seeds / "DECLARED.toml"
    declared.write_text(declared.read_text("utf-8").replace("declared = ", "decided = ", 1), "utf-8")
    with pytest.raises(SpecError, match=r"DECLARED.toml, document"):
        load_claims(seeds)


def test_a_claim_of_ones_own_says_that_it_was_not_declared(claim_file: Callable[..., Path]) -> None:
    result = check(claim_file())
    assert all("not_declared" in verdict.flags for verdict in result)


def test_the_hash_is_of_the_content() -> None:
    assert content_hash({"a": 1, "b": [1, 2]}) == content_hash({"b": [1, 2], "a": 1})
    assert content_hash({"a": "0.38"}) != content_hash({"a": "0.380"})


def test_a_claim_that_was_deleted_is_missed(seeds: Path) -> None:
    path = seeds / "he_mengxin.toml"
    content = path.read_text("utf-8")
    path.write_text(content[: content.rindex("[[claim]]")], "utf-8")
    gone = tomllib.loads(content)["claim"][-1]["id"]
    with pytest.raises(SpecError, match=rf"claim {gone} is declared but stands in no claim file"):
        load_claims(seeds)


def test_a_document_that_was_deleted_is_missed(seeds: Path) -> None:
    (seeds / "he_mengxin.toml").unlink()
    with pytest.raises(SpecError, match="document he_mengxin is declared but stands in no claim file"):
        load_claims(seeds)


def test_the_shipped_folder_must_hold_declarations(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (seeds / "DECLARED.toml").unlink()
    monkeypatch.setattr("panelkit.claims.file.load.shipped", lambda name: seeds)
    with pytest.raises(SpecError, match="DECLARED.toml is missing"):
        load_claims()


def test_revisions_follow_the_declaration_in_time() -> None:
    digest = "0" * 64
    reason = {"en": "why", "zh": "原因"}
    early = {"date": "2026-01-01", "sha256": digest, "reason": reason}
    late = {"date": "2026-03-01", "sha256": digest, "reason": reason}
    with pytest.raises(ValueError, match="oldest first"):
        Declaration.model_validate({"declared": "2026-02-01", "sha256": digest, "revision": [early]})
    with pytest.raises(ValueError, match="oldest first"):
        Declaration.model_validate({"declared": "2025-12-01", "sha256": digest, "revision": [late, early]})
    assert Declaration.model_validate({"declared": "2026-01-01", "sha256": digest, "revision": [early, late]})
