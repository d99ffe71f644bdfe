"""Import paths that the documents of version 0.1 named still answer, with a warning that names the new one."""

from __future__ import annotations

from importlib import import_module

import pytest

from panelkit._moved import MOVED


@pytest.mark.parametrize("old", sorted(MOVED))
def test_a_documented_path_answers_for_one_release(old: str) -> None:
    new = import_module(MOVED[old])
    with pytest.warns(DeprecationWarning, match=MOVED[old]):
        found = import_module(old)
    assert found is new
    assert found.__spec__ is not None
    assert found.__spec__.name == MOVED[old]


def test_a_path_that_never_was_is_still_unknown() -> None:
    with pytest.raises(ModuleNotFoundError):
        import_module("panelkit.core.nothing")
