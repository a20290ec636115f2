//! Public documents: their schemas compile, to models AWS takes, twice to the same.

use std::time::Instant;

use gw_aws_import::Fidelity;
use gw_aws_import::models::Models;
use gw_openapi::Document;

use crate::suite::shared;
use crate::support::{check, of_document};

#[test]
fn schemas_of_public_documents_compile() {
    for path in shared("specs", &["json", "yaml"]) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (document, _) = Document::parse(&std::fs::read_to_string(&path).unwrap());
        let (schemas, asked) = of_document(&document);
        let compile = |limit: usize| {
            let mut models = Models::new(&schemas);
            let ids: Vec<_> = asked
                .iter()
                .map(|(text, hint, purpose)| models.ask(text, hint, *purpose))
                .collect();
            (models.finish(limit), ids)
        };
        let started = Instant::now();
        let (built, ids) = compile(usize::MAX);
        let took = started.elapsed();
        check(&built);
        assert_eq!(built.text(), compile(usize::MAX).0.text(), "{name}");
        let (fit, _) = compile(400 * 1024);
        check(&fit);
        assert!(fit.text().len() <= 400 * 1024, "{name}");
        let source: usize = schemas.texts.values().map(String::len).sum();
        let of = |fidelity| {
            ids.iter()
                .filter(|id| built.fidelity(**id) == fidelity)
                .count()
        };
        println!(
            "{name}: {} schemas of {source} bytes, {} bodies ({} exact, {} changed, {} lost), {} bytes of models, {} fit, {} notes, {took:.1?}",
            schemas.texts.len(),
            ids.len(),
            of(Fidelity::Exact),
            of(Fidelity::Changed),
            of(Fidelity::Lost),
            built.text().len(),
            fit.text().len(),
            built.notes().len()
        );
    }
}
