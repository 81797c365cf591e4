"""The screen's lock is heard on a bus of the test's own, where a stand-in has logind's name."""

from __future__ import annotations

import asyncio
import subprocess
import threading
from collections.abc import Iterator

import pytest
from dbus_fast import BusType, Message, Variant
from dbus_fast.aio import MessageBus

from tournee.shift.screen_lock import watch_screen

SESSION = "org.freedesktop.login1.Session"
HINT = ("org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as")


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    command = ["dbus-daemon", "--session", "--nofork", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        address = daemon.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("XDG_SESSION_ID", "2")
        yield address
        daemon.kill()


def say(address: str, heard: threading.Event, *signals: Message) -> None:
    """As logind, each of these again and again until it is heard or has been said ten times."""

    async def speak() -> None:
        logind = await MessageBus(address, BusType.SYSTEM).connect()
        await logind.request_name("org.freedesktop.login1")
        for _ in range(10):
            for signal in signals:
                await logind.send(signal)
            if await asyncio.to_thread(heard.wait, 0.2):
                break
        logind.disconnect()

    asyncio.run(speak())


def lock(session: str) -> Message:
    return Message.new_signal(f"/org/freedesktop/login1/session/{session}", SESSION, "Lock")


def hint(session: str, value: bool) -> Message:
    changed = [SESSION, {"LockedHint": Variant("b", value)}, []]
    interface, member, signature = HINT
    path = f"/org/freedesktop/login1/session/{session}"
    return Message.new_signal(path, interface, member, signature, changed)


@pytest.mark.parametrize("signal", [lock("_32"), hint("_32", True)], ids=["lock", "hint"])
def test_lock_of_this_session_is_heard(bus: str, signal: Message) -> None:
    heard = threading.Event()
    end = watch_screen(heard.set)
    say(bus, heard, signal)
    end()
    assert heard.is_set()


def test_other_sessions_and_an_unlocked_screen_are_not(bus: str) -> None:
    heard, last = threading.Event(), threading.Event()
    ends = watch_screen(heard.set), watch_screen(last.set)
    say(bus, last, lock("_33"), hint("_32", False))
    assert not heard.is_set()
    for end in ends:
        end()


def test_without_a_bus_nothing_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    watch_screen(lambda: pytest.fail("nobody locked"))()
