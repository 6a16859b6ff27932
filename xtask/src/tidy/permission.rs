//! The wall around `policy.rs`: nobody else compares, matches or asks for a role.
//!
//! Spelling a role is fine: `Role::Mom => "mom"`, `"mom" => Role::Mom`, `role: Role::Mom` in a seed.
//! Deciding by one is not: `person.role == Role::Admin`, `matches!(role, Role::Mom | Role::Admin)`,
//! `Role::Admin => true`, `if wire.role == "admin"`, `person.is_admin()`.

use super::Finding;
use super::tokens::{Kind, Token};
use beseda_core::words::Role;

pub fn check(file: &str, tokens: &[Token]) -> Vec<Finding> {
    let macros = matches_macros(tokens);
    let mut findings = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let around = Around { tokens, index };
        let in_matches = macros.iter().any(|(start, end)| (*start..*end).contains(&index));
        let decided = if is_variant(token) {
            // A glob would let a bare `Admin` pass by this wall.
            let glob = token.kind == Kind::Import && token.text.ends_with("::*");
            glob || in_matches
                || around.compared()
                || around.let_pattern()
                || around.in_contains()
                || around.arm().is_some_and(|arm| !spells(arm))
        } else if is_role_word(token) {
            let known_role = around.compared_to_role() || around.in_contains_role();
            known_role || around.arm_of_role_words() || (in_matches && names_role(tokens, &macros, index))
        } else {
            is_question(token, &around) || (is_role_field(token, &around) && around.compared_after_call())
        };
        if decided {
            let advice = "who may do what is decided in crates/beseda-core/src/policy.rs and nowhere else: ask the policy, and add a row to its table if it has no answer yet";
            findings.push(Finding::at(
                "permission",
                file,
                token.line,
                format!("a decision by role: `{}`", token.text),
                advice,
            ));
        }
    }
    findings
}

/// `Role::Admin`, also under a longer path, `use Role::Admin` and `use Role::*`.
fn is_variant(token: &Token) -> bool {
    let mut segments = token.ending();
    let (Some(last), Some(kind)) = (segments.next(), segments.next()) else {
        return false;
    };
    let is_upper =
        last.starts_with(|c: char| c.is_uppercase() || c == '*') && last.chars().any(|c| c.is_lowercase() || c == '*');
    token.is_path() && kind.ends_with("Role") && is_upper
}

fn is_role_word(token: &Token) -> bool {
    token.kind == Kind::Text && Role::of_contracts(&token.text).is_some()
}

/// `.is_admin()`, `.has_role(…)`.
fn is_question(token: &Token, around: &Around<'_>) -> bool {
    let asks = token.text == "has_role"
        || token
            .text
            .strip_prefix("is_")
            .is_some_and(|word| Role::of_contracts(word).is_some() || word == "staff");
    token.kind == Kind::Path
        && asks
        && around.at(1).is_some_and(|next| next.is("("))
        && around.before(1).is_some_and(|last| last.is("."))
}

/// `role` or `.role`, as a value.
fn is_role_field(token: &Token, around: &Around<'_>) -> bool {
    let is_call_of_a_function = around.before(1).is_some_and(|last| last.is("fn"));
    token.kind == Kind::Path && ["role", "roles"].contains(&token.text.as_str()) && !is_call_of_a_function
}

/// An arm that gives a text or a number spells the role; any other decides something.
fn spells(arm: &[Token]) -> bool {
    arm.iter().any(|token| matches!(token.kind, Kind::Text | Kind::Literal)) && !arm.iter().any(|token| token.is("if"))
}

/// The index ranges of the arguments of every `matches!(…)`.
fn matches_macros(tokens: &[Token]) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    for (index, run) in tokens.windows(3).enumerate() {
        if let [name, bang, open] = run
            && ["matches", "assert_matches"].contains(&name.text.as_str())
            && bang.is("!")
            && open.is("(")
        {
            let start = index + 3;
            ranges.push((start, start + group_length(tokens.get(start..).unwrap_or_default())));
        }
    }
    ranges
}

/// How many tokens come before the bracket that closes the group we are in.
fn group_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if ["(", "[", "{"].iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
            if depth == 0 {
                return index;
            }
            depth -= 1;
        }
    }
    tokens.len()
}

/// Whether the `matches!` around this index looks at something called role.
fn names_role(tokens: &[Token], macros: &[(usize, usize)], index: usize) -> bool {
    let around = macros.iter().filter(|(start, end)| (*start..*end).contains(&index));
    around
        .filter_map(|(start, end)| tokens.get(*start..*end))
        .flatten()
        .any(is_named_role)
}

fn is_named_role(token: &Token) -> bool {
    token.is_path()
        && token
            .ending()
            .next()
            .is_some_and(|last| last.to_lowercase().contains("role"))
}

/// A token and its neighbours.
struct Around<'a> {
    tokens: &'a [Token],
    index: usize,
}

impl<'a> Around<'a> {
    fn at(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.index + ahead)
    }

    fn before(&self, behind: usize) -> Option<&'a Token> {
        self.tokens.get(self.index.checked_sub(behind)?)
    }

    /// `== X`, `X ==`, `!= &X`, `== Some(X)`.
    fn compared(&self) -> bool {
        let equals = |token: Option<&Token>| token.is_some_and(|token| token.is("==") || token.is("!="));
        let behind = (1..=3)
            .map(|back| self.before(back))
            .find(|token| !token.is_some_and(|token| ["&", "(", "Some", "*"].iter().any(|mark| token.is(mark))));
        let ahead = (1..=2)
            .map(|on| self.at(on))
            .find(|token| !token.is_some_and(|token| token.is(")")));
        equals(behind.flatten()) || equals(ahead.flatten())
    }

    /// `role ==`, `role() ==`, `role.as_str() ==`, `== role`, `== other.role`.
    fn compared_after_call(&self) -> bool {
        let mut ahead = self.tokens.get(self.index + 1..).unwrap_or_default();
        while let [first, second, ..] = ahead {
            if first.is("(") && second.is(")") || first.is(".") && second.kind == Kind::Path {
                ahead = ahead.get(2..).unwrap_or_default();
            } else {
                break;
            }
        }
        let after = ahead.first().is_some_and(|token| token.is("==") || token.is("!="));
        after || self.compared()
    }

    /// The word stands in a comparison whose other side is called role.
    fn compared_to_role(&self) -> bool {
        let behind = self
            .tokens
            .get(self.index.saturating_sub(9)..self.index)
            .unwrap_or_default();
        let ahead = self.tokens.get(self.index + 1..).unwrap_or_default();
        let side = |tokens: &[Token]| tokens.iter().any(is_named_role);
        let ends = |token: &&Token| !["{", "}", ";", ",", "&&", "||"].iter().any(|end| token.is(end));
        let behind: Vec<Token> = behind.iter().rev().take_while(ends).cloned().collect();
        let ahead: Vec<Token> = ahead.iter().take(9).take_while(ends).cloned().collect();
        self.compared() && (side(&behind) || side(&ahead))
    }

    /// `if let Role::Admin = …`, `let Role::Admin = … else`.
    fn let_pattern(&self) -> bool {
        let is_let = (1..=3).any(|back| self.before(back).is_some_and(|token| token.is("let")));
        is_let && (1..=2).any(|on| self.at(on).is_some_and(|token| token.is("=") || token.is("|")))
    }

    /// `[Role::Admin, Role::Mom].contains(&…)`.
    fn in_contains(&self) -> bool {
        let rest = self.tokens.get(self.index + 1..).unwrap_or_default();
        let close = group_length(rest);
        let is = |ahead: usize, text: &str| rest.get(close + ahead).is_some_and(|token| token.is(text));
        is(0, "]") && is(1, ".") && is(2, "contains")
    }

    /// `["admin", "mom"].contains(&person.role.as_str())`.
    fn in_contains_role(&self) -> bool {
        let rest = self.tokens.get(self.index + 1..).unwrap_or_default();
        let asked = rest.get(group_length(rest) + 3..).unwrap_or_default();
        let question = asked.get(1..).unwrap_or_default();
        self.in_contains()
            && question
                .get(..group_length(question))
                .unwrap_or_default()
                .iter()
                .any(is_named_role)
    }

    /// What follows `=>` when this token is (part of) the pattern of an arm.
    fn arm(&self) -> Option<&'a [Token]> {
        const MARKS: [&str; 13] = ["(", ")", "[", "]", "{", "}", "|", ",", ":", ".", "..", "&", "@"];
        let mut depth = 0_i32;
        // After a comma we are still in the pattern only if a bracket around it closes before the `=>`.
        let mut must_go_below = 1_i32;
        let mut last_ended = true;
        for (length, token) in self.tokens.get(self.index + 1..)?.iter().enumerate() {
            if token.is("=>") || token.is("if") {
                let after = self.tokens.get(self.index + length + 2..)?;
                let arm = if token.is("=>") { arm_length(after) } else { 0 };
                return if depth < must_go_below { after.get(..arm) } else { None };
            }
            let is_word = token.is_path() || token.kind == Kind::Text;
            if is_word && last_ended || !is_word && !MARKS.iter().any(|mark| token.is(mark)) {
                return None;
            }
            last_ended = is_word || [")", "]", "}"].iter().any(|close| token.is(close));
            match token.text.as_str() {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth -= 1,
                "," => must_go_below = must_go_below.min(depth),
                _ => {}
            }
        }
        None
    }

    /// An arm of role words that neither parses one (`"mom" => Role::Mom`) nor stands beside other words.
    fn arm_of_role_words(&self) -> bool {
        let matched_on = self
            .tokens
            .get(self.index.saturating_sub(60)..self.index)
            .unwrap_or_default();
        let scrutinee = matched_on.iter().rev().skip_while(|token| !token.is("match")).count();
        let head = matched_on.get(scrutinee..).unwrap_or_default();
        let on_role = scrutinee > 0 && head.iter().take_while(|token| !token.is("{")).any(is_named_role);
        on_role
            && self
                .arm()
                .is_some_and(|arm| !spells(arm) && !arm.iter().any(is_variant))
    }
}

/// Up to the `,` that ends the arm, or the bracket that ends the match.
fn arm_length(tokens: &[Token]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        if ["(", "[", "{"].iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
            if depth == 0 {
                return index;
            }
            depth -= 1;
            if depth == 0 && token.is("}") {
                return index + 1;
            }
        } else if depth == 0 && token.is(",") {
            return index;
        }
    }
    tokens.len()
}
