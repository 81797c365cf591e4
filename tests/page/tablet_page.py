"""A tablet in the tests: the server of its site, its page, and Python behind it."""

import shutil
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright

from tournee.reader.label import printed_code

TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm"}
SECRET = bytes(range(32))
CODE = "274915"
Opened = Callable[..., BrowserContext]
VECTORS = Path(__file__).parents[1] / "vectors"
CONFIGURATION = """
[journal]
chemin = "journal.db"
[lecteur]
port = "page:"
secret = "lecteur.secret"
[envoi]
route = "oct"
[route.oct]
adresse = "fse@oct.example"
expediteur = "cabinet@soins.example"
identifiant = "123456782"
certificat = "oct.pem"
scellement = "K"
mode = "fichier-unique"
[route.oct.envoi]
serveur = "courrier.example"
port = 465
securite = "tls"
utilisateur = "cabinet"
fichier_mot_de_passe = "lecteur.secret"
[route.oct.retours]
type = "maildir"
dossier = "retours"
"""


def launched(playwright: Playwright, profile: Path, *more: str, **options: object) -> BrowserContext:
    """Debian's Chromium on this profile, with more arguments, and options of its context."""
    return playwright.chromium.launch_persistent_context(
        profile,
        executable_path="/usr/bin/chromium",
        locale="fr-FR",
        args=["--no-sandbox", "--enable-features=WebBluetooth", *more],
        **options,
    )


def practice_files(folder: Path) -> list[Path]:
    """The files that a tablet is given, in a folder made for them."""
    folder.mkdir()
    (folder / "tournee.toml").write_text(CONFIGURATION)
    (folder / "lecteur.secret").write_text(printed_code(SECRET) + "\n")
    shutil.copy(VECTORS / "exchange" / "recipient-cert.pem", folder / "oct.pem")
    return sorted(folder.iterdir())


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
        """Wait until the page is `neuve`, `verrou`, `attente`, `installation`, `ouverte` or `arret`."""
        self.page.locator(f"html[data-tournee={state}]").wait_for(timeout=60_000, state="attached")
        return self

    def press(self, code: str = CODE) -> "Tablet":
        """Type a code on the pad that is shown."""
        for digit in code:
            self.page.locator(f"[data-pad] [data-key='{digit}']").click()
        return self

    def unlock(self, code: str = CODE) -> "Tablet":
        """Open a tablet whose code was chosen before."""
        return self.until("verrou").press(code)

    def choose(self, code: str = CODE) -> "Tablet":
        """Choose the first code."""
        self.until("neuve").press(code)
        self.page.get_by_role("heading", name="Encore une fois").wait_for()
        return self.press(code)

    def install(self, files: list[Path]) -> "Tablet":
        self.choose().until("installation")
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
