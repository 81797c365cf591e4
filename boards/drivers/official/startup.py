"""Which of the two a start of the board is: the reader, or its maker's REPL. Never yet run on hardware.

The REPL, for `mpremote`, is there while the pin `[service] button` of `board.toml` is held low at the start,
and then alone: what ends the reader is written down, and the board starts anew.
"""

import io
import sys
from time import sleep_ms

import board
from machine import Pin, reset
from whole_file import WholeFile

from sesam.port import const, ticks_diff, ticks_ms

_LAST_WORD = "last_word"  # a file: how many ends there were in a row, then the newest one's traceback
_LONGEST = const(600)  # bytes of a traceback that are kept, its last
_AT_ONCE = const(5)  # ends in a row behind which the next start follows at once; then one a minute
_MINUTE_MS = const(60000)  # a reader that has served for so long begins a new row
_HELD_MS = const(20)  # a contact bounces, and its line is slow to rise


def start(link: str) -> None:
    """Run the reader of the module `link`, and start anew when it ends; return to the maker's REPL where the
    button is held."""
    if held():
        print("service")
        return
    began = ticks_ms()
    try:
        __import__(link).run()
    except (Exception, KeyboardInterrupt) as error:
        try:
            again = note(error, ticks_diff(ticks_ms(), began))
        except (Exception, KeyboardInterrupt):  # no room, no memory
            again = _AT_ONCE
        if again == _AT_ONCE:
            sleep_ms(_MINUTE_MS)
    reset()


def held() -> bool:
    """Whether the service button is held: low, and never high in 20 ms."""
    button = Pin(board.BUTTON, Pin.IN, Pin.PULL_UP)
    for _ in range(_HELD_MS):
        sleep_ms(1)
        if button.value():
            return False
    return True


def note(error: BaseException, lasted_ms: int) -> int:
    """Keep what ended the reader; return how many ends in a row this makes, at most `_AT_ONCE`.

    Of the error its class and the numbers in it: text may be of a card.
    """
    file = WholeFile(_LAST_WORD)
    kept = file.load()
    again = 1
    if kept and lasted_ms < _MINUTE_MS:
        again = min(kept[0] - 0x30 + 1, _AT_ONCE)
    text = io.StringIO()
    sys.print_exception(error, text)
    lines = text.getvalue().split("\n")
    trace = "\n".join([line for line in lines if line.startswith(" ")])[-_LONGEST:]
    numbers = [one for one in error.args if isinstance(one, int)]
    word = "{} {} {}\n{}\n".format(again, type(error).__name__, numbers, trace).encode()
    if word != kept:  # flash is spared
        file.save(word)
    return again
