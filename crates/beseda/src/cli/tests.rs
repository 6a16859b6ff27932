//! What can be typed, and what comes of it.

use super::*;
use clap::error::ErrorKind;

fn call(line: &str) -> Result<Call, clap::Error> {
    parse(std::iter::once("beseda").chain(line.split_whitespace()))
}

fn command(line: &str) -> Command {
    call(line).unwrap().command
}

#[test]
fn the_definition_is_sound() {
    Arguments::command().debug_assert();
}

#[test]
fn every_command_is_understood() {
    assert_eq!(command(""), Command::Summary);
    assert_eq!(command("serve"), Command::Serve { demo: false });
    assert_eq!(command("serve --demo"), Command::Serve { demo: true });
    assert_eq!(
        command("seed a.json --json"),
        Command::Seed {
            file: "a.json".into(),
            is_new: false,
            json: true
        }
    );
    assert_eq!(command("config check"), Command::ConfigCheck { json: false });
    assert_eq!(command("config reference"), Command::ConfigReference);
    assert_eq!(command("api openapi"), Command::Api(ApiDocument::OpenApi));
    assert_eq!(command("api asyncapi"), Command::Api(ApiDocument::AsyncApi));
    assert_eq!(
        command("migrate"),
        Command::Migrate {
            is_new: false,
            json: false
        }
    );
    assert_eq!(
        command("migrate --new"),
        Command::Migrate {
            is_new: true,
            json: false
        }
    );
    assert_eq!(command("completions zsh"), Command::Completions(Shell::Zsh));
    let admin = Command::AdminCreate {
        email: "anna@shop.example".into(),
        link: false,
        is_new: false,
        json: false,
    };
    assert_eq!(command("admin create --email anna@shop.example"), admin);
    let by_link = Command::AdminCreate {
        email: "anna@shop.example".into(),
        link: true,
        is_new: true,
        json: true,
    };
    assert_eq!(
        command("admin create --json --new --link --email anna@shop.example"),
        by_link
    );
}

#[test]
fn keys_have_scopes_and_people_numbers() {
    use beseda_core::words::Scope;
    let key = |command| Command::Key { command, json: false };
    let create = |scopes: &[Scope]| {
        key(KeyCommand::Create {
            name: "shop".into(),
            scopes: scopes.to_vec(),
            is_new: false,
        })
    };
    assert_eq!(
        command("key create shop --scope rooms,people,rooms"),
        create(&[Scope::People, Scope::Rooms])
    );
    assert_eq!(
        command("key create shop --scope orders --scope groups"),
        create(&[Scope::Orders, Scope::Groups])
    );
    assert_eq!(command("key list"), key(KeyCommand::List));
    assert_eq!(
        command("key revoke shop"),
        key(KeyCommand::Revoke { name: "shop".into() })
    );
    for (word, done) in [
        ("deactivate", PersonCommand::Deactivate),
        ("activate", PersonCommand::Activate),
        ("sign-out", PersonCommand::SignOut),
    ] {
        let wanted = Command::Person {
            command: done,
            id: HostId::Number(7),
            json: true,
        };
        assert_eq!(command(&format!("person {word} 7 --json")), wanted);
    }
    let long = format!("key create {} --scope rooms", "x".repeat(65));
    for wrong in [
        "key",
        "key create",
        "key create shop",
        "key create shop --scope",
        "key create shop --scope all",
        "key create shop --scope people,",
        "key revoke",
        &long,
        "person",
        "person deactivate",
        "person deactivate a\u{7f}b",
    ] {
        assert_eq!(call(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn jobs_are_listed_and_a_dead_one_is_tried_again_by_its_number() {
    let jobs = |command, json| Command::Jobs { command, json };
    assert_eq!(command("jobs"), jobs(JobsCommand::List, false));
    assert_eq!(command("jobs --json"), jobs(JobsCommand::List, true));
    assert_eq!(command("jobs retry 17"), jobs(JobsCommand::Retry { id: 17 }, false));
    assert_eq!(
        command("jobs retry 17 --json"),
        jobs(JobsCommand::Retry { id: 17 }, true)
    );
    for wrong in [
        "jobs retry",
        "jobs retry 0",
        "jobs retry x",
        "jobs --json retry 17",
        "jobs list",
    ] {
        assert_eq!(call(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn an_import_has_tables_and_an_address() {
    let Command::Import(asked) = command("import --mapping a.toml --from b.db --skip-bad --json") else {
        panic!("it is something else");
    };
    assert_eq!(
        (asked.mapping, asked.from),
        (Some("a.toml".into()), Some("b.db".to_owned()))
    );
    assert!(asked.skip_bad && !asked.dry_run && asked.json);
    assert_eq!((asked.known, asked.time_zone), (None, "UTC".to_owned()));
    assert!(call("import django --print-mapping").is_ok());
    for wrong in [
        "import",
        "import django",
        "import oracle --from b.db",
        "import django --mapping a.toml --from b.db",
    ] {
        assert_eq!(call(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
}

#[test]
fn people_may_be_named_one_after_the_other_or_each_with_its_flag() {
    let token = |people: &[&'static str], seconds| Command::Token {
        people: people.iter().map(|id| id.parse().unwrap()).collect(),
        ttl: Duration::from_secs(seconds),
        json: false,
    };
    assert_eq!(command("token --person 1 2 3"), token(&["1", "2", "3"], 900));
    assert_eq!(
        command("token --person 1 --person 2 --ttl 2h"),
        token(&["1", "2"], 7200)
    );
    assert_eq!(command("token --person 3f2c 0042"), token(&["3f2c", "0042"], 900));
    for wrong in ["token", "token --person", "token --person -1", "token --person \u{7f}"] {
        assert_eq!(call(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
    assert_eq!(call("token --person 1 --ttl forever").unwrap_err().exit_code(), 2);
}

#[test]
fn settings_go_before_or_after_the_command() {
    let wanted = Flags {
        config: Some("b.toml".into()),
        data: Some("d".into()),
        listen: Some("0.0.0.0:1".into()),
        database: Some("sqlite".into()),
        redis: None,
        no_backup: None,
    };
    for line in [
        "--data d --config b.toml serve --listen 0.0.0.0:1 --database sqlite",
        "serve --database sqlite --listen=0.0.0.0:1 --config b.toml --data=d",
    ] {
        assert_eq!(call(line).unwrap().flags, wanted, "{line}");
    }
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    for wrong in [
        "sevre",
        "serve --lisen x",
        "seed",
        "config",
        "admin",
        "admin create",
        "completions tcsh",
        "serve x",
    ] {
        assert_eq!(call(wrong).unwrap_err().exit_code(), 2, "{wrong}");
    }
    assert_eq!(call("admin create --email anna").unwrap_err().exit_code(), 2);
    for (right, kind) in [
        ("--help", ErrorKind::DisplayHelp),
        ("-h", ErrorKind::DisplayHelp),
        ("help token", ErrorKind::DisplayHelp),
        ("serve --help", ErrorKind::DisplayHelp),
        ("-V", ErrorKind::DisplayVersion),
    ] {
        let stop = call(right).unwrap_err();
        assert_eq!((stop.kind(), stop.exit_code()), (kind, 0), "{right}");
    }
}

#[test]
fn a_mistyped_command_is_told_the_nearest() {
    let told = call("sevre").unwrap_err().to_string();
    assert!(told.contains("serve"), "{told}");
}

#[test]
fn help_begins_with_examples_for_every_command() {
    fn check(command: &mut clap::Command, path: &str) {
        if command.get_subcommands().next().is_none() {
            let help = command.render_long_help().to_string();
            let (examples, usage) = (help.find("Examples:"), help.find("Usage:"));
            assert!(examples.is_some() && examples < usage, "{path}:\n{help}");
        }
        for inner in command.get_subcommands_mut() {
            let path = format!("{path} {}", inner.get_name());
            check(inner, &path);
        }
    }
    check(&mut Arguments::command(), "beseda");
    let summary = summary();
    for word in [
        "Examples:",
        "serve",
        "seed",
        "token",
        "admin",
        "config",
        "migrate",
        "completions",
        "--data",
    ] {
        assert!(summary.contains(word), "{word} is missing:\n{summary}");
    }
}

#[test]
fn every_example_of_the_help_can_be_typed() {
    fn texts(command: &clap::Command, out: &mut Vec<String>) {
        out.extend(command.get_before_help().map(ToString::to_string));
        command.get_subcommands().for_each(|inner| texts(inner, out));
    }
    let mut help = Vec::new();
    texts(&Arguments::command(), &mut help);
    let mut tried = 0;
    for line in help
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| line.split_once("beseda "))
    {
        let typed = line.1.split(['>', '|']).next().unwrap().split("  ").next().unwrap();
        if line.0.trim().is_empty() {
            assert!(call(typed).is_ok(), "beseda {typed}: {:?}", call(typed));
            tried += 1;
        }
    }
    assert!(tried >= 10, "only {tried} examples were found");
}

#[test]
fn completions_know_the_commands() {
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        let script = String::from_utf8(completions(shell)).unwrap();
        assert!(script.contains("serve") && script.contains("demo"), "{shell}");
    }
}

#[test]
fn backups_are_made_kept_restored_and_verified() {
    let backups = |line: &str| match command(line) {
        Command::Backups { command, .. } => command,
        other => panic!("{line}: {other:?}"),
    };
    let made = |exact, keep| BackupCommand::Make {
        folder: "/b".into(),
        exact,
        keep,
        without_secret: false,
    };
    assert_eq!(backups("backup /b"), made(false, None));
    assert_eq!(backups("backup /b --exact"), made(true, None));
    assert_eq!(backups("backup /b --keep 100000"), made(false, Some(100_000)));
    for (wrong, kind) in [
        ("backup", ErrorKind::MissingRequiredArgument),
        ("restore", ErrorKind::MissingRequiredArgument),
        ("backup /b --keep 0", ErrorKind::ValueValidation),
        ("backup /b --keep 100001", ErrorKind::ValueValidation),
        ("backup /b --keep 3 --exact", ErrorKind::ArgumentConflict),
    ] {
        assert_eq!(call(wrong).unwrap_err().kind(), kind, "{wrong}");
    }
    // What remedies tell is what can be typed.
    let remedy = crate::app::restore_command(std::path::Path::new("/d"));
    let restore = BackupCommand::Restore {
        from: "BACKUP".into(),
        replace: true,
    };
    assert_eq!(backups(remedy.trim_start_matches("beseda ")), restore);
    assert_eq!(
        backups("verify BACKUP --data /d"),
        BackupCommand::Verify {
            backup: Some("BACKUP".into())
        }
    );
    assert_eq!(backups("verify"), BackupCommand::Verify { backup: None });
    assert_eq!(
        call("migrate --no-backup").unwrap().flags.no_backup.as_deref(),
        Some("false")
    );
}
