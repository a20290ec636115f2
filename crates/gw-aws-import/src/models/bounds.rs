//! Bounds of numbers: draft 2020-12 and OpenAPI 3.0 write exclusive ones each in their way, AWS takes none (GW045).
//!
//! It refuses to round a bound to the tighter side.

use std::borrow::Cow;
use std::cmp::Ordering;

use gw_plan::Dialect;
use serde_json::Number;

use super::compile::Compiler;
use super::json::{Json, get};
use super::merge::{compare, tighter};
use super::place::Weight;
use super::shape::Shape;

/// Beyond it not every integer is a float.
const EXACT: f64 = 9_007_199_254_740_991.0;

impl<'p> Compiler<'p> {
    /// Minimum and maximum of a schema; `whole` when it accepts no numbers but integers.
    pub(super) fn bounds(
        &mut self,
        words: &[(Cow<'p, str>, Json<'p>)],
        whole: bool,
        shape: &mut Shape<'p>,
    ) {
        shape.minimum = self.bound(words, ["minimum", "exclusiveMinimum"], whole, 1);
        shape.maximum = self.bound(words, ["maximum", "exclusiveMaximum"], whole, -1);
    }

    /// `inwards` is the step from an exclusive bound to the next integer within.
    fn bound(
        &mut self,
        words: &[(Cow<'p, str>, Json<'p>)],
        [inclusive_word, exclusive_word]: [&'static str; 2],
        whole: bool,
        inwards: i64,
    ) -> Option<Number> {
        let inclusive = self.number(words, inclusive_word);
        let exclusive = match get(words, exclusive_word) {
            None => return inclusive,
            Some(Json::Bool(false)) if self.dialect != Dialect::JsonSchema2020 => return inclusive,
            Some(Json::Bool(true)) if self.dialect != Dialect::JsonSchema2020 => {
                inclusive.clone()?
            }
            Some(Json::Number(bound)) if self.dialect == Dialect::JsonSchema2020 => bound.clone(),
            Some(_) => {
                self.wrong(exclusive_word);
                return inclusive;
            }
        };
        let keep = if inwards > 0 {
            Ordering::Greater
        } else {
            Ordering::Less
        };
        let is_flag = self.dialect != Dialect::JsonSchema2020;
        if !is_flag
            && let Some(inclusive) = &inclusive
            && compare(inclusive, &exclusive) == keep
        {
            return Some(inclusive.clone()); // the inclusive bound is tighter; the exclusive one says nothing
        }
        if whole && let Some(next) = next_within(&exclusive, inwards) {
            self.note(
                "GW045",
                Weight::Documentation,
                exclusive_word,
                true,
                format!("AWS knows no '{exclusive_word}'; of integers '{inclusive_word}: {next}' says the same"),
            );
            return Some(next);
        }
        self.lose(
            "GW045",
            exclusive_word,
            true,
            format!("AWS knows no '{exclusive_word}'; {exclusive} itself is accepted"),
        );
        tighter(
            Some(exclusive),
            if is_flag { None } else { inclusive },
            keep,
        )
    }

    pub(super) fn number(
        &mut self,
        words: &[(Cow<'p, str>, Json<'p>)],
        word: &'static str,
    ) -> Option<Number> {
        match get(words, word)? {
            Json::Number(number) => Some(number.clone()),
            _ => {
                self.wrong(word);
                None
            }
        }
    }

    /// A word that counts something.
    pub(super) fn count(&mut self, value: &Json<'p>, word: &'static str) -> Option<u64> {
        let count = match value {
            Json::Number(number) => number.as_u64().or_else(|| {
                let float = number.as_f64()?;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "only whole numbers in range are cast"
                )]
                (float.fract() == 0.0 && (0.0..=EXACT).contains(&float)).then_some(float as u64)
            }),
            _ => None,
        };
        if count.is_none() {
            self.wrong(word);
        }
        count
    }
}

/// The first integer within an exclusive bound.
fn next_within(bound: &Number, inwards: i64) -> Option<Number> {
    if let Some(whole) = bound.as_i64() {
        return whole.checked_add(inwards).map(Number::from);
    }
    let float = bound.as_f64().filter(|float| float.abs() < EXACT)?;
    let next = if inwards > 0 {
        float.floor() + 1.0
    } else {
        float.ceil() - 1.0
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole and within what a float holds exactly"
    )]
    Some(Number::from(next as i64))
}
