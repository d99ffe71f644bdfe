"""Every stored oracle is complete, is not panelkit's own output, and is read by a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stored import FIELDS, HOME, stored

NAMES = sorted(path.stem for path in HOME.glob("*.json"))
TESTS = Path(__file__).parent


@pytest.mark.parametrize("name", NAMES)
def test_oracle_is_complete(name: str) -> None:
    oracle = stored(name)
    assert set(oracle) >= FIELDS, f"missing {sorted(FIELDS - set(oracle))}"
    assert "panelkit" not in str(oracle["made_by"]).lower(), "a file that panelkit wrote proves nothing"


@pytest.mark.parametrize("name", NAMES)
def test_oracle_is_read(name: str) -> None:
    readers = [
        path for path in TESTS.rglob("*.py") if f'stored("{name}")' in path.read_text(encoding="utf-8")
    ]
    assert readers, f"no test reads tests/oracles/{name}.json"
