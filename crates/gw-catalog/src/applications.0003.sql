CREATE TABLE applications (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE GENERATED ALWAYS AS (record ->> '$.name') STORED,
    key_manager TEXT NOT NULL GENERATED ALWAYS AS (record ->> '$.key_manager') STORED REFERENCES key_managers (id)
) STRICT;
CREATE INDEX applications_by_key_manager ON applications (key_manager);
