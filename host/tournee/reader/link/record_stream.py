"""A stream of records on its way into the reader: cut into messages, followed answer by answer."""

from collections import deque
from collections.abc import Callable

from tournee.firmware.sesam import messages
from tournee.reader import codec
from tournee.reader.failures import Incoherent, failure_of_answer

Progress = Callable[[int, int], None]
"""Called with the records sent so far and their number in all."""

AROUND = 16  # bytes around the data of a RECORDS message, at most


class RecordStream:
    """The records of one certification, at most `chunk` in a message; `best` tells how many bytes of at most
    so many a message is best given."""

    def __init__(
        self, data: bytes, chunk: int, best: Callable[[int], int], on_progress: Progress | None
    ) -> None:
        self.data = data
        self._count = len(data) // messages.RECORD
        self.chunk = chunk
        self._most = chunk * messages.RECORD
        self._best = best
        self._on_progress = on_progress
        self._first = 0  # of the next message
        self._ends: deque[int] = deque()  # the rank behind each message that is out
        self.stopped = False  # `on_progress` raised: the user does not want it any more

    @property
    def left(self) -> bool:
        """Whether there are records that are in no message yet."""
        return self._first < self._count

    @property
    def length(self) -> int:
        """Bytes of the next message at most."""
        return AROUND + self._batch * messages.RECORD

    @property
    def _batch(self) -> int:
        """Records of the next message: the number nearest to what is best."""
        return max(1, round(self._best(self._most) / messages.RECORD))

    def make(self) -> bytearray:
        """The next message."""
        first, end = self._first, min(self._first + self._batch, self._count)
        part = self.data[first * messages.RECORD : end * messages.RECORD]
        self._first = end
        self._ends.append(end)
        return codec.encode(messages.RECORDS, {"first": first, "data": part})

    def take(self, answered: int, payload: bytes) -> None:
        """The answer for the `answered` oldest messages that are out. Refused, Incoherent."""
        for _ in range(answered):
            end = self._ends.popleft()
        answer = codec.decode(payload)
        if answer.number == messages.FAILURE:
            raise failure_of_answer(answer, self.data)
        if answer.number != messages.RECORDS + messages.ANSWER or answer.uint("next") != end:
            raise Incoherent("les enregistrements reçus ne suivent pas ceux envoyés")
        self.tell(end)

    def tell(self, done: int) -> None:
        """Say that so many records are taken."""
        if self._on_progress is not None:
            self.stopped = True
            self._on_progress(done, self._count)
            self.stopped = False
