-- A DRE corrected and sent alone: the last lot that held it as it was. What returns said of it then is past; its bytes
-- of then are in that lot, which keeps them whole.

ALTER TABLE sheet ADD COLUMN lot_before INTEGER REFERENCES lot (id);
ALTER TABLE payment ADD COLUMN past INTEGER NOT NULL DEFAULT 0 CHECK (past IN (0, 1));
