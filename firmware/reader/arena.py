"""Every buffer of the reader, made once at boot; sizes come from the language, the cards and the board."""

from array import array

from sesam import frame, messages
from sesam.port import const

HEADER = const(5)  # CLA INS P1 P2 P3
_COMMAND = const(255)  # most data bytes of a short command (ISO 7816-4 5.1)
_RESPONSE = const(256)  # most data bytes of a short answer
_WIRE = const(32)  # bytes converted at once for an inverse-convention card
_CHUNK = const(64)  # bytes taken from the link at once
_SIGNATURE = const(256)  # RSA-2048
_DIGEST = const(32)
_ISSUERS = const(16 * 10)  # most billing numbers of a PS's card, EF D120 to D12F, with key and kind
_RPPS = const(11)
_PATIENTS = const(20 * 15)  # NIR and keys: the insured and 19 beneficiaries (domain 1.3)
_INVOICES = const(100)  # most invoices of a lot (profile, CRF)
_HEAD = const(38)  # columns that the records of an invoice share
_INSURER = const(10)  # digits of an AMC number
_ISSUER = const(9)
_KEY_ID = const(6)
_CRF = const(40)
_DATE = const(12)
_SERIAL = const(10)  # of a Vitale card (domain 1.3, 101.2)


class Arena:
    """The buffers. `message_max` is the board's largest message, `sha256` its hash class, `opposition` the
    bytes of its opposition list's filter, `early` those for what cannot be taken yet, 0 for none."""

    def __init__(self, message_max: int, sha256: object, opposition: int = 0, early: int = 0) -> None:
        size = frame.encoded_max(message_max)
        # link
        self.message_max = message_max
        self.chunk = bytearray(_CHUNK)
        self.frame_in = bytearray(size)
        self.frame_out = bytearray(size)
        self.frame_control = bytearray(frame.encoded_max(frame.CONTROL_MESSAGE))
        if early:
            self.early = bytearray(early)
        # transmission
        self.wire = bytearray(_WIRE)
        self.pps = bytearray(4)
        self.get_response = bytearray(HEADER)
        self.block = bytearray(6)  # of T=1: prologue, the byte of an S-block, epilogue
        self.command = bytearray(HEADER + _COMMAND + 1)  # T=1 has Le behind the data
        self.response = bytearray(_RESPONSE + 2)  # and the status word with the answer
        # cards; the most data of one in an answer
        self.card_data = bytearray(messages.high(messages.ROWS[messages.READ_PS_CARD + messages.ANSWER] + 1))
        self.issuers = bytearray(_ISSUERS + _RPPS)  # the numbers, and behind them whose they are
        self.patients = bytearray(_PATIENTS)
        # certification
        self.hash = sha256()
        self.head = bytearray(_HEAD)
        self.insurer = bytearray(_INSURER)
        self.issuer = bytearray(_ISSUER)
        self.crf = bytearray(_CRF)
        self.key_id = bytearray(_KEY_ID)
        self.signer_ids = bytearray(2 * _KEY_ID)
        self.numbers = array("I", bytearray(4 * _INVOICES))
        self.digest = bytearray(_DIGEST)
        self.kept_digest = bytearray(_DIGEST)
        self.signature = bytearray(_SIGNATURE)
        self.seal = bytearray(_SIGNATURE)
        self.date = bytearray(_DATE)
        if opposition:
            self.opposition = bytearray(opposition)
            self.serial = bytearray(_SERIAL)
            self.cleared = bytearray(_SERIAL)
