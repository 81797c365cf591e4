-- The journal is known by its own id, wherever it lies; and when it was last backed up is known.

ALTER TABLE journal ADD COLUMN identity TEXT NOT NULL DEFAULT ''; -- `Cipher.identity`, in clear: finds its key
ALTER TABLE journal ADD COLUMN backed_up TEXT; -- when the last backup was made
ALTER TABLE journal ADD COLUMN backed_up_step INTEGER NOT NULL DEFAULT 0; -- the last step that is in it
