"""A headless Chromium that is spoken to over a pipe: pages, keys, what was asked of the network, what went wrong."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for found in map(shutil.which, NAMES) if found), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)
_START = """
import fcntl, os, sys
for end, held in [(fcntl.fcntl(int(held), fcntl.F_DUPFD, 10), end) for end, held in zip((3, 4), sys.argv[1:3])]:
    os.dup2(end, held)
os.execv(sys.argv[3], sys.argv[3:])
"""  # Chromium reads from 3 and writes to 4
_PATIENCE = 60  # seconds without a word after which the browser is taken to hang


class Browser:
    """One page of the browser; `events` is everything that it reported."""

    def __init__(self, read: int, write: int) -> None:
        self._read, self._write = read, write
        self._rest, self._calls, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """Ask for something and return the answer."""
        self._calls += 1
        asked: dict[str, Any] = {"id": self._calls, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._write, json.dumps(asked).encode("utf-8") + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._calls:
                assert "error" not in told, told
                return told["result"]

    def open(self, where: Path | str) -> None:
        """Open a page and wait until it is loaded."""
        self.act(lambda: self.call("Page.navigate", url=where.as_uri() if isinstance(where, Path) else where))

    def act(self, action: Any) -> None:
        """Do what leads to another page and wait until that is loaded."""
        before = self._loaded()
        action()
        while self._loaded() == before:
            self._next()

    def ask(self, expression: str) -> Any:
        """Return the value of an expression on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        held = {"key": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **held)
        self.call("Input.dispatchKeyEvent", type="keyUp", **held)

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.call("Input.insertText", text=text)

    def prefer(self, theme: str) -> None:
        """Let the system ask for a light or a dark page."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def width(self, pixels: int) -> None:
        """Let the window be so wide."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=pixels,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )

    def requests(self) -> list[str]:
        """Return every address that was asked for."""
        return [one["params"]["request"]["url"] for one in self._told("Network.requestWillBeSent")]

    def faults(self) -> list[Any]:
        """Return every exception, error and warning that a console would show."""
        consoled = [one for one in self._told("Runtime.consoleAPICalled") if one["params"]["type"] != "log"]
        return [*self._told("Runtime.exceptionThrown"), *self._told("Log.entryAdded"), *consoled]

    def _told(self, method: str) -> list[dict[str, Any]]:
        return [one for one in self.events if one.get("method") == method]

    def _loaded(self) -> int:
        return len(self._told("Page.loadEventFired"))

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], _PATIENCE)
            assert ready, "the browser says nothing"
            chunk = os.read(self._read, 1 << 16)
            assert chunk, "the browser has ended"
            self._rest += chunk
        told, self._rest = self._rest.split(b"\0", 1)
        found: dict[str, Any] = json.loads(told)
        self.events.append(found)
        return found


@contextmanager
def opened(profile: Path) -> Iterator[Browser]:
    """Start a browser with a profile of its own and end it."""
    assert CHROMIUM is not None
    to_read, from_us = os.pipe()
    from_browser, to_write = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            _START,
            str(to_read),
            str(to_write),
            CHROMIUM,
            *OPTIONS,
            f"--user-data-dir={profile}",
        ],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Browser(from_browser, from_us)
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE)
        os.close(from_browser)
        os.close(from_us)
