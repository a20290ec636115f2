-- `record` is the only truth; the other columns are drawn from it for lookups.
CREATE TABLE gateways (
    id TEXT NOT NULL PRIMARY KEY,
    record TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE GENERATED ALWAYS AS (record ->> '$.name') STORED
) STRICT;
