"""Steps and progress: a bar that moves on a terminal, a plain line a step elsewhere, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from tournee.cli.display.show import labelled

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


class Watcher:
    """Shows steps and progress on `console`; nothing at all without one. A bar needs a terminal."""

    def __init__(self, console: Console | None) -> None:
        self._console = console
        self._bar = _bar(console) if console is not None and console.is_terminal else None
        self._task = None if self._bar is None else self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, text: str) -> None:
        """Say that a step begins."""
        if self._console is not None:
            self._console.print(labelled("·", text, "bold cyan"))
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, visible=False)

    def waiting(self, label: str, done: int, of: int) -> None:
        """Move the bar; where there is none, say once what others are waited for."""
        if self._bar is None and self._console is not None and not done:
            self._console.print(labelled("·", label, "bold cyan"))
        self.progress(label, done, of)

    def progress(self, label: str, done: int, of: int) -> None:
        """Move the bar."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=label, completed=done, total=of or None, visible=True)


def _bar(console: Console) -> Progress:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    text = TextColumn("{task.description}")
    return Progress(SpinnerColumn(), text, BarColumn(), MofNCompleteColumn(), console=console, transient=True)
