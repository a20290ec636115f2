//! The one table of the general rules: what each is called, finds, how much it matters, why, and what to do.
//!
//! It refuses to find anything itself. An error here keeps a document from being deployed, so only what makes it unusable
//! for a gateway is one: a fault of form that a gateway does not mind is a warning, a matter of taste is good to know.

mod api;
mod schema;
mod security;
mod structure;

use std::collections::HashMap;
use std::sync::OnceLock;

use gw_model::Severity;

use super::shapes::Versions;

/// Which rulesets a rule is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Set {
    /// Of every ruleset.
    Minimal,
    /// Of `recommended`, and so on unless a ruleset says otherwise.
    Recommended,
    /// Off until a ruleset names it; the security rules also with `owasp`, all of them with `all`.
    Extra,
}

/// One general rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub(super) number: Id,
    /// `oas-…`, and `owasp-…` for the security rules.
    pub id: &'static str,
    /// How much a finding matters when the rule is on and nothing else is said.
    pub severity: Severity,
    /// Which rulesets it is part of.
    pub set: Set,
    pub(super) versions: Versions,
    /// What others call it: ids of Redocly's rules, or of Spectral's OWASP ruleset.
    pub known_as: &'static [&'static str],
    /// What it finds.
    pub finds: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

impl Rule {
    /// The versions of OpenAPI it looks at, as prose.
    pub fn versions(&self) -> &'static str {
        use super::shapes::{ALL, NEW, V2, V3, V30, V32};
        const OLD: Versions = V2 | V30;
        match self.versions {
            ALL => "all",
            V2 => "2.0",
            V30 => "3.0",
            V32 => "3.2",
            V3 => "3.0 to 3.2",
            NEW => "3.1, 3.2",
            OLD => "2.0, 3.0",
            _ => "3.0, 3.1",
        }
    }

    /// Whether it is one of the security rules.
    pub fn is_security(&self) -> bool {
        self.id.starts_with("owasp-")
    }
}

macro_rules! ids {
    ($($name:ident)*) => {
        /// A rule, as a number.
        #[expect(clippy::enum_variant_names, reason = "an operationId is what OpenAPI calls it")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub(super) enum Id { $($name),* }

        /// How many rules there are.
        pub(super) const COUNT: usize = [$(Id::$name),*].len();
    };
}

// In the order of the tables; a test holds the two together.
ids! {
    Paths Structure UnknownMethod FieldUnknown FieldType FieldValue FieldMissing
    RefUnresolved RefExternal RefCircular RefKind RefSiblings RefStrict
    InfoTitle InfoVersion InfoLicense InfoLicenseLink InfoContact
    ServerMissing ServerExample ServerTrailingSlash ServerVariableUndefined ServerVariableEnum
    TagDescription TagDuplicate TagParent TagUndefined TagOrder
    ComponentUnused ComponentName MarkdownUnsafe
    Path PathAmbiguous PathTrailingSlash PathVerb PathKebabCase
    PathParameterUndeclared PathParameterUnused PathParameterRequired
    Parameter ParameterDuplicate ParameterDescription ParameterQuerystring
    OperationId OperationIdMissing OperationIdCharacters OperationSummary OperationDescription OperationSingleTag
    Responses ResponseStatus ResponseDescription ResponseSuccess ResponseClientError BodyOnGet
    SecurityUndeclared SecurityScope
    SchemaTypeMismatch SchemaEnumType SchemaEnumDuplicate SchemaRequiredUndefined SchemaNullableType
    SchemaRangeMixed SchemaComposition DiscriminatorDefault EncodingMixed
    ExampleSources ExampleMediaType ExampleParameter ExampleSchema
    NumericId BasicAuth KeyInUrl CredentialsInUrl InsecureScheme JwtPractice TokenRefresh WriteUnsecured ReadUnsecured
    AdditionalProperties UnevaluatedProperties RateLimitHeaders RetryAfter Response429 ArrayLimit StringLimit
    StringRestricted IntegerLimit IntegerFormat AdminSecurity UrlParameter CorsOrigin ServerHttp ErrorValidation
    Response401 Response500 InventoryAudience InventoryEnvironment
}

/// Writes a table: name, id, severity, set, versions, what others call it; then what it finds, why, and the fix.
macro_rules! table {
    ($($name:ident $id:literal $severity:ident $set:ident $versions:ident [$($known:literal)*] $finds:literal $why:literal $fix:literal)*) => {
        use gw_model::Severity;
        use super::{Id, Rule, Set};

        pub(super) const RULES: &[Rule] = &[$(Rule {
            number: Id::$name,
            id: $id,
            severity: Severity::$severity,
            set: Set::$set,
            versions: $versions,
            known_as: &[$($known),*],
            finds: $finds,
            why: $why,
            fix: $fix,
        }),*];
    };
}
use table;

const TABLES: [&[Rule]; 4] = [structure::RULES, api::RULES, schema::RULES, security::RULES];

/// Every general rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.into_iter().flatten()
}

pub(super) fn rule(id: Id) -> &'static Rule {
    let mut at = id as usize;
    for table in TABLES {
        match table.get(at) {
            Some(rule) => return rule,
            None => at -= table.len(),
        }
    }
    &structure::RULES[0]
}

/// The rules of an id, whether ours or another program's.
pub(super) fn named(id: &str) -> &'static [Id] {
    static NAMES: OnceLock<HashMap<&'static str, Vec<Id>>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let mut names: HashMap<&'static str, Vec<Id>> = HashMap::new();
        for rule in rules() {
            for name in std::iter::once(&rule.id).chain(rule.known_as) {
                names.entry(name).or_default().push(rule.number);
            }
        }
        names
    });
    names.get(id).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_to_its_rule() {
        assert_eq!(rules().count(), COUNT);
        for (at, rule) in rules().enumerate() {
            assert_eq!(rule.number as usize, at, "{}", rule.id);
            assert_eq!(super::rule(rule.number).id, rule.id);
            assert_eq!(named(rule.id), [rule.number]);
            assert!(!rule.finds.is_empty() && !rule.why.is_empty() && !rule.fix.is_empty());
            assert!(rule.id.starts_with("oas-") || rule.is_security());
        }
    }

    #[test]
    fn only_security_rules_are_named_for_it_and_errors_are_in_every_ruleset() {
        for rule in rules() {
            assert_eq!(rule.is_security(), rule.number >= Id::NumericId);
            if rule.severity == Severity::Error {
                assert_eq!(rule.set, Set::Minimal, "{}", rule.id);
            }
        }
    }
}
