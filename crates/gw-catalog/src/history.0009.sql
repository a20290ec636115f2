-- `summary` is what a list shows; `exchange` holds headers and bodies.
CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    summary TEXT NOT NULL,
    exchange TEXT NOT NULL,
    api TEXT NOT NULL GENERATED ALWAYS AS (summary ->> '$.api') STORED
) STRICT;
CREATE INDEX history_by_api ON history (api);
