-- What documents said before they were changed: what undoing goes back to.
CREATE TABLE former_documents (
    row INTEGER PRIMARY KEY,
    api TEXT NOT NULL REFERENCES apis (id) ON DELETE CASCADE,
    -- The edition whose document it was.
    edition INTEGER NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (api, edition)
) STRICT;
