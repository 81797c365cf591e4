"""Signatures of what was certified: the Vitale seal first, then the PS's; the last ones are kept and given
again.

The same bytes certified again (a host that restarted, a link that was cut) get the signatures kept, without a
card's work, as long as the cards that made them have not been touched.
"""

from reader.fields import copy, same


class Signer:
    """`sign` fills `signature`, and `seal` when the Vitale card takes part; `digest` is what they cover."""

    def __init__(self, arena: object, ps: object, vitale: object) -> None:
        self._ps = ps
        self._vitale = vitale
        self.digest = arena.digest
        self.signature = arena.signature
        self.seal = arena.seal
        self._kept = arena.kept_digest
        self._session = -1  # cards that made what is kept; -1: nothing is
        self._seal_session = -1
        self.sealed = False
        self.sw = 0  # the last card's status word

    def sign(self, hashed: object, sealed: bool) -> int:
        """Sign what `hashed` went over; return 0 or a status."""
        hashed.digest_into(self.digest, 0)
        if self._keeps(sealed):
            return 0
        self._session = -1
        status = self._vitale.seal(self.digest, self.seal) if sealed else 0
        self.sw = self._vitale.channel.sw
        if not status:
            status = self._ps.sign(hashed, self.signature)
            self.sw = self._ps.channel.sw
        if not status:
            copy(self._kept, 0, self.digest, 0, len(self.digest))
            self.sealed = sealed
            self._session = self._ps.channel.session
            self._seal_session = self._vitale.channel.session
        return status

    def _keeps(self, sealed: bool) -> bool:
        return (
            self._session == self._ps.channel.session
            and self.sealed == sealed
            and (not sealed or self._seal_session == self._vitale.channel.session)
            and same(self.digest, 0, self._kept, 0, len(self.digest))
        )
