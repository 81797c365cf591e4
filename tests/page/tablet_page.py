"""A tablet in the tests: the server of its site, its page, and Python behind it."""

import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
SECRET = bytes(range(32))
Opened = Callable[..., BrowserContext]


class Served:
    """A server that can be cut off; `address` stays the same."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        class Handler(SimpleHTTPRequestHandler):
            extensions_map = SimpleHTTPRequestHandler.extensions_map | TYPES

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=folder))
        self.address = f"http://localhost:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Tablet:
    """One page of the tablet, and Python behind it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.said: list[str] = []
        page.on("console", lambda message: self._heard(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(address)

    def _heard(self, text: str) -> None:
        if "Web Bluetooth is experimental" not in text:  # on Linux
            self.said.append(text)

    def until(self, state: str) -> "Tablet":
        """Wait until the page stands at `installation`, `ouverte` or `arret`."""
        self.page.locator(f"html[data-tournee={state}]").wait_for(timeout=60_000, state="attached")
        return self

    def install(self, files: list[Path]) -> "Tablet":
        self.until("installation")
        self.page.set_input_files("#installation input", files)
        self.page.click("#installation button")
        return self.until("ouverte")

    def run(self, code: str) -> object:
        """Run Python in the worker; what its last line gives."""
        (worker,) = self.page.workers
        return worker.evaluate(
            "async (code) => { const found = await self.tournee.python.runPythonAsync(code);"
            " return found?.toJs ? found.toJs({ dict_converter: Object.fromEntries }) : found; }",
            code,
        )
