-- What the patient owes and pays. The three shares of an invoice are its certified sheets': what the caisse, the
-- complementary insurer and the patient give the carer, in cents; filled from the sheets when a journal is brought
-- forward.

ALTER TABLE invoice ADD COLUMN by_amo INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN by_amc INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN by_patient INTEGER NOT NULL DEFAULT 0;

-- Rows are only added: a mistake is put right by the row that takes it back.
CREATE TABLE patient_payment (
    id INTEGER PRIMARY KEY,
    visit INTEGER NOT NULL REFERENCES visit (id), -- what an invoice of the visit was paid counts on the next one
    invoice INTEGER REFERENCES invoice (id), -- the visit's when it was paid; none for care outside télétransmission
    rank INTEGER NOT NULL, -- of this invoice's receipts, from 1
    kind TEXT NOT NULL,
    means TEXT NOT NULL,
    cents INTEGER NOT NULL CHECK (cents <> 0), -- below 0: given back, or taken back
    day TEXT NOT NULL, -- AAAAMMJJ
    at TEXT NOT NULL,
    reverses INTEGER UNIQUE REFERENCES patient_payment (id),
    printed TEXT NOT NULL DEFAULT '', -- when its receipt was first made: others are duplicates
    word_sealed BLOB
) STRICT;
CREATE INDEX patient_payment_visit ON patient_payment (visit);
CREATE INDEX patient_payment_day ON patient_payment (day);

-- A statement's lines, each once whichever file it came by: `name` is a keyed hash of it.
CREATE TABLE bank_line (
    id INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    day TEXT NOT NULL, -- AAAAMMJJ
    cents INTEGER NOT NULL,
    state TEXT NOT NULL,
    taken TEXT NOT NULL,
    words_sealed BLOB NOT NULL,
    reason_sealed BLOB
) STRICT;
CREATE INDEX bank_line_state ON bank_line (state);

CREATE TABLE bank_match (
    id INTEGER PRIMARY KEY,
    line INTEGER NOT NULL REFERENCES bank_line (id),
    received INTEGER NOT NULL REFERENCES received (id),
    transfer BLOB NOT NULL, -- which of the return's: a keyed hash of the professional and the virement's words
    cents INTEGER NOT NULL,
    at TEXT NOT NULL,
    undone TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX bank_match_transfer ON bank_match (received, transfer) WHERE undone = '';
CREATE INDEX bank_match_line ON bank_match (line);
