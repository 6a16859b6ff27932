//! What is asked of other databases, and how they are addressed.

use super::*;
use beseda_testkit::Ground;
use std::time::Duration;

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
    for address in [
        "mysql://root:secret@db/shop",
        "host=db user=root password=secret dbname=shop",
    ] {
        assert!(!said(address).contains("secret"), "{address}");
    }
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

#[test]
fn a_table_in_a_schema_that_is_not_looked_into_is_told_with_it() {
    let (ground, other) = (Ground::new(), Ground::new());
    ground.run("CREATE TABLE near (id bigint)");
    other.run("CREATE TABLE far (id bigint)");
    let mut source = Source::open(ground.url()).unwrap();
    let tables = source.tables().unwrap();
    let far = format!("{}.far", other.name());
    assert!(
        tables.contains(&"near".to_owned()) && tables.contains(&far),
        "{tables:?}"
    );
    assert!(source.columns("far").unwrap().is_empty());
    assert_eq!(source.columns(&far).unwrap(), ["id"]);
}

/// Servers end transactions in which nothing was asked for a while; an import keeps files meanwhile.
#[test]
fn a_table_of_postgresql_is_read_to_its_end_however_long_its_parts_take() {
    let ground = Ground::new();
    ground.run("CREATE TABLE line (id bigint); INSERT INTO line SELECT generate_series(1, 2001)");
    let impatient = "options=-c%20idle_in_transaction_session_timeout%3D20%20-c%20";
    let url = ground.url().replace("options=-c%20", impatient);
    assert_ne!(url, ground.url());
    let select = Select {
        table: "line".to_owned(),
        joins: Vec::new(),
        columns: vec![Some(column("id"))],
        only: Vec::new(),
    };
    let mut read = 0;
    let mut source = Source::open(&url).unwrap();
    source
        .read(&select, &mut |part| {
            read += part.len();
            std::thread::park_timeout(Duration::from_millis(200));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(read, 2_001);
}
