//! Whether every `$ref` leads somewhere in the document.
//!
//! It refuses to fetch what a reference names outside it.

use std::collections::HashMap;

use super::Findings;
use crate::finding::shorten;
use crate::refs::RefTrouble;
use crate::tree::Node;

pub(super) fn check(findings: &mut Findings<'_>) {
    let document = findings.document;
    // Documents repeat the same few references; each is followed once.
    let mut followed: HashMap<&str, Option<RefTrouble>> = HashMap::new();
    let mut troubled: Vec<(Node<'_>, RefTrouble)> = Vec::new();
    document.each_ref(&mut |node, target| {
        let trouble = followed
            .entry(target)
            .or_insert_with(|| document.resolve(node).err());
        if let Some(trouble) = trouble {
            troubled.push((node, trouble.clone()));
        }
    });
    for (node, trouble) in troubled {
        let place = node
            .get("$ref")
            .map_or_else(|| node.place(), Node::key_place);
        match trouble {
            RefTrouble::External(target) => findings.error(
                "oas-ref-external",
                place,
                format!("The reference '{}' leads out of this document", shorten(&target)),
                "Only this document is read: other files and addresses are never opened, so what it names is left out.",
                "Copy what it names into 'components' and refer to it there.",
            ),
            RefTrouble::Missing(target) => findings.error(
                "oas-ref-unresolved",
                place,
                format!("The reference '{}' leads nowhere", shorten(&target)),
                "What it should stand for is left out.",
                "Mend the reference, or add what it names.",
            ),
            RefTrouble::Circular(target) => findings.error(
                "oas-ref-circular",
                place,
                format!("The reference '{}' leads back to itself", shorten(&target)),
                "It stands for nothing: no schema, parameter or answer is ever reached.",
                "Let it refer to something that is no reference.",
            ),
        }
    }
}
