-- What is small stands before what is large: bytes have tables of their own. Lots and files are kept as what
-- surrounds their invoices, which are kept once; `digest` tells that they are rebuilt byte for byte. Those made
-- before stay whole, among the sealed chunks.

DROP VIEW live_invoice;

CREATE TABLE sheet_bytes (
    sheet INTEGER PRIMARY KEY REFERENCES sheet (id),
    records_sealed BLOB NOT NULL, -- bound to "sheet.records"
    sevens_sealed BLOB -- bound to "sheet.sevens"
) STRICT;
INSERT INTO sheet_bytes (sheet, records_sealed, sevens_sealed) SELECT id, records_sealed, sevens_sealed FROM sheet;
ALTER TABLE sheet DROP COLUMN records_sealed;
ALTER TABLE sheet DROP COLUMN sevens_sealed;

-- What is long, in chunks: all of them, the first one too.
CREATE TABLE sealed_chunk (
    id INTEGER PRIMARY KEY,
    place TEXT NOT NULL, -- "table.column"
    row INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    UNIQUE (place, row, rank)
) STRICT;
INSERT INTO sealed_chunk (place, row, rank, sealed) SELECT 'file.clear', id, 0, clear_sealed FROM file;
INSERT INTO sealed_chunk (place, row, rank, sealed) SELECT 'message.raw', id, 0, raw_sealed FROM message;
INSERT INTO sealed_chunk (place, row, rank, sealed) SELECT 'received.raw', id, 0, raw_sealed FROM received;
INSERT INTO sealed_chunk (place, row, rank, sealed)
    SELECT 'received.content', id, 0, content_sealed FROM received WHERE content_sealed IS NOT NULL;
INSERT INTO sealed_chunk (place, row, rank, sealed) SELECT 'lot.body', id, 0, body_sealed FROM lot;
INSERT INTO sealed_chunk (place, row, rank, sealed) SELECT place, row, rank, sealed FROM piece;
DROP TABLE piece;
ALTER TABLE file DROP COLUMN clear_sealed;
ALTER TABLE message DROP COLUMN raw_sealed;
ALTER TABLE received DROP COLUMN raw_sealed;
ALTER TABLE received DROP COLUMN content_sealed;
ALTER TABLE lot DROP COLUMN body_sealed;

ALTER TABLE lot ADD COLUMN digest BLOB; -- SHA-256 of records 1 to 6; NULL for one kept whole
ALTER TABLE lot ADD COLUMN head_sealed BLOB;
ALTER TABLE lot ADD COLUMN tail_sealed BLOB;
ALTER TABLE file ADD COLUMN digest BLOB; -- SHA-256 of the whole file; NULL for one kept whole
ALTER TABLE file ADD COLUMN size INTEGER NOT NULL DEFAULT 0; -- of one that is rebuilt
ALTER TABLE file ADD COLUMN head_sealed BLOB;
ALTER TABLE file ADD COLUMN tail_sealed BLOB;

-- Who sends a message that is under way, and until when nobody else touches it.
ALTER TABLE message ADD COLUMN leased_by TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN leased_until TEXT NOT NULL DEFAULT '';

-- What returns say that is not personal, in clear: filled from what is sealed when a journal is brought forward.
ALTER TABLE effect ADD COLUMN outcome TEXT NOT NULL DEFAULT '';
ALTER TABLE effect ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE effect ADD COLUMN share TEXT NOT NULL DEFAULT '';
ALTER TABLE effect ADD COLUMN level TEXT NOT NULL DEFAULT '';

-- The day of the last check of the file.
ALTER TABLE journal ADD COLUMN checked TEXT NOT NULL DEFAULT '';

-- The invoice that its visit had before, if any: few have one, and what concerns them finds them at once.
ALTER TABLE invoice ADD COLUMN former INTEGER REFERENCES invoice (id);
UPDATE invoice SET former =
    (SELECT max(other.id) FROM invoice AS other WHERE other.visit = invoice.visit AND other.id < invoice.id);
CREATE INDEX invoice_former ON invoice (visit) WHERE former IS NOT NULL;

DROP INDEX sheet_state;
CREATE INDEX sheet_state ON sheet (state, kind, fee); -- what all come to, without a look at the rows
CREATE INDEX day_date ON day (date);
CREATE INDEX day_ps ON day (ps);
CREATE INDEX visit_state ON visit (state);
CREATE INDEX lot_state ON lot (state);
CREATE INDEX file_state ON file (state);
CREATE INDEX received_taken ON received (taken);
CREATE INDEX received_noted ON received (id) WHERE notes_sealed IS NOT NULL;
CREATE INDEX payment_deferred ON payment (sheet) WHERE outcome = 'deferred';
CREATE INDEX effect_unmatched ON effect (id) WHERE applied = 0;
CREATE INDEX effect_outside ON effect (id) WHERE invoice IS NULL AND lot IS NULL AND file IS NULL;
