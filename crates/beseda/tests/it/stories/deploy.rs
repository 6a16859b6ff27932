//! What is shipped to install the server: tried by the programs that read it, as far as a machine can.
#![expect(clippy::disallowed_methods, reason = "a test reads what is shipped")]

use super::documented::blocks;
use crate::harness::nginx::page;
use crate::harness::server::folder_of;
use crate::harness::systemd::{deploy, on_a_machine};
use std::fs;
use std::process::Command;

/// As `systemd-analyze security` counts, times ten: 0 is kept from everything.
const EXPOSURE: &str = "--threshold=20";

fn read(file: &str) -> String {
    fs::read_to_string(deploy().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs a program that reads what is shipped; what it said, where it found nothing wrong.
fn accepted(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error} (script/bootstrap installs it)"));
    let said = [output.stdout, output.stderr]
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .concat();
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said
}

#[test]
fn systemd_takes_the_units_as_they_are_and_finds_little_that_they_could_do_without() {
    let folder = folder_of("units");
    let binary = env!("CARGO_BIN_EXE_beseda");
    for unit in ["beseda.service", "beseda.socket"] {
        // It looks whether the program is there, which it is here.
        let text = read(&format!("systemd/{unit}")).replace("/usr/local/bin/beseda", binary);
        fs::write(folder.join(unit), text).expect("the unit is written");
    }
    let path = |unit: &str| folder.join(unit).display().to_string();
    let (service, socket) = (path("beseda.service"), path("beseda.socket"));
    let said = accepted("systemd-analyze", &["verify", &service, &socket]);
    assert!(!said.contains("beseda."), "{said}");
    let said = accepted("systemd-analyze", &["security", "--offline=true", EXPOSURE, &service]);
    assert!(said.contains("Overall exposure level for beseda.service: 1."), "{said}");
    fs::remove_dir_all(folder).expect("the folder goes");
}

/// What the units have to be good for, on a machine where systemd runs them and has made their user.
const TRY_THE_UNITS: &str = r#"
well() { beseda health --url http://127.0.0.1:8000; }
systemctl is-active beseda.service beseda.socket
server=$(systemctl show beseda --property=MainPID --value)
stat --format='it runs as %U:%G' "/proc/$server"
grep -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$server/status" | tr '\t' ' '
stat --format='%n %U:%G %a' /var/lib/beseda /var/lib/beseda/beseda.db /run/beseda /run/beseda.sock
BESEDA_LISTEN=unix:/run/beseda.sock beseda health
systemctl reload beseda
until grep --only-matching 'the settings were read again' /var/lib/beseda/logs/app.log; do sleep 0.1; done
systemctl restart --no-block beseda
until well; do sleep 0.2; done
systemctl kill --signal=KILL beseda
until well; do sleep 0.2; done
systemctl show beseda --property=NRestarts
echo 'limits.text_char = 5' >/etc/beseda/beseda.toml
systemctl restart beseda || systemctl show beseda --property=ActiveState,ExecMainStatus
rm /etc/beseda/beseda.toml
systemctl start beseda
runuser --user beseda -- beseda person list --data /var/lib/beseda && echo listed
systemctl stop beseda.socket beseda.service
systemctl show beseda --property=Result
"#;

#[test]
fn on_a_machine_with_systemd_the_service_runs_is_read_again_and_refuses_nobody_while_it_starts() {
    let Some(said) = on_a_machine("service", "beseda.socket beseda.service", TRY_THE_UNITS) else {
        return;
    };
    for line in [
        "active\nactive\n",
        "it runs as beseda:beseda\n",
        "CapEff: 0000000000000000\n",
        "NoNewPrivs: 1\n",
        "Seccomp: 2\n",
        "/var/lib/beseda beseda:beseda 700\n",
        "/var/lib/beseda/beseda.db beseda:beseda 600\n",
        "/run/beseda beseda:beseda 755\n",
        "/run/beseda.sock beseda:www-data 660\n",
        "the settings were read again\n",
        "NRestarts=1\n",
        "ExecMainStatus=2\nActiveState=failed\n",
        "listed\n",
        "Result=success\n",
    ] {
        assert!(said.contains(line), "{line} is missing:\n{said}");
    }
    assert_eq!(said.matches("the server is ready\n").count(), 3, "{said}");
    assert!(!said.contains("cannot connect"), "somebody was refused:\n{said}");
}

#[test]
fn systemd_makes_the_user_whom_the_service_runs_as() {
    let file = deploy().join("sysusers.d/beseda.conf");
    let said = accepted(
        "systemd-sysusers",
        &["--dry-run", file.to_str().expect("a path in UTF-8")],
    );
    // On a machine that has one already, there is nothing to say.
    assert!(said.is_empty() || said.contains("Creating user 'beseda'"), "{said}");
    assert!(read("systemd/beseda.service").contains("\nUser=beseda\nGroup=beseda\n"));
}

/// The socket that the containers share.
const SHARED: &str = "unix:/run/beseda/beseda.sock";

#[test]
fn nginx_in_the_container_has_the_block_that_the_readme_prints_and_the_socket_of_the_compose_file() {
    let printed = blocks(&page("README.md"), "nginx").concat();
    assert_eq!(
        printed.replace("http://127.0.0.1:8000;", &format!("http://{SHARED};")),
        read("nginx.conf")
    );
    let compose = deploy().join("compose.yml");
    let compose = compose.to_str().expect("a path in UTF-8");
    let read = accepted("docker-compose", &["--file", compose, "config"]);
    for line in [
        &format!("BESEDA_LISTEN: {SHARED}"),
        "BESEDA_TRUSTED_PROXIES: unix",
        "read_only: true",
        "- ALL",
        "no-new-privileges:true",
        "dockerfile: deploy/Dockerfile",
        "condition: service_healthy",
        "/deploy/nginx.conf:/etc/nginx/conf.d/default.conf:ro",
        "run:/run/beseda:ro",
        "ln -sf /dev/stdout /var/log/nginx/chat.log",
    ] {
        assert!(read.contains(line), "{line}:\n{read}");
    }
}

/// What compose.yml says in the environment, each as `NAME=value`.
fn composed() -> Vec<String> {
    let compose = read("compose.yml");
    let lines = compose
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("BESEDA_"));
    lines.map(|line| line.replace(": ", "=").replace('"', "")).collect()
}

#[test]
fn what_is_in_the_containers_runs_as_nobody_on_a_root_that_cannot_be_written_behind_that_nginx() {
    let all = instructions(&read("Dockerfile"));
    let last = |wanted: &str| {
        let found = all.iter().rev().find(|(name, _)| name == wanted);
        found.map(|(_, rest)| rest.clone()).unwrap_or_default()
    };
    let owned = all.iter().filter(|(_, rest)| rest.contains("--chown="));
    let owned: Vec<&str> = owned.filter_map(|(_, rest)| rest.split(' ').next_back()).collect();
    assert_eq!(owned, ["/var/lib/beseda/", "/run/beseda/"]);
    let user = last("USER");
    let (user, group) = user.split_once(':').expect("a user and a group");
    let script = format!(
        r#"
install --directory --owner={user} --group={group} {owned}
rm -f /etc/nginx/sites-enabled/*
cp {deploy}/nginx.conf /etc/nginx/conf.d/default.conf
mount -t tmpfs tmpfs /var/log
mkdir /var/log/nginx /var/lib/nginx
PATH=$PATH:/usr/sbin nginx
cd {workdir}
as="setpriv --reuid={user} --regid={group} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all"
as="$as env -i PATH=$PATH {environment} {composed}"
begin() {{
    $as beseda serve &
    server=$!
    until $as beseda health; do sleep 0.1; done
    beseda health --url http://127.0.0.1
}}
begin
grep -E '^(Uid|CapEff|NoNewPrivs):' "/proc/$server/status" | tr '\t' ' '
grep ' / ' /proc/mounts | cut -d ' ' -f 4 | cut -d , -f 1
kill -KILL $server
begin
kill -TERM $server
wait $server && echo "it ended well"
"#,
        owned = owned.join(" "),
        deploy = deploy().display(),
        workdir = last("WORKDIR"),
        environment = last("ENV"),
        composed = composed().join(" "),
    );
    let Some(said) = on_a_machine("container", "", &script) else {
        return;
    };
    for line in [
        &format!("Uid: {user} {user} {user} {user}\n"),
        "CapEff: 0000000000000000\n",
        "NoNewPrivs: 1\n",
        "ro\n",
        "it ended well\n",
    ] {
        assert!(said.contains(line), "{line} is missing:\n{said}");
    }
    let address = format!("Beseda serves {SHARED}\n");
    assert_eq!(said.matches(&address).count(), 2, "{said}");
    assert!(said.matches("the server is ready\n").count() >= 4, "{said}");
}

/// The instructions of a Dockerfile, each on one line.
fn instructions(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\\\n", " ");
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pair = |line: &str| {
        let (name, rest) = line
            .split_once(char::is_whitespace)
            .expect("an instruction and what it is given");
        (name.to_owned(), rest.trim().to_owned())
    };
    lines.map(pair).collect()
}

#[test]
fn the_image_is_made_in_stages_of_what_is_there_and_runs_as_nobody() {
    let all = instructions(&read("Dockerfile"));
    let known = [
        "FROM",
        "WORKDIR",
        "COPY",
        "RUN",
        "USER",
        "ENV",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ];
    let stages: Vec<&str> = all
        .iter()
        .filter(|(name, _)| name == "FROM")
        .map(|(_, from)| from.as_str())
        .collect();
    assert_eq!(stages.len(), 3, "{stages:?}");
    assert!(
        stages
            .iter()
            .all(|from| from.contains(':') && !from.contains(":latest")),
        "{stages:?}"
    );
    let root = deploy().join("..");
    for (name, rest) in &all {
        assert!(known.contains(&name.as_str()), "{name} {rest}");
        let words: Vec<&str> = rest.split_whitespace().collect();
        if name == "COPY" && !rest.starts_with("--from") {
            for source in &words[..words.len() - 1] {
                assert!(root.join(source).exists(), "COPY {source}: it is not there");
            }
        }
    }
    let last = all.iter().rposition(|(name, _)| name == "FROM").expect("a stage");
    let shipped = &all[last..];
    let of = |wanted: &str| {
        let found = shipped
            .iter()
            .filter(|(name, _)| name == wanted)
            .map(|(_, rest)| rest.as_str());
        found.collect::<Vec<_>>()
    };
    assert_eq!(of("USER"), ["65532:65532"]);
    assert_eq!(
        (of("ENTRYPOINT"), of("CMD")),
        (vec![r#"["beseda"]"#], vec![r#"["serve"]"#])
    );
    assert!(of("HEALTHCHECK")[0].ends_with(r#"CMD ["beseda", "health"]"#));
    // There is no shell that could.
    assert!(of("FROM")[0].contains("/distroless/") && of("RUN").is_empty());
    let volume = of("VOLUME")[0].to_owned();
    assert!(of("ENV")[0].contains(&format!("BESEDA_DATA={}", volume.trim_matches(['[', ']', '"']))));
}

#[test]
fn the_workspace_that_the_image_builds_is_whole() {
    let manifest = fs::read_to_string(deploy().join("../Cargo.toml")).expect("the manifest");
    let ignored = fs::read_to_string(deploy().join("../.dockerignore")).expect("what is left out");
    assert!(
        manifest.contains(r#"members = ["crates/*", "xtask"]"#),
        "another member is to be copied as well"
    );
    let wanted = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let wanted = format!("FROM rust:{}-", wanted.expect("a version").trim_matches('"'));
    assert!(read("Dockerfile").contains(&wanted), "{wanted}");
    for folder in ["crates", "xtask", "web", "deploy", ".cargo"] {
        assert!(
            !ignored.lines().any(|line| line.trim_matches('/') == folder),
            "{folder}"
        );
    }
}
