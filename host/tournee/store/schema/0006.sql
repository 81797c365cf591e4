-- What is odd in a return that was settled: sums that do not agree, damage, what is kept without being understood.
-- `body_digest` tells an RSP that comes again under another header.

ALTER TABLE received ADD COLUMN notes_sealed BLOB;
ALTER TABLE received ADD COLUMN body_digest TEXT;
CREATE INDEX received_body ON received (body_digest);
