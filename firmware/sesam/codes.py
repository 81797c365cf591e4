"""Every status that the reader may answer, once: a number on the wire, a name in code, a line in the manual.

F…, 0008, 0040 and 0200 are the codes of the published return list (SSV); E1… (link), E2… (certification), E3…
(cards), E4… (opposition list) and E5… (what is kept, images) are ours. The device only ever sends the number;
the host holds the French words.
"""

from .port import const

OK = const(0x0000)  # nothing to report
IN_USE = const(0x0008)  # a card or its reader is in use by another program (exclusivity)
ABANDONED = const(0x0040)  # the exchange was abandoned
PROTOCOL = const(0x0200)  # the reader met a state that its own protocol excludes

PS_CARD_ABSENT = const(0xF001)  # no card in the slot of the PS's card
WRONG_CODE = const(0xF003)  # code porteur refused; detail = tries left
PS_CARD_INVALID = const(0xF004)  # the PS's card cannot serve
VITALE_ABSENT = const(0xF011)  # no card in the Vitale slot
CARD_COMMUNICATION = const(0xF014)  # the exchange with a card failed
CARD_REMOVED = const(0xF015)  # a card was pulled out during the exchange
TEST_REAL_MIXED = const(0xF026)  # a test card and a real card together
INCOHERENT = const(0xF0FF)  # a message is well formed but makes no sense here
DESYNCHRONISED = const(0xF100)  # reader and host no longer agree on where they are

MALFORMED = const(0xE101)  # not the deterministic CBOR subset, wholly
UNKNOWN_MESSAGE = const(0xE102)  # no such message number, or not in this direction
FIELD = const(0xE103)  # a key is missing or unknown
TYPE = const(0xE104)  # a value has the wrong major type
RANGE = const(0xE105)  # a value or a length is out of bounds
OVERSIZE = const(0xE106)  # longer than the largest message
SEQUENCE = const(0xE107)  # not the next frame number; detail = last number taken, record what is kept
CHECKSUM = const(0xE108)  # damaged frame
NO_SESSION = const(0xE109)  # a request before HELLO

NOT_CERTIFYING = const(0xE201)  # RECORDS or SIGN without CERTIFY or SEAL
LAYOUT = const(0xE202)  # a record's column is wrong
ORDER = const(0xE203)  # a record stands where it may not
NUMBER = const(0xE204)  # numbers do not agree between records
KEY = const(0xE205)  # a control key is wrong
COUNT = const(0xE206)  # a count in a trailer is wrong
TOTAL = const(0xE207)  # a total in a trailer is wrong
CRF = const(0xE208)  # more than one CRF in a lot, or one that cannot be
MODE = const(0xE209)  # the securing mode does not fit
EXCLUSION = const(0xE20A)  # rule OCT-X is broken
ISSUER = const(0xE20B)  # the issuer is not the holder of the PS's card, nor whom the holder replaces
PATIENT = const(0xE20C)  # the patient is not on the Vitale card
CERTIFICATE = const(0xE20D)  # a record 7 is missing or wrong
CONFIRMATION = const(0xE20E)  # what the user confirmed is not what was read
LIMIT = const(0xE20F)  # more than the profile allows
DATE = const(0xE210)  # a date cannot be, or is after the reader's

CARD_SILENT = const(0xE301)  # a card does not answer in time
CARD_PROTOCOL = const(0xE302)  # a card breaks its transmission protocol
CARD_STATUS = const(0xE303)  # a card refuses a command; detail = status word
LOCKED = const(0xE304)  # the PS's card is not unlocked
CODE_BLOCKED = const(0xE305)  # the code porteur is blocked
UNKNOWN_CARD = const(0xE306)  # a card of a kind that the reader does not know
WRONG_CARD = const(0xE307)  # a card for the other slot; detail = its kind
OUTDATED_CARD = const(0xE308)  # a card of a generation that cannot serve; detail = its kind

OPPOSED_CARD = const(0xE401)  # the Vitale card may be on the opposition list: the host clears it or not
OPPOSITION_PIECE = const(0xE402)  # not the filter's next piece, or not a whole filter; detail = byte awaited

INTERRUPTED = const(0xE501)  # power failed while this was being signed; asked again, it is signed
JOURNAL = const(0xE502)  # what must be remembered cannot be written
PROVISIONED = const(0xE503)  # the reader has its serial number and secret already
NO_STORAGE = const(0xE504)  # this board has no journal, or no second bank
IMAGE_DAMAGED = const(0xE505)  # no image, or its payload is not the one of its header
IMAGE_UNSIGNED = const(0xE506)  # the signature is not that of the key which the reader knows
IMAGE_BOARD = const(0xE507)  # an image for another board
IMAGE_OLDER = const(0xE508)  # an image older than the one that runs
IMAGE_DEVELOPMENT = const(0xE509)  # signed with the development key, and this is a production reader
IMAGE_SIZE = const(0xE50A)  # longer than a bank, or not of whole words
UPDATE_ORDER = const(0xE50B)  # no update under way, or not its next chunk
UNCONFIRMED = const(0xE50C)  # the image that runs is on trial: confirm it, or restart to go back
IMAGE_WITHDRAWN = const(0xE50D)  # its counter is below that of the image that runs: withdrawn by its maker

UNPROTECTED = const(0xE601)  # this reader takes nothing in clear: the protected channel comes first
NO_SECRET = const(0xE602)  # the reader's maker has given it no secret
RECORD_REFUSED = const(0xE603)  # a protected record cannot be opened: other keys, altered, or seen before
PROOF = const(0xE604)  # the host does not know the reader's secret
SUITE = const(0xE605)  # a version or cipher of the protected channel that the reader does not have
HOST_BUSY = const(0xE606)  # another host is using the reader: try again a little later
