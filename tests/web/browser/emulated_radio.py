"""Chromium's emulated Bluetooth joined to an emulated board: the page's own radio code meets a reader.

The browser's own protocol plays the air and the peripheral (`BluetoothEmulation`); what is written goes to
the board's pseudo-terminal. Not shown by it: pairing, and notifications, for which a standing read stands in
(`STANDING_READ`). It goes on while the test waits in a call of the browser's.
"""

from __future__ import annotations

import base64
import os
import tty
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from playwright.sync_api import Browser, CDPSession, Error
from watched_page import WatchedPage

NAME = "TRN-01"
_ADDRESS = "09:09:09:09:09:09"
_SERVICE, _WRITE, _NOTIFY = (f"7a0e000{rank}-5e5a-4d56-9a1e-746f75726e65" for rank in (1, 2, 3))
_DESCRIPTOR = "00002902-0000-1000-8000-00805f9b34fb"
_SEGMENT = 244
_LOOK_MS = 5  # between two looks at what the board said
_LEAVE = """() => {
  const button = document.createElement("button");
  button.dataset.delier = "";
  document.body.append(button);
  button.click();
  button.remove();
}"""
"""The page gives its link up."""

STANDING_READ = """(() => {
  if (!isSecureContext) return;
  const start = BluetoothRemoteGATTCharacteristic.prototype.startNotifications;
  BluetoothRemoteGATTCharacteristic.prototype.startNotifications = async function () {
    await start.call(this);
    (async () => { for (;;) { try { await this.readValue(); } catch { return; } } })();
    return this;
  };
})();"""
"""Emulated characteristics never notify; an answered read fires the same event. An init script."""


class EmulatedRadio:
    """The air around a page that is in, with one reader; `segments` are the lengths of what the page wrote.

    `carries` is what a connection takes in one segment: of a longer write the rest is lost without a word.
    """

    def __init__(self, browser: Browser, page: WatchedPage, link_url: str, carries: int = 512) -> None:
        self.segments: list[int] = []
        self._carries = carries
        self._air: CDPSession = browser.new_browser_cdp_session()
        self._chooser: CDPSession = page.context.new_cdp_session(page.page)
        self._page = page.page
        self._crashed = False
        self._page.on("crash", self._crash)
        self._line = os.open(link_url, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self._line)
        self._prompts: set[str] = set()
        self._in_range = True
        self._reading = False  # a read stands
        self._awaited: dict[int, Callable[[], None]] = {}
        self.quiet: Callable[[], bool] = bool  # while it says so, nothing that the board says comes through
        self._ids: dict[str, str] = {}  # of the characteristics, while connected

    def __enter__(self) -> Self:
        self._air.on("BluetoothEmulation.gattOperationReceived", self._connection)
        self._air.on("BluetoothEmulation.characteristicOperationReceived", self._operation)
        self._chooser.on("DeviceAccess.deviceRequestPrompted", self._prompt)
        self._air.send("BluetoothEmulation.enable", {"state": "powered-on", "leSupported": True})
        self._air.send(
            "BluetoothEmulation.simulatePreconnectedPeripheral",
            {"address": _ADDRESS, "name": NAME, "manufacturerData": [], "knownServiceUuids": [_SERVICE]},
        )
        self._chooser.send("DeviceAccess.enable")
        return self

    def __exit__(self, *_: object) -> None:
        self._fail_read()
        for leave in (  # the page first: a radio that goes while it is used ends the browser
            lambda: self._crashed or self._page.evaluate(_LEAVE),
            lambda: self._crashed or self._page.goto("about:blank"),
            lambda: self._air.send("BluetoothEmulation.disable"),
            self._air.detach,
            lambda: self._crashed or self._chooser.detach(),  # a page that crashed answers nothing, ever
        ):
            with suppress(Error):  # the page was killed, or its browser
                leave()
        os.close(self._line)

    def after(self, segments: int, act: Callable[[], None]) -> None:
        """Do this, once, when the page has written so many more."""
        self._awaited[len(self.segments) + segments] = act

    def lose(self) -> None:
        """The reader goes out of range, and cannot be connected to."""
        self._in_range = False
        self._fail_read()
        self._air.send("BluetoothEmulation.simulateGATTDisconnection", {"address": _ADDRESS})

    def _fail_read(self) -> None:
        """A read that stands would keep the browser's Bluetooth from ever ending."""
        notify = self._ids.pop("notify", "")
        if self._reading:
            self._reading = False
            self._answer(notify, "read", 1)

    def bring_back(self) -> None:
        """It is in range again."""
        self._in_range = True

    def _crash(self, _: object) -> None:
        self._crashed = True

    def _prompt(self, event: dict[str, Any]) -> None:
        """The chooser: the reader is touched, once (a second answer to one prompt ends the browser)."""
        if event["id"] in self._prompts or not event["devices"]:
            return
        self._prompts.add(event["id"])
        chosen = {"id": event["id"], "deviceId": event["devices"][0]["id"]}
        self._chooser.send("DeviceAccess.selectPrompt", chosen)

    def _connection(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "discovery" and self._in_range and not self._ids:
            self._add_service()
        answer = {"address": _ADDRESS, "type": kind, "code": 0 if self._in_range else 1}
        with suppress(Error):
            self._air.send("BluetoothEmulation.simulateGATTOperationResponse", answer)

    def _add_service(self) -> None:
        def add(what: str, **values: Any) -> str:
            return str(next(iter(self._air.send(f"BluetoothEmulation.add{what}", values).values())))

        service = add("Service", address=_ADDRESS, serviceUuid=_SERVICE)
        of_service = {"serviceId": service}
        writes = {"write": True, "writeWithoutResponse": True}
        notifies = {"notify": True, "read": True}
        add("Characteristic", characteristicUuid=_WRITE, properties=writes, **of_service)
        notify = add("Characteristic", characteristicUuid=_NOTIFY, properties=notifies, **of_service)
        add("Descriptor", characteristicId=notify, descriptorUuid=_DESCRIPTOR)
        self._ids["notify"] = notify

    def _operation(self, event: dict[str, Any]) -> None:
        kind, characteristic = event["type"], event["characteristicId"]
        if kind == "read":
            self._give(characteristic)
            return
        if kind == "write":
            data = base64.b64decode(event["data"])
            self.segments.append(len(data))
            os.write(self._line, data[: self._carries])
            self._awaited.pop(len(self.segments), bool)()
            if event["writeType"] == "write-without-response":
                return
        self._answer(characteristic, kind, 0)

    def _give(self, characteristic: str) -> None:
        """Answer the read that stands once the board says something; one that comes too late fails."""
        if self._ids.get("notify") != characteristic:
            self._answer(characteristic, "read", 1)
            return
        self._reading = True
        while self._reading:
            with suppress(BlockingIOError):
                if self.quiet():
                    raise BlockingIOError
                part = os.read(self._line, min(self._carries, _SEGMENT))
                self._reading = False
                self._answer(characteristic, "read", 0, part)
                return
            try:
                self._page.wait_for_timeout(_LOOK_MS)
            except Error:  # the page is closed
                return

    def _answer(self, characteristic: str, kind: str, code: int, data: bytes | None = None) -> None:
        values: dict[str, Any] = {"characteristicId": characteristic, "type": kind, "code": code}
        if data is not None:
            values["data"] = base64.b64encode(data).decode()
        with suppress(Error):  # the connection may have ended meanwhile
            self._air.send("BluetoothEmulation.simulateCharacteristicOperationResponse", values)
