//! What is asked of other databases, and how they are addressed.

use super::*;

fn column(name: &str) -> ColumnName {
    ColumnName {
        of: None,
        name: name.to_owned(),
    }
}

#[test]
fn whatever_a_table_is_called_stays_a_name() {
    let select = Select {
        table: "shop.\"; DROP".to_owned(),
        joins: vec![Join {
            table: "profile".to_owned(),
            called: "p".to_owned(),
            on: vec![("user_id".to_owned(), column("id"))],
        }],
        columns: vec![
            Some(column("id")),
            Some(ColumnName {
                of: Some("p".to_owned()),
                name: "phone".to_owned(),
            }),
            None,
        ],
        only: vec![Only {
            column: column("kind"),
            is: "order".to_owned(),
        }],
    };
    assert_eq!(
        select.sql(false, true, Some(9)),
        "SELECT own.\"id\", \"p\".\"phone\", NULL FROM \"shop\".\"\"\"; DROP\" own LEFT JOIN \"profile\" \"p\" ON \
         \"p\".\"user_id\" = own.\"id\" WHERE CAST(own.\"kind\" AS text) = $1 AND own.\"id\" > $2 ORDER BY own.\"id\" LIMIT 9"
    );
    assert!(
        select
            .sql(true, false, None)
            .ends_with("CAST(own.\"kind\" AS text) = $1 ORDER BY own.\"id\"")
    );
}

#[test]
fn an_address_names_a_file_or_is_refused_without_its_password() {
    let said = |address: &str| path_of(address).unwrap_err().to_string();
    assert!(said("mysql://root:secret@db/shop").starts_with("mysql://… is no address"));
    assert!(!said("mysql://root:secret@db/shop").contains("secret"));
    assert_eq!(said("sqlite:///nowhere/x.db"), "/nowhere/x.db is not there");
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    for address in [
        format!("sqlite://{manifest}"),
        format!("sqlite:///{manifest}"),
        format!("sqlite:{manifest}"),
        manifest.to_owned(),
    ] {
        assert!(path_of(&address).is_ok(), "{address}");
    }
    // As SQLAlchemy writes one that is relative.
    assert_eq!(path_of("sqlite:///Cargo.toml").unwrap(), Path::new("Cargo.toml"));
}
