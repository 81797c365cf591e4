"""What a maker asks of a reader: its state, its serial number and secret, a new image of its firmware."""

from collections.abc import Callable
from dataclasses import dataclass

from tournee.firmware.sesam import codes
from tournee.reader import codec
from tournee.reader.client import Reader
from tournee.reader.failures import Incoherent, LinkLost, Refused, SessionForgotten

Progress = Callable[[int, int], None]
"""Called with the bytes of the image that are there and their number in all."""

HEADER = 64  # bytes of an image's header and of its signature (boards/image.py)
SIGNATURE = 256
_STATE = codec.number_of("STATE")
_PROVISION = codec.number_of("PROVISION")
_UPDATE = codec.number_of("UPDATE")
_CHUNK = codec.number_of("CHUNK")
_SWITCH = codec.number_of("SWITCH")
_RESTART = codec.number_of("RESTART")
_CONFIRM = codec.number_of("CONFIRM")
_IMAGE = codec.number_of("IMAGE")
_STARTS = 3  # of an update that a restart of the reader has undone
_RESTART_TRIES = 5  # to reach a reader that restarts


@dataclass(frozen=True)
class ReaderState:
    """What a reader says of itself; `taken` bytes of an image are there while an update is under way."""

    serial: str
    signatures: int
    journal: bool
    banks: int
    running: int
    confirmed: bool
    production: bool
    taken: int


@dataclass(frozen=True)
class RunningImage:
    """The image that runs: SHA-256 of all but its signature, its counter, the fingerprint of the next key."""

    digest: str
    counter: int
    next_key: str


class MakerReader(Reader):
    """A reader in its maker's hands. The errors are those of `Reader`."""

    def state(self) -> ReaderState:
        """Ask for serial number, count of signatures, banks and keys."""
        answer = self._ask_again(_STATE)
        return ReaderState(
            answer.text("serial"),
            answer.uint("signatures"),
            bool(answer.uint("journal")),
            answer.uint("banks"),
            answer.uint("running"),
            bool(answer.uint("confirmed")),
            bool(answer.uint("production")),
            answer.uint("taken"),
        )

    def image(self) -> RunningImage | None:
        """Ask what runs; None of a board that has no banks, or of firmware that cannot tell."""
        try:
            answer = self._ask_again(_IMAGE)
        except Refused as refused:
            if refused.status in (codes.NO_STORAGE, codes.UNKNOWN_MESSAGE):
                return None
            raise
        return RunningImage(answer.data("digest").hex(), answer.uint("counter"), answer.data("key").hex())

    def provision(self, serial: str, secret: bytes) -> None:
        """Give serial number (1 to 16 characters) and secret (32 bytes), once and for ever.

        A reader that has this very serial number already was provisioned by a request whose answer was lost.
        """
        message = codec.encode(_PROVISION, {"serial": serial, "secret": secret})
        try:
            answer = self._send(_PROVISION, message)
        except SessionForgotten as forgotten:
            if forgotten.asked and self.state().serial == serial:
                return
            raise
        if answer.text("serial") != serial:
            raise Incoherent("un autre numéro de série que celui qui a été donné")

    def load(self, image: bytes, on_progress: Progress | None = None) -> None:
        """Bring a whole image into the bank that does not run, and have the next start try it.

        Goes on where an earlier call stopped, as long as the reader has had power; a reader that restarted
        begins anew. Refused with IMAGE_… when the reader does not want it: what runs goes on.
        """
        for start in range(_STARTS):
            try:
                self._load(image, on_progress)
                return
            except SessionForgotten:
                if start == _STARTS - 1:
                    raise
            except Refused as refused:
                if refused.status != codes.UPDATE_ORDER or start == _STARTS - 1:
                    raise

    def _load(self, image: bytes, on_progress: Progress | None) -> None:
        end = len(image) - SIGNATURE
        answer = self._send(_UPDATE, codec.encode(_UPDATE, {"header": image[:HEADER]}))
        at, chunk = answer.uint("next"), answer.uint("chunk")
        while at < end:
            if on_progress is not None:
                on_progress(at, end)
            data = image[at : min(at + chunk, end)]
            answer = self._send(_CHUNK, codec.encode(_CHUNK, {"offset": at, "data": data}))
            if answer.uint("next") != at + len(data):
                raise Incoherent("les morceaux de l’image ne se suivent pas")
            at += len(data)
        self._send(_SWITCH, codec.encode(_SWITCH, {"signature": image[end:]}))
        if on_progress is not None:
            on_progress(end, end)

    def restart(self) -> None:
        """Have the reader start anew, and wait until it answers. LinkLost when it does not."""
        self._send(_RESTART, codec.encode(_RESTART, {}))
        for attempt in range(_RESTART_TRIES):
            try:
                self.identify()
                return
            except Refused as refused:
                if refused.status != codes.UNPROTECTED:
                    raise
                return  # it answers, and from this start on to its secret alone
            except LinkLost:
                if attempt == _RESTART_TRIES - 1:
                    raise

    def confirm(self) -> None:
        """Have the image that runs start from now on."""
        self._send(_CONFIRM, codec.encode(_CONFIRM, {}))
