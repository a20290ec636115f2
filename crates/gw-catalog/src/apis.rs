//! APIs, and their documents apart from them.
//!
//! It refuses a save that would overwrite somebody else's, two APIs of one name and version, and to read documents when
//! only the list is wanted.

use gw_model::{Api, ApiId, Code, Fault, KeyManagerId};
use rusqlite::{Connection, OptionalExtension, ffi, params, params_from_iter};

use crate::catalog::Catalog;
use crate::error::CatalogError;
use crate::former;
use crate::key_managers;
use crate::named::{column, from_json, in_use, not_found, to_json};
use crate::page::{Page, Paged};
use crate::versions::{fold, order_key};

/// The APIs of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct Apis<'a>(pub(crate) &'a Catalog);

impl Apis<'_> {
    /// Adds one with its document, as it stands: `edition` is taken from `api`.
    ///
    /// Fails with `catalog.duplicate-name`, or `catalog.not-found` for its policy's key manager.
    pub fn create(&self, api: &Api, document: &str) -> Result<(), Fault> {
        self.0.write(|db| {
            policies_are_sound(db, api)?;
            db.prepare_cached(
                "INSERT INTO apis (id, record, name_key, version_key, version_order, search) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                api.id.as_str(),
                to_json(api, "API")?,
                fold(&api.name),
                fold(&api.version),
                order_key(&api.version),
                searched(api)
            ])
            .map_err(|error| duplicate_or(error, api))?;
            db.prepare_cached("INSERT INTO documents (api, text) VALUES (?1, ?2)")?
                .execute(params![api.id.as_str(), document])?;
            Ok(())
        })
    }

    /// Saves an edit: everything of `api`, and the document when one is given, together. Returns it with its new edition.
    /// What the document said before is kept for [`Apis::go_back`].
    ///
    /// `api.edition` says which edition was edited. Fails with `catalog.changed-meanwhile` when the stored one is another,
    /// `catalog.duplicate-name`, or `catalog.not-found`; then nothing is saved.
    pub fn update(&self, api: &Api, document: Option<&str>) -> Result<Api, Fault> {
        self.0.write(|db| {
            if let Some(text) = document {
                former::keep(db, &api.id, text)?;
            }
            save(db, api, document)
        })
    }

    /// What the document said before its last change that was not undone yet; `None` when that is not kept.
    ///
    /// Fails with `catalog.not-found` when there is no such API.
    pub fn former_document(&self, id: &ApiId) -> Result<Option<String>, Fault> {
        self.0.read(|db| {
            get(db, id)?;
            former::last(db, id)
        })
    }

    /// Saves an edit that takes the last change of the document back: `document` is what [`Apis::former_document`] gave.
    ///
    /// Fails as [`Apis::update`] does; then nothing is saved.
    pub fn go_back(&self, api: &Api, document: &str) -> Result<Api, Fault> {
        self.0.write(|db| {
            let saved = save(db, api, Some(document))?;
            former::forget_last(db, &api.id)?;
            Ok(saved)
        })
    }

    /// By id. Fails with `catalog.not-found`.
    pub fn get(&self, id: &ApiId) -> Result<Api, Fault> {
        self.0.read(|db| get(db, id))
    }

    /// Its document's text. Fails with `catalog.not-found`.
    pub fn document(&self, id: &ApiId) -> Result<String, Fault> {
        self.0.read(|db| document(db, id))
    }

    /// An API and its document, of the same edition. Fails with `catalog.not-found`.
    pub fn with_document(&self, id: &ApiId) -> Result<(Api, String), Fault> {
        self.0.read(|db| Ok((get(db, id)?, document(db, id)?)))
    }

    /// By `name` or `name@version`, in any case. Fails with `catalog.not-found`, or `catalog.ambiguous-name` with the
    /// versions there are (fact `versions`, separated by `, `).
    pub fn by_name(&self, name: &str) -> Result<Api, Fault> {
        self.0.read(|db| {
            let mut found = named(db, name, None)?;
            if found.is_empty()
                && let Some((name, version)) = name.rsplit_once('@')
            {
                found = named(db, name, Some(version))?;
            }
            if found.len() > 1 {
                return Err(ambiguous(name, &found).into());
            }
            found.pop().ok_or_else(|| not_found("API", name).into())
        })
    }

    /// Every version of a name, in any case, oldest first; empty when there is none.
    pub fn versions(&self, name: &str) -> Result<Vec<Api>, Fault> {
        self.0.read(|db| named(db, name, None))
    }

    /// A slice of those whose name, version or base path contains every word of `search`, in any case; by name, then
    /// version. An empty search finds all.
    pub fn list(&self, search: &str, page: Page) -> Result<Paged<Api>, Fault> {
        let query = Query::new(search);
        self.0.read(|db| {
            let total = db
                .prepare_cached(&query.count())?
                .query_row(params_from_iter(&query.parameters), |row| row.get(0))?;
            let mut statement = db.prepare_cached(&query.slice(page))?;
            let mut rows = statement.query(params_from_iter(&query.parameters))?;
            let mut items = Vec::new();
            while let Some(row) = rows.next()? {
                items.push(from_json(
                    row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
                    "API",
                )?);
            }
            Ok(Paged { items, total })
        })
    }

    /// Those that were ever deployed, by name, then version.
    pub fn deployed(&self) -> Result<Vec<Api>, Fault> {
        self.0.read(|db| {
            let records = column(
                db,
                "SELECT record FROM apis WHERE EXISTS (SELECT 1 FROM runs WHERE runs.api = apis.id)
                 ORDER BY name_key, version_order",
                [],
            )?;
            records
                .iter()
                .map(|record| from_json(record, "API"))
                .collect()
        })
    }

    /// Those whose policy trusts a key manager, as `name@version`, by name, then version.
    pub fn trusting(&self, key_manager: &KeyManagerId) -> Result<Vec<String>, Fault> {
        self.0.read(|db| {
            let records = column(
                db,
                "SELECT record FROM apis WHERE key_manager = ?1 ORDER BY name_key, version_order",
                [key_manager.as_str()],
            )?;
            let name = |record: &String| {
                from_json(record, "API").map(|api: Api| format!("{}@{}", api.name, api.version))
            };
            records.iter().map(name).collect()
        })
    }

    /// Removes it and its document; revisions and runs stay.
    ///
    /// Fails with `catalog.in-use`, naming the gateways it is on (fact `used-by`), or `catalog.not-found`.
    pub fn remove(&self, id: &ApiId) -> Result<(), Fault> {
        self.0.write(|db| {
            let api = get(db, id)?;
            let name = format!("{}@{}", api.name, api.version);
            let gateways = column(
                db,
                "SELECT gateways.name FROM placements JOIN gateways ON gateways.id = placements.gateway
                 WHERE placements.api = ?1 ORDER BY gateways.name",
                [id.as_str()],
            )?;
            if !gateways.is_empty() {
                let advice = "Undeploy it there first; what is gone on the gateway already counts as undeployed. If a gateway itself is gone, have the API forgotten there.";
                return Err(in_use("API", &name, &gateways, "is deployed on", advice).into());
            }
            let running = column(
                db,
                "SELECT gateway_name FROM runs WHERE api = ?1 AND finished_at IS NULL ORDER BY row",
                [id.as_str()],
            )?;
            if !running.is_empty() {
                let advice = "Wait for the deployment to end, or cancel it, then remove the API. If it was interrupted, recover it or have it forgotten.";
                return Err(in_use("API", &name, &running, "is just being changed on", advice).into());
            }
            db.prepare_cached("DELETE FROM apis WHERE id = ?1")?.execute([id.as_str()])?;
            Ok(())
        })
    }
}

/// The SQL of a list. Words of three characters and more are looked up in the trigram index; shorter ones are looked for
/// in what those find, or in the order of the list's own index until the page is full.
pub(crate) struct Query {
    condition: String,
    joined: bool,
    pub(crate) parameters: Vec<String>,
}

impl Query {
    pub(crate) fn new(search: &str) -> Self {
        let folded = search.replace('\0', " ").to_lowercase();
        let (long, short): (Vec<&str>, Vec<&str>) = folded
            .split_whitespace()
            .partition(|word| word.chars().count() >= 3);
        let mut conditions = Vec::new();
        let mut parameters = Vec::new();
        if !long.is_empty() {
            let phrases: Vec<String> = long
                .iter()
                .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
                .collect();
            parameters.push(phrases.join(" AND "));
            conditions.push(format!("apis_search MATCH ?{}", parameters.len()));
        }
        for word in short {
            parameters.push(word.to_owned());
            conditions.push(format!("instr(apis.search, ?{}) > 0", parameters.len()));
        }
        let condition = if conditions.is_empty() {
            "TRUE".to_owned()
        } else {
            conditions.join(" AND ")
        };
        Self {
            condition,
            joined: !long.is_empty(),
            parameters,
        }
    }

    pub(crate) fn count(&self) -> String {
        format!(
            "SELECT count(*) FROM {} WHERE {}",
            self.source(),
            self.condition
        )
    }

    pub(crate) fn slice(&self, page: Page) -> String {
        format!(
            "SELECT apis.record FROM {} WHERE {} ORDER BY apis.name_key, apis.version_order LIMIT {} OFFSET {}",
            self.source(),
            self.condition,
            page.sql_limit(),
            page.offset
        )
    }

    const fn source(&self) -> &'static str {
        if self.joined {
            "apis_search JOIN apis ON apis.row = apis_search.rowid"
        } else {
            "apis"
        }
    }
}

pub(crate) fn get(db: &Connection, id: &ApiId) -> Result<Api, CatalogError> {
    let record: Option<String> = db
        .prepare_cached("SELECT record FROM apis WHERE id = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?;
    record.map_or_else(
        || Err(not_found("API", id.as_str()).into()),
        |record| from_json(&record, "API"),
    )
}

fn save(db: &Connection, api: &Api, document: Option<&str>) -> Result<Api, CatalogError> {
    let stored: u64 = db
        .prepare_cached("SELECT edition FROM apis WHERE id = ?1")?
        .query_row([api.id.as_str()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| not_found("API", &api.name))?;
    if stored != api.edition {
        return Err(changed(api, stored).into());
    }
    policies_are_sound(db, api)?;
    let mut saved = api.clone();
    saved.edition += 1;
    db.prepare_cached(
        "UPDATE apis SET record = ?2, name_key = ?3, version_key = ?4, version_order = ?5, search = ?6 WHERE id = ?1",
    )?
    .execute(params![
        saved.id.as_str(),
        to_json(&saved, "API")?,
        fold(&saved.name),
        fold(&saved.version),
        order_key(&saved.version),
        searched(&saved)
    ])
    .map_err(|error| duplicate_or(error, &saved))?;
    if let Some(text) = document {
        db.prepare_cached("UPDATE documents SET text = ?2 WHERE api = ?1")?
            .execute(params![saved.id.as_str(), text])?;
    }
    Ok(saved)
}

fn document(db: &Connection, id: &ApiId) -> Result<String, CatalogError> {
    db.prepare_cached("SELECT text FROM documents WHERE api = ?1")?
        .query_row([id.as_str()], |row| row.get(0))
        .optional()?
        .ok_or_else(|| not_found("API", id.as_str()).into())
}

fn named(db: &Connection, name: &str, version: Option<&str>) -> Result<Vec<Api>, CatalogError> {
    let mut statement = db.prepare_cached(
        "SELECT record FROM apis WHERE name_key = ?1 AND (?2 IS NULL OR version_key = ?2) ORDER BY version_order",
    )?;
    let mut rows = statement.query(params![fold(name), version.map(fold)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(from_json(
            row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?,
            "API",
        )?);
    }
    Ok(found)
}

fn searched(api: &Api) -> String {
    format!("{} {} {}", api.name, api.version, api.base_path).to_lowercase()
}

fn policies_are_sound(db: &Connection, api: &Api) -> Result<(), CatalogError> {
    api.policies.oauth.as_ref().map_or(Ok(()), |policy| {
        key_managers::must_exist(db, &policy.key_manager)
    })
}

fn changed(api: &Api, stored: u64) -> Fault {
    Fault::new(
        Code::CatalogChanged,
        format!("The API {}@{} was saved by another window or command since it was opened here", api.name, api.version),
        "Your edit is kept here and was not saved. Load the stored edition, then make the edit again on it.",
    )
    .fact("edited", api.edition.to_string())
    .fact("stored", stored.to_string())
}

fn ambiguous(name: &str, found: &[Api]) -> Fault {
    let versions: Vec<&str> = found.iter().map(|api| api.version.as_str()).collect();
    let example = found
        .last()
        .map_or_else(String::new, |api| format!("{}@{}", api.name, api.version));
    Fault::new(
        Code::CatalogAmbiguous,
        format!(
            "There is more than one version of the API '{name}': {}",
            versions.join(", ")
        ),
        format!("Name the version too, for example {example}."),
    )
    .fact("versions", versions.join(", "))
}

fn duplicate_or(error: rusqlite::Error, api: &Api) -> CatalogError {
    if CatalogError::is_constraint(&error, ffi::SQLITE_CONSTRAINT_UNIQUE) {
        Fault::new(
            Code::CatalogDuplicateName,
            format!("There is an API {}@{} already", api.name, api.version),
            "Choose another name or version; capital and small letters count as the same.",
        )
        .fact("kind", "API")
        .fact("name", format!("{}@{}", api.name, api.version))
        .into()
    } else {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10,000 APIs, and how SQLite would go about a statement.
    fn explain(catalog: &Catalog, sql: &str, parameters: &[String]) -> Vec<String> {
        let db = catalog.lock();
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement
            .query_map(params_from_iter(parameters), |row| row.get("detail"))
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn filled() -> (tempfile::TempDir, Catalog) {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(folder.path().join("catalog.db")).unwrap();
        catalog
            .write(|db| {
                db.execute_batch(
                    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
                     INSERT INTO apis (id, record, name_key, version_key, version_order, search)
                     SELECT 'a' || i, json_object('id', 'a' || i, 'name', 'api-' || i, 'version', '1', 'base_path', '/',
                            'backend', json_object('kind', 'mock'), 'policies', json_object('oauth', NULL, 'cors', NULL),
                            'edition', 1, 'created_at', 0, 'updated_at', 0),
                            'api-' || i, '1', '0011', 'api-' || i || ' 1 /' FROM n;
                     INSERT INTO documents (api, text) SELECT id, 'openapi: 3.0.3' FROM apis;
                     ANALYZE;",
                )?;
                Ok(())
            })
            .unwrap();
        (folder, catalog)
    }

    #[test]
    fn lists_and_searches_of_ten_thousand_use_indexes() {
        let (_folder, catalog) = filled();
        let page = Page {
            offset: 500,
            limit: 50,
        };

        let all = explain(&catalog, &Query::new("").slice(page), &[]);
        assert_eq!(
            all,
            ["SCAN apis USING INDEX apis_listed"],
            "a page is read in the order of the index, unsorted"
        );

        let words = Query::new("api-77");
        let searched = explain(&catalog, &words.slice(page), &words.parameters);
        assert!(
            searched[0].starts_with("SCAN apis_search VIRTUAL TABLE INDEX"),
            "{searched:?}"
        );
        assert!(
            searched[1].starts_with("SEARCH apis USING INTEGER PRIMARY KEY"),
            "{searched:?}"
        );
        let counted = explain(&catalog, &words.count(), &words.parameters);
        assert!(
            counted[0].starts_with("SCAN apis_search VIRTUAL TABLE INDEX"),
            "{counted:?}"
        );

        let short = Query::new("7 9");
        assert_eq!(
            explain(&catalog, &short.slice(page), &short.parameters),
            ["SCAN apis USING INDEX apis_listed"]
        );
        assert_eq!(
            explain(&catalog, &short.count(), &short.parameters),
            ["SCAN apis USING COVERING INDEX apis_listed"],
            "the records themselves are not read"
        );

        let found = catalog.apis().list("api-77", Page::first(200)).unwrap();
        // api-77, api-770 to -779, api-7700 to -7799.
        assert_eq!((found.total, found.items.len()), (111, 111));
        assert_eq!(catalog.apis().list("", page).unwrap().total, 10_000);
    }

    #[test]
    fn names_and_key_managers_are_looked_up_by_index() {
        let (_folder, catalog) = filled();
        for (sql, index) in [
            (
                "SELECT record FROM apis WHERE name_key = ?1",
                "(name_key=?)",
            ),
            (
                "SELECT 1 FROM apis WHERE key_manager = ?1",
                "apis_by_key_manager",
            ),
            ("SELECT text FROM documents WHERE api = ?1", "(api=?)"),
            (
                "SELECT 1 FROM runs WHERE api = ?1 ORDER BY row DESC",
                "runs_by_api",
            ),
            (
                "SELECT 1 FROM runs WHERE gateway = ?1 ORDER BY row DESC",
                "runs_by_gateway",
            ),
            (
                "SELECT 1 FROM placements WHERE gateway = ?1",
                "placements_by_gateway",
            ),
            (
                "SELECT 1 FROM history WHERE api = ?1 ORDER BY id DESC",
                "history_by_api",
            ),
        ] {
            let steps = explain(&catalog, sql, &["x".to_owned()]);
            assert_eq!(steps.len(), 1, "{sql}: {steps:?}");
            assert!(
                steps[0].starts_with("SEARCH") && steps[0].contains(index),
                "{sql}: {steps:?}"
            );
        }
    }
}
