"""Signatures of what was certified: the Vitale seal first, then the PS's; the last ones are kept and given
again.

The same bytes certified again (a host that restarted, a link that was cut) get the signatures kept, without a
card's work, as long as the cards that made them have not been touched.

With a journal they are kept through a loss of power as well, and given again when cards with the same zones
are in the slots: the cards lost their power with the reader, so that nobody can tell whether they were
touched. Before a card is asked, the journal takes an intent, and after it the signatures; when power failed
in between, nobody knows whether the card signed. The first request for those bytes is then answered
INTERRUPTED, the next one signs: RSASSA-PKCS1-v1_5 has no random part, so that the same key makes of the same
bytes the same signature, and no second one can exist.
"""

from reader.storage.journal import INTENT, SIGNED
from sesam import codes
from sesam.octets import copy, same
from sesam.port import const

SIGNATURE = const(1)  # parts: the PS's card signs,
SEAL = const(2)  # the Vitale card seals

_WORD = const(8)  # 1 with a seal, 2 a seal alone; marks of the PS's card and of Vitale, 0, 0, 0; or a count
_COUNT_AT = const(40)  # in what the journal keeps: digest, marks, count, signature, seal, those there are
_SIGNATURE_AT = const(48)


class Signer:
    """`sign` fills `signature` and `seal`, as the cards take part; `digest` is what they cover.

    `count` says how often cards have signed, as far as the journal goes back.
    """

    def __init__(self, arena: object, ps: object, vitale: object, journal: object = None) -> None:
        self._ps = ps
        self._vitale = vitale
        self.digest = arena.digest
        self.signature = arena.signature
        self.seal = arena.seal
        self._kept = arena.kept_digest
        self._parts = 0  # what is kept, and the cards that made it
        self._session = 0
        self._seal_session = 0
        self.sw = 0  # the last card's status word
        self.count = 0
        self._journal = journal
        self._recalls = 0  # where the journal has the signatures made before power failed
        if journal:
            self._word = word = bytearray(_WORD)
            self._interrupted = journal.find(INTENT) > 0
            at = journal.find(SIGNED)
            if at:
                self._recalls = at
                journal.load(at + _COUNT_AT, word)
                self.count = word[5] << 16 | word[6] << 8 | word[7]

    def sign(self, hashed: object, parts: int) -> int:
        """Sign what `hashed` went over, the cards of `parts`; return 0 or a status."""
        hashed.digest_into(self.digest, 0)
        if self._keeps(parts):
            return 0
        status = self._intend(parts) if self._journal else 0
        if status:
            return status
        self._parts = 0
        if parts & SEAL:
            status = self._vitale.seal(self.digest, self.seal)
            self.sw = self._vitale.channel.sw
        if not status and parts & SIGNATURE:
            status = self._ps.sign(hashed, self.signature)
            self.sw = self._ps.channel.sw
        if not status:
            self._made(parts)
            if self._journal:
                status = self._remember(parts)
        return status

    def _made(self, parts: int) -> None:
        """What lies in `signature` and `seal` is kept from now on."""
        copy(self._kept, 0, self.digest, 0, len(self.digest))
        self._parts = parts
        self._session = self._ps.channel.session
        self._seal_session = self._vitale.channel.session

    def _keeps(self, parts: int) -> bool:
        return (
            self._parts == parts
            and (not parts & SIGNATURE or self._session == self._ps.channel.session)
            and (not parts & SEAL or self._seal_session == self._vitale.channel.session)
            and same(self.digest, 0, self._kept, 0, len(self.digest))
        ) or (self._recalls > 0 and self._recall(parts))

    def _recall(self, parts: int) -> bool:
        """Fetch the signatures made before power failed, if they are of these bytes and cards."""
        journal = self._journal
        at = self._recalls = journal.find(SIGNED)  # it moves when a page is full
        self._mark(parts)
        if not journal.holds(at, self.digest) or not journal.holds(at + len(self.digest), self._word):
            return False
        at += _SIGNATURE_AT
        if parts & SIGNATURE:
            journal.load(at, self.signature)
            at += len(self.signature)
        if parts & SEAL:
            journal.load(at, self.seal)
        self._made(parts)
        return True

    def _mark(self, parts: int) -> None:
        """Fill the word with what tells these cards from others."""
        word = self._word
        mark = self._ps.mark if parts & SIGNATURE else 0
        word[0] = parts if parts == SEAL else parts >> 1
        word[1] = mark >> 8
        word[2] = mark & 255
        mark = self._vitale.mark if parts & SEAL else 0
        word[3] = mark >> 8
        word[4] = mark & 255
        word[5] = word[6] = word[7] = 0

    def _intend(self, parts: int) -> int:
        """Write down that cards are about to sign; return 0 or a status."""
        journal = self._journal
        if self._interrupted and journal.holds(journal.find(INTENT), self.digest):
            self._interrupted = False
            return codes.INTERRUPTED
        if not journal.begin(INTENT, _COUNT_AT):
            return codes.JOURNAL
        self._interrupted = False
        self._mark(parts)
        journal.add(self.digest)
        journal.add(self._word)
        return 0 if journal.end() else codes.JOURNAL

    def _remember(self, parts: int) -> int:
        """Write down the signatures; return 0 or a status."""
        journal = self._journal
        self._recalls = 0
        self.count += 1
        n = _SIGNATURE_AT + len(self.signature)
        if not journal.begin(SIGNED, n + len(self.seal) if parts == SEAL | SIGNATURE else n):
            return codes.JOURNAL
        word = self._word
        journal.add(self.digest)
        self._mark(parts)
        journal.add(word)
        word[0] = word[1] = word[2] = word[3] = word[4] = 0
        word[5] = self.count >> 16
        word[6] = self.count >> 8 & 255
        word[7] = self.count & 255
        journal.add(word)
        if parts & SIGNATURE:
            journal.add(self.signature)
        if parts & SEAL:
            journal.add(self.seal)
        return 0 if journal.end() else codes.JOURNAL
