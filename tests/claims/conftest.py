"""Claim files in a temporary folder, and the flagship claim computed once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from panelkit.claims.check import check
from panelkit.claims.checked import CheckResult
from tests.claims.small import SMALL


@pytest.fixture(scope="session")
def flagship() -> CheckResult:
    return check("A9")


@pytest.fixture
def claim_file(tmp_path: Path) -> Callable[..., Path]:
    """Write the small claim file with one passage exchanged."""

    def write(old: str = "", new: str = "", name: str = "small.toml") -> Path:
        assert old in SMALL
        path = tmp_path / name
        path.write_text(SMALL.replace(old, new, 1) if old else SMALL, encoding="utf-8")
        return path

    return write
