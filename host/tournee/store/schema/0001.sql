-- Journal, version 1. A column named *_sealed holds nonce, ciphertext and tag of AES-256-GCM bound to "table.column.row".
-- Rows are never deleted and their ids never given twice: the ids bind the sealed values.

CREATE TABLE journal (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    created TEXT NOT NULL,
    key_sealed BLOB NOT NULL -- a known text: tells a wrong key before anything is read or written
) STRICT;

-- The last number given, by owner (billing number, or '' for the whole journal) and kind.
CREATE TABLE counter (
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (owner, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE day (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    ps TEXT NOT NULL,
    date TEXT NOT NULL
) STRICT;

CREATE TABLE visit (
    id INTEGER PRIMARY KEY,
    day INTEGER NOT NULL REFERENCES day (id),
    rank INTEGER NOT NULL,
    state TEXT NOT NULL,
    payload_sealed BLOB NOT NULL,
    UNIQUE (day, rank)
) STRICT;

CREATE TABLE invoice (
    id INTEGER PRIMARY KEY,
    visit INTEGER NOT NULL REFERENCES visit (id),
    ps TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999999999),
    made TEXT NOT NULL,
    UNIQUE (ps, number)
) STRICT;
CREATE INDEX invoice_number ON invoice (number);
CREATE INDEX invoice_visit ON invoice (visit);

CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    ps TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999999),
    route TEXT NOT NULL, -- the route it was framed for
    invoices INTEGER NOT NULL,
    state TEXT NOT NULL,
    clear_sealed BLOB NOT NULL,
    reason_sealed BLOB
) STRICT;
CREATE INDEX file_number ON file (number);

CREATE TABLE lot (
    id INTEGER PRIMARY KEY,
    ps TEXT NOT NULL,
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999),
    kind TEXT NOT NULL,
    crf TEXT NOT NULL,
    mode TEXT NOT NULL,
    date TEXT NOT NULL,
    state TEXT NOT NULL,
    file INTEGER REFERENCES file (id),
    file_rank INTEGER,
    body_sealed BLOB NOT NULL,
    sevens_sealed BLOB,
    reason_sealed BLOB
) STRICT;
CREATE INDEX lot_number ON lot (number);
CREATE INDEX lot_file ON lot (file);

CREATE TABLE sheet (
    id INTEGER PRIMARY KEY,
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    kind TEXT NOT NULL,
    crf TEXT NOT NULL,
    mode TEXT NOT NULL,
    organisme TEXT NOT NULL,
    acts INTEGER NOT NULL,
    fee INTEGER NOT NULL,
    amo INTEGER NOT NULL,
    amc INTEGER NOT NULL,
    state TEXT NOT NULL,
    lot INTEGER REFERENCES lot (id),
    lot_rank INTEGER,
    patient_sealed BLOB NOT NULL,
    nir_sealed BLOB NOT NULL,
    records_sealed BLOB NOT NULL,
    sevens_sealed BLOB,
    reason_sealed BLOB,
    UNIQUE (invoice, kind)
) STRICT;
CREATE INDEX sheet_state ON sheet (state);
CREATE INDEX sheet_lot ON sheet (lot);

-- The invoice that a visit has now: one of its sheets is still to be paid, or is.
CREATE VIEW live_invoice AS
SELECT invoice.visit AS visit, max(invoice.id) AS id
FROM invoice JOIN sheet ON sheet.invoice = invoice.id
WHERE sheet.state NOT IN ('abandoned', 'refused', 'payment_refused')
GROUP BY invoice.visit;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file (id),
    route TEXT NOT NULL,
    counter INTEGER NOT NULL,
    compostage TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL UNIQUE,
    made TEXT NOT NULL,
    state TEXT NOT NULL,
    raw_sealed BLOB NOT NULL,
    reason_sealed BLOB
) STRICT;
CREATE INDEX message_file ON message (file);
CREATE INDEX message_state ON message (state);

CREATE TABLE received (
    id INTEGER PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    content_digest TEXT,
    source TEXT NOT NULL,
    taken TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    raw_sealed BLOB NOT NULL,
    content_sealed BLOB,
    summary_sealed BLOB,
    reason_sealed BLOB
) STRICT;
CREATE INDEX received_content ON received (content_digest);
CREATE INDEX received_state ON received (state);

CREATE TABLE effect (
    id INTEGER PRIMARY KEY,
    received INTEGER NOT NULL REFERENCES received (id),
    applied INTEGER NOT NULL CHECK (applied IN (0, 1)),
    invoice INTEGER REFERENCES invoice (id),
    lot INTEGER REFERENCES lot (id),
    file INTEGER REFERENCES file (id),
    told_sealed BLOB NOT NULL,
    note_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX effect_received ON effect (received);
CREATE INDEX effect_invoice ON effect (invoice);
CREATE INDEX effect_lot ON effect (lot);
CREATE INDEX effect_file ON effect (file);

CREATE TABLE payment (
    id INTEGER PRIMARY KEY,
    sheet INTEGER NOT NULL REFERENCES sheet (id),
    received INTEGER NOT NULL REFERENCES received (id),
    share TEXT NOT NULL,
    outcome TEXT NOT NULL,
    asked INTEGER NOT NULL,
    paid INTEGER NOT NULL
) STRICT;
CREATE INDEX payment_sheet ON payment (sheet);

CREATE TABLE history (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX history_subject ON history (subject, subject_id);
