-- `content` is kept byte for byte: its digest is the id. No reference to `apis`: what was deployed outlives the design.
CREATE TABLE revisions (
    id TEXT NOT NULL PRIMARY KEY,
    api TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE INDEX revisions_by_api ON revisions (api, made_at);
CREATE TRIGGER revisions_never_change BEFORE UPDATE ON revisions BEGIN
    SELECT RAISE(ABORT, 'a revision never changes');
END;
