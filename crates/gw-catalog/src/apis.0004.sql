-- Keys are folded to lower case by the program: SQLite folds ASCII only.
CREATE TABLE apis (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL,
    name_key TEXT NOT NULL,
    version_key TEXT NOT NULL,
    -- Sorts 1.9 before 1.10.
    version_order TEXT NOT NULL,
    -- Name, version and base path, folded: what a search looks at.
    search TEXT NOT NULL,
    edition INTEGER NOT NULL GENERATED ALWAYS AS (record ->> '$.edition') STORED,
    key_manager TEXT GENERATED ALWAYS AS (record ->> '$.policies.oauth.key_manager') STORED REFERENCES key_managers (id),
    UNIQUE (name_key, version_key)
) STRICT;
CREATE INDEX apis_listed ON apis (name_key, version_order, search);
CREATE INDEX apis_by_key_manager ON apis (key_manager) WHERE key_manager IS NOT NULL;

CREATE VIRTUAL TABLE apis_search USING fts5 (search, content = 'apis', content_rowid = 'row', tokenize = 'trigram');
CREATE TRIGGER apis_search_insert AFTER INSERT ON apis BEGIN
    INSERT INTO apis_search (rowid, search) VALUES (new.row, new.search);
END;
CREATE TRIGGER apis_search_delete AFTER DELETE ON apis BEGIN
    INSERT INTO apis_search (apis_search, rowid, search) VALUES ('delete', old.row, old.search);
END;
CREATE TRIGGER apis_search_update AFTER UPDATE OF search ON apis BEGIN
    INSERT INTO apis_search (apis_search, rowid, search) VALUES ('delete', old.row, old.search);
    INSERT INTO apis_search (rowid, search) VALUES (new.row, new.search);
END;

-- Apart from `apis`, so that lists never read through megabytes of text.
CREATE TABLE documents (
    api TEXT NOT NULL PRIMARY KEY REFERENCES apis (id) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;
