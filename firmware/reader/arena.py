"""Every buffer of the reader, made once at boot; sizes are derived from the language, the cards and the board."""

from sesam import frame, messages
from sesam.keys import BILLING_LENGTH, NIR_LENGTH
from sesam.port import const

from reader.line import inverse_into
from reader.sha256 import STATE

HEADER = 5  # CLA INS P1 P2 P3
COMMAND_DATA = const(255)  # most data bytes of a short command (ISO 7816-4 5.1)
RESPONSE_DATA = const(256)  # most data bytes of a short answer
SIGNATURE = 256  # bytes of an RSA-2048 signature
SITUATIONS = 16  # most billing numbers of a PS's card: EF D120 to D12F
PATIENTS = 20  # most NIR of a Vitale card: the insured and 19 beneficiaries (domain 1.3)
PATIENT = NIR_LENGTH + 2  # NIR and its key
INVOICES = 100  # most invoices of a lot (profile, CRF)
HEAD = 38  # columns that all records of an invoice share
INSURER = 10  # digits of an AMC number
KEY_ID = 6  # digits of a key id in a record 7
CRF = 40  # columns of the CRF in record 1
_CHUNK = const(256)  # bytes taken from the link at once


def piece_length() -> int:
    """Most bytes of card data in one answer, as the table of messages has it."""
    return messages.high(messages.ROWS[messages.READ_PS_CARD + messages.ANSWER] + 1)


class Arena:
    """The buffers. `message_max` is the board's largest message, `sha256` its hash class."""

    def __init__(self, message_max: int, sha256: object) -> None:
        encoded = frame.encoded_max(message_max)
        self.message_max = message_max
        # link
        self.chunk = bytearray(_CHUNK)
        self.frame_in = bytearray(encoded)
        self.frame_out = bytearray(encoded)
        self.frame_control = bytearray(frame.encoded_max(frame.CONTROL_MESSAGE))
        # transmission
        self.inverse = bytearray(256)
        inverse_into(self.inverse)
        self.wire = bytearray(COMMAND_DATA)
        self.pps = bytearray(4)
        self.get_response = bytearray(HEADER)
        self.command = bytearray(HEADER + COMMAND_DATA)
        self.response = bytearray(RESPONSE_DATA)
        # cards
        self.piece = bytearray(piece_length())
        self.issuers = bytearray(SITUATIONS * BILLING_LENGTH)
        self.patients = bytearray(PATIENTS * PATIENT)
        # certification
        self.hash = sha256()
        self.head = bytearray(HEAD)
        self.insurer = bytearray(INSURER)
        self.lot_issuer = bytearray(BILLING_LENGTH)
        self.key_id = bytearray(KEY_ID)
        self.crf = bytearray(CRF)
        self.numbers = [0] * INVOICES
        self.digest = bytearray(STATE)
        self.kept_digest = bytearray(STATE)
        self.signature = bytearray(SIGNATURE)
        self.seal = bytearray(SIGNATURE)
        self.date = bytearray(12)
