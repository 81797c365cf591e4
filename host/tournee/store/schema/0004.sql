-- With whom a file was framed to be exchanged, whatever its route is called since: `OT` and the OCT's number,
-- or `direct`; empty in files framed before this was kept, which go by their route's name (OCT-MODE-3).
ALTER TABLE file ADD COLUMN party TEXT NOT NULL DEFAULT '';
