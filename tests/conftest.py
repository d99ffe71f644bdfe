"""Tests compute what they ask for: no verdict is kept from one to the next, and the user's own cache is never read."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any, NoReturn

import platformdirs
import pytest

os.environ["PANELKIT_CACHE"] = "off"
os.environ.pop("PANELKIT_LANG", None)


def _refused(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("a test asks for the user's cache: name a folder of its own by PANELKIT_CACHE")


platformdirs.user_cache_path = _refused


def pytest_collection_finish() -> None:
    """Let the collector pass over eighteen thousand tests that stay to the end: a tenth of the time of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def kept_verdicts(pytestconfig: pytest.Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep verdicts from one run of the tests to the next, beside what pytest keeps of this checkout."""
    kept = pytestconfig.cache
    folder = tmp_path if kept is None else kept.mkdir("panelkit-verdicts")
    folder.chmod(0o700)  # a cache that others may write to is not read
    monkeypatch.setenv("PANELKIT_CACHE", str(folder))
    return folder
