"""The versions in use: every distribution that panelkit draws in, pinned as it is installed here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import metadata

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def versions_in_use(requires: Iterable[str]) -> dict[str, str]:
    """Return name -> version of all that requirements draw in here, by name; what is not installed is not in use.

    Parameters
    ----------
    requires
        Requirements of panelkit, extras among them: those are not followed.

    Returns
    -------
    dict of str to str
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [(Requirement(text), frozenset[str]()) for text in requires]
    while waiting:
        asked, extras = waiting.pop()
        name, wanted = canonicalize_name(asked.name), frozenset(asked.extras)
        if (name, wanted) in seen or not _applies(asked, extras):
            continue
        seen.add((name, wanted))
        try:
            held = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        found[name] = held.version
        waiting += [(Requirement(text), wanted) for text in held.requires or ()]
    return dict(sorted(found.items()))


def requirements_text(versions: Mapping[str, str], wheel: str, digest: str, made_on: str) -> str:
    """Return the text of `requirements.txt`: the versions, and the wheel beside it with its hash."""
    lines = [
        f"# The versions in use when the package was made, on {made_on}.",
        "# Archives of other projects have no hashes here: an installed environment does not keep them.",
        f"# sha256 of the wheel: {digest}",
        *(f"{name}=={version}" for name, version in versions.items()),
        f"./{wheel}",
    ]
    return "\n".join(lines) + "\n"


def _applies(asked: Requirement, extras: frozenset[str]) -> bool:
    if asked.marker is None:
        return True
    here = {key: str(value) for key, value in default_environment().items()}
    return any(asked.marker.evaluate({**here, "extra": extra}) for extra in (*extras, ""))
