"""A headless Chromium that tells what a page asks for, says and looks like.

It is spoken to by its DevTools protocol through two pipes, so that nothing needs to be
installed beside the browser. Chromium reports every request of the page, also those that
are blocked before they reach the network, so "none" means that none was tried; what the
browser itself does in the background is no request of the page and is not among them.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM: Final = next(filter(None, map(shutil.which, NAMES)), None)
PATIENCE: Final = 120.0

OPTIONS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip


@dataclasses.dataclass
class Page:
    """A page that was opened."""

    browser: Browser
    session: str
    requests: list[str]
    console: list[str]

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        how = {"expression": expression, "returnByValue": True}
        said = self.browser.call("Runtime.evaluate", session=self.session, **how)
        assert "exceptionDetails" not in said, said
        return said["result"].get("value")

    def settle(self) -> None:
        """Wait until all that is under way has been reported."""
        self.ask("new Promise(done => setTimeout(done, 300))")
        self.browser.call("Runtime.evaluate", session=self.session, expression="0")


class Browser:
    """A running browser; made by `browser`."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._rest = b""
        self._pages: dict[str, Page] = {}

    def open(self, path: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """Open a file; narrow screens are those of telephones."""
        made = self.call("Target.createTarget", url="about:blank")["targetId"]
        how = {"targetId": made, "flatten": True}
        session = self.call("Target.attachToTarget", **how)["sessionId"]
        page = self._pages[session] = Page(self, session, [], [])
        for name in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{name}.enable", session=session)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", session=session, **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", session=session, features=[scheme])
        self.call("Page.navigate", session=session, url=path.as_uri())
        self._wait(lambda event: event.get("method") == "Page.loadEventFired", session)
        page.settle()
        return page

    def call(self, method: str, *, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Ask the browser for something, and wait for its answer."""
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters}
        message |= {"sessionId": session} if session else {}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        answer = self._wait(lambda said: said.get("id") == number)
        assert "error" not in answer, answer
        return answer["result"]

    def _wait(self, wanted: Any, session: str = "") -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            said = self._read(end - time.monotonic())
            self._note(said)
            if wanted(said) and (not session or said.get("sessionId") == session):
                return said
        raise TimeoutError("the browser does not answer")

    def _read(self, seconds: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self._back], [], [], max(0.0, seconds))[0]:
                raise TimeoutError("the browser does not answer")
            part = os.read(self._back, 1 << 16)
            if not part:
                raise EOFError("the browser has gone")
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def _note(self, said: dict[str, Any]) -> None:
        page = self._pages.get(said.get("sessionId", ""))
        if page is None:
            return
        method, what = said.get("method"), said.get("params", {})
        if method == "Network.requestWillBeSent":
            page.requests.append(what["request"]["url"])
        elif method == "Log.entryAdded":
            page.console.append(what["entry"]["text"])
        elif method == "Runtime.consoleAPICalled":
            page.console.append(str([each.get("value") for each in what["args"]]))
        elif method == "Runtime.exceptionThrown":
            page.console.append(json.dumps(what["exceptionDetails"]))


@contextlib.contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Run Chromium with a profile folder of its own."""
    here, to = os.pipe()
    back, there = os.pipe()
    # It reads from descriptor 3 and writes to 4, and nowhere else.
    script = f'exec "$@" 3<&{here} 4>&{there} {here}<&- {there}>&-'
    command = ["bash", "-c", script, "bash", CHROMIUM, *OPTIONS, f"--user-data-dir={profile}"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, pass_fds=(here, there), **quiet)
    os.close(here)
    os.close(there)
    try:
        running = Browser(to, back)
        yield running
        running.call("Browser.close")
    finally:
        os.close(to)
        os.close(back)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
