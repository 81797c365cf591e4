-- What the rules need of a visit, found by person and by carer. A person is a keyed hash of the insured person's
-- NIR: without the journal's key it says nothing. What is kept of each visit of a person in a month is one sealed
-- value: a year is read by opening twelve.

CREATE TABLE person_month (
    id INTEGER PRIMARY KEY,
    person BLOB NOT NULL, -- empty: of visits that nobody could read
    month TEXT NOT NULL, -- AAAAMM, of the visits' first days
    last_day TEXT NOT NULL, -- AAAAMMJJ, none of its visits ends later
    facts_sealed BLOB NOT NULL,
    UNIQUE (person, month)
) STRICT;

ALTER TABLE visit ADD COLUMN ps TEXT NOT NULL DEFAULT '';
UPDATE visit SET ps = (SELECT day.ps FROM day WHERE day.id = visit.day);
ALTER TABLE visit ADD COLUMN first_day TEXT NOT NULL DEFAULT ''; -- AAAAMMJJ, of its passages
ALTER TABLE visit ADD COLUMN last_day TEXT NOT NULL DEFAULT '';
ALTER TABLE visit ADD COLUMN person_month INTEGER REFERENCES person_month (id); -- NULL: not worked out yet
ALTER TABLE visit ADD COLUMN reference BLOB; -- keyed hash of the editor's reference
ALTER TABLE visit ADD COLUMN content BLOB; -- keyed hash of what makes it the same visit, however it is told

-- The invoice that a visit has now: one of its sheets is still to be paid, or is. Sheets' states say so: written
-- beside the visit whenever that changes, for a year of visits is read at once.
ALTER TABLE visit ADD COLUMN invoice INTEGER;
UPDATE visit SET invoice = (SELECT max(invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
    WHERE invoice.visit = visit.id AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'));
CREATE TRIGGER sheet_made AFTER INSERT ON sheet
BEGIN
    UPDATE visit SET invoice = (SELECT max(invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
        WHERE invoice.visit = visit.id AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))
    WHERE id = (SELECT invoice.visit FROM invoice WHERE invoice.id = new.invoice);
END;
CREATE TRIGGER sheet_moved AFTER UPDATE OF state ON sheet
WHEN (old.state IN ('abandoned', 'refused', 'payment_refused'))
    <> (new.state IN ('abandoned', 'refused', 'payment_refused'))
BEGIN
    UPDATE visit SET invoice = (SELECT max(invoice.id) FROM invoice JOIN sheet ON sheet.invoice = invoice.id
        WHERE invoice.visit = visit.id AND sheet.state NOT IN ('abandoned', 'refused', 'payment_refused'))
    WHERE id = (SELECT invoice.visit FROM invoice WHERE invoice.id = new.invoice);
END;

CREATE INDEX visit_person ON visit (person_month, first_day, last_day, state, invoice); -- all that is read
CREATE INDEX visit_carer ON visit (ps, first_day);
CREATE INDEX visit_carer_long ON visit (ps, last_day) WHERE last_day > first_day;
CREATE UNIQUE INDEX visit_reference ON visit (ps, reference) WHERE reference IS NOT NULL;
CREATE INDEX visit_content ON visit (ps, content) WHERE content IS NOT NULL;

-- A day's file told anew, corrected, is known by its name: a keyed hash of it.
ALTER TABLE day ADD COLUMN file BLOB;
