-- A visit put right by hand is known by what it was told as before: told so again it is no other visit.

CREATE TABLE former_content (
    visit INTEGER NOT NULL REFERENCES visit (id),
    content BLOB NOT NULL, -- keyed hash, as visit.content
    PRIMARY KEY (visit, content)
) STRICT;
CREATE INDEX former_content_found ON former_content (content);

-- An invoice found wrong after it left: its visit as it was billed, and as it is to be. It waits while the invoice
-- may be paid, and is made once no sheet of it stands.
CREATE TABLE correction (
    id INTEGER PRIMARY KEY,
    visit INTEGER NOT NULL REFERENCES visit (id),
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    before_sealed BLOB NOT NULL,
    after_sealed BLOB NOT NULL,
    reason_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX correction_state ON correction (state);
CREATE INDEX correction_visit ON correction (visit);

-- An invoice that its insurer gave up by word of mouth, and what the carer gave back of it, in cents.
CREATE TABLE cancelled_invoice (
    id INTEGER PRIMARY KEY,
    invoice INTEGER NOT NULL REFERENCES invoice (id),
    since TEXT NOT NULL,
    given_back INTEGER NOT NULL CHECK (given_back >= 0),
    reason_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX cancelled_invoice_of ON cancelled_invoice (invoice);
