//! The native API, printed for programs: what docs/openapi.json and docs/asyncapi.json are.

use crate::cli::{self, ApiDocument};
use beseda_contracts::native::described;
use beseda_core::words::Limits;

/// Prints a document, with the limits of a server that nobody set.
///
/// # Errors
/// Standard output cannot be written.
pub fn print(document: ApiDocument) -> anyhow::Result<()> {
    Ok(cli::answer(text(document))?)
}

fn text(document: ApiDocument) -> String {
    let limits = Limits::default();
    let document = match document {
        ApiDocument::OpenApi => described::openapi(&limits),
        ApiDocument::AsyncApi => described::asyncapi(&limits),
    };
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_those_that_the_code_writes() {
        for (document, kept, name) in [
            (
                ApiDocument::OpenApi,
                include_str!("../../../docs/openapi.json"),
                "openapi",
            ),
            (
                ApiDocument::AsyncApi,
                include_str!("../../../docs/asyncapi.json"),
                "asyncapi",
            ),
        ] {
            assert!(
                kept == text(document),
                "run: cargo run -p beseda -- api {name} > docs/{name}.json"
            );
        }
    }
}
