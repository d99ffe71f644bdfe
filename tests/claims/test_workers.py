"""The same bytes for any number of workers, on this computer and on a cluster; a run that is stopped goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import panelkit as pk
from panelkit.claims import check as check_module
from panelkit.claims import workers
from panelkit.claims.cache import Cache
from panelkit.claims.check import find_claims, run
from panelkit.claims.file.load import RegisteredClaim
from panelkit.claims.source import Shipped
from panelkit.claims.verdict import Verdict
from panelkit.language.errors import SpecError
from tests.claims.small import SMALL

DASK = """
import json, sys
import joblib, panelkit as pk
from distributed import Client, LocalCluster

def main():
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        with joblib.parallel_config(backend="dask"):
            print(json.dumps(pk.check(sys.argv[1]).to_list()))

if __name__ == "__main__":
    main()
"""


def several(path: Path, n: int = 4) -> Path:
    """Write a file of several small claims."""
    head, _, rest = SMALL.partition("[[claim]]\n")
    claim = rest.split("[[claim]]\n")[0].replace("reps = 199", "reps = 100")
    claims = [claim.replace('id = "T1"', f'id = "S{i}"').replace("seed = 7", f"seed = {i}") for i in range(n)]
    path.write_text(head + "".join(f"[[claim]]\n{text}" for text in claims), "utf-8")
    return path


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    return several(tmp_path / "several.toml")


def test_the_bytes_are_the_same_for_any_number(claims: Path) -> None:
    said = {n: json.dumps(pk.check(claims, workers=n).to_list("zh")) for n in (1, 2, 4)}
    assert said[2] == said[1]
    assert said[4] == said[1]


def test_workers_read_the_panel_of_the_user(claims: Path) -> None:
    own = pk.load_provinces(["rd_expenditure", "rd_funds_government", "gdp"], (2017, 2022))
    alone, shared = pk.check(claims, data=own), pk.check(claims, data=own, workers=2)
    assert json.dumps(shared.to_list()) == json.dumps(alone.to_list())
    assert shared.verdicts[0].panel is not None


def test_a_local_cluster_of_dask(claims: Path) -> None:
    pytest.importorskip("distributed", reason="the scheduler of dask is not installed")
    done = subprocess.run(
        [sys.executable, "-c", DASK, str(claims)],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(done.stdout) == json.loads(json.dumps(pk.check(claims).to_list()))


def test_how_many_workers() -> None:
    assert workers.workers_for(None, 10) == 1
    assert workers.workers_for(1, 10) == 1
    assert workers.workers_for(3, 10) == 3
    assert workers.workers_for(8, 5) == 5
    assert workers.workers_for(2, 1) == 1
    assert workers.workers_for(-1, 3) == 1, "a process takes as long to start as a claim"
    for wrong in (0, -2):
        with pytest.raises(SpecError, match="write 1 or more, or -1 for all cores"):
            workers.workers_for(wrong, 10)


def test_a_worker_of_another_version_is_refused() -> None:
    registered = pk.load_claims()[0]
    with pytest.raises(SpecError, match="another version of panelkit"):
        workers._at_work(0, registered, Shipped(), None, "0" * 64, 0)


def test_a_source_that_changed_is_not_shared_out(claims: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "code_version", lambda: None)
    with pytest.raises(SpecError, match="start Python again, or use one worker"):
        pk.check(claims, workers=2)


def test_a_run_that_is_stopped_goes_on(claims: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = workers.check_claim
    asked: list[str] = []

    def stopped(registered: RegisteredClaim, *rest: object) -> list[Verdict]:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(registered.id)
        return whole(registered, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(workers, "check_claim", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(find_claims([claims]), Shipped(), cache=Cache(tmp_path / "kept"))
    assert asked == ["S0", "S1"]
    cache = Cache(tmp_path / "kept")
    result = run(find_claims([claims]), Shipped(), cache=cache)
    assert (cache.found, cache.kept) == (2, 2)
    assert json.dumps(result.to_list()) == json.dumps(pk.check(claims).to_list())


def test_workers_keep_what_they_finished(claims: Path, tmp_path: Path) -> None:
    """What arrives is kept as it arrives: the generator is left after the first claim."""
    cache = Cache(tmp_path / "kept")
    keep, seen = cache.keep, []

    def once(registered: RegisteredClaim, *rest: object) -> None:
        keep(registered, *rest)  # type: ignore[arg-type]
        seen.append(registered.id)
        raise KeyboardInterrupt

    cache.keep = once  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run(find_claims([claims]), Shipped(), workers=2, cache=cache)
    again = Cache(tmp_path / "kept")
    run(find_claims([claims]), Shipped(), cache=again)
    assert (again.found, again.kept) == (len(seen), 4 - len(seen)) == (1, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be killed without a word there")
def test_workers_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    environment = dict(os.environ) | {"PANELKIT_CACHE": "off"}
    command = [
        sys.executable,
        "-m",
        "panelkit",
        "check",
        str(several(tmp_path / "many.toml", 40)),
        "--workers",
        "2",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith(b"1: claim")
        process.kill()
        process.communicate(timeout=30.0)  # returns once every worker that holds these pipes is gone


def test_two_runs_at_once_keep_whole_files(claims: Path, tmp_path: Path) -> None:
    environment = dict(os.environ) | {"PANELKIT_CACHE": str(tmp_path / "kept")}
    command = [sys.executable, "-m", "panelkit", "check", str(claims), "--json", "--workers", "1"]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    said = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert said[0][0] == said[1][0]
    for _, errors in said:  # what one run keeps in time the other need not compute
        assert all(line.startswith(b"%d: claim S" % n) for n, line in enumerate(errors.splitlines(), 1))
    cache = Cache(tmp_path / "kept")
    run(find_claims([claims]), Shipped(), cache=cache)
    assert (cache.found, cache.kept, cache.notes) == (4, 0, [])


def test_progress_is_told_of_every_claim(claims: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Followed:
        def __init__(self) -> None:
            self.begun: list[str] = []
            self.steps = 0

        def start(self, claim: str, steps: int) -> None:
            self.begun.append(claim)

        def advance(self, steps: int) -> None:
            self.steps += steps

    for n in (1, 2):
        seen: Callable[[], Followed] = Followed
        follower = seen()
        check_module.run(find_claims([claims]), Shipped(), follower, workers=n)
        assert sorted(follower.begun) == ["S0", "S1", "S2", "S3"]
        assert follower.steps >= 4
