//! Kinds of rooms of the application's own, right and wrong.

use crate::config::tests::{of_file, told};
use beseda_core::policy::{self, Deed};
use beseda_core::words::{Kinds, MemberRole, OwnKinds, Role};

#[test]
fn a_kind_says_who_may_what() {
    let text = "\
[kinds.deal]
title = \"Сделка\"
roles = { seller = [\"take-part\"], auditor = [\"read\"] }
staff = { admin = [\"read\", \"govern\"], broker = [\"step-in\"] }
members = 12
closed = []
";
    let loaded = of_file(text);
    assert_eq!(told(&loaded), "");
    let OwnKinds { kinds, .. } = &loaded.settings.own_kinds;
    let [(word, rules)] = kinds.as_slice() else {
        panic!("one kind")
    };
    assert_eq!(
        (word.word(), rules.title.as_str(), rules.members),
        ("deal", "Сделка", Some(12))
    );
    let roles = rules.roles.as_ref().expect("roles");
    assert!(
        roles
            .iter()
            .any(|(role, deeds)| { *role == MemberRole::from_word("seller").unwrap() && deeds.contains(&Deed::Send) })
    );
    assert!(
        roles.iter().any(|(role, deeds)| {
            *role == MemberRole::from_word("auditor").unwrap() && !deeds.contains(&Deed::Send)
        })
    );
    assert_eq!(
        rules.staff[0],
        (
            Role::Admin,
            vec![Deed::See, Deed::Read, Deed::Listen, Deed::Mark, Deed::See, Deed::Govern]
        )
    );
    assert_eq!(rules.closed, Some(Vec::new()));
}

#[test]
fn a_kind_can_have_a_desk_and_so_can_orders() {
    let text = "\
[kinds.order]
desk = true
[kinds.deal]
desk = true
staff = { broker = [\"take-part\", \"desk\"], admin = [\"read\"] }
";
    let loaded = of_file(text);
    assert_eq!(told(&loaded), "");
    let own: &'static OwnKinds = Box::leak(Box::new(loaded.settings.own_kinds));
    let desks = policy::desks(Kinds::with(own));
    let told: Vec<(String, Vec<String>)> = desks
        .iter()
        .map(|(kind, roles)| {
            let roles = roles.iter().map(|role| role.word().to_owned());
            (kind.word().to_owned(), roles.collect())
        })
        .collect();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            ("order".to_owned(), words(&["admin", "operator", "mom"])),
            ("support".to_owned(), words(&["admin", "operator", "mom"])),
            ("deal".to_owned(), words(&["broker"])),
        ]
    );
}

#[test]
fn what_is_wrong_with_a_kind_is_told_by_name() {
    for (text, what) in [
        ("[kinds.pair]\ntitle = \"x\"\n", "is a kind of the contracts"),
        ("[kinds.order]\ntitle = \"x\"\n", "is nothing that is said of orders"),
        (
            "[kinds.order]\nstaff = { operator = [\"desk\"] }\n",
            "is nothing that is said of orders",
        ),
        ("[kinds.order]\ndesk = \"yes\"\n", "must be true or false"),
        ("[kinds.deal]\ndesk = 1\n", "must be true or false"),
        ("[kinds.deal]\ndesk = true\n", "is worked at by nobody"),
        (
            "[kinds.deal]\ndesk = true\nstaff = { operator = [\"take-part\"] }\n",
            "is worked at by nobody",
        ),
        ("[kinds.Deal]\n", "can be no kind"),
        ("[kinds.deal]\ntitel = \"x\"\n", "is nothing that [kinds] knows"),
        ("[kinds.deal]\nroles = [\"read\"]\n", "must be a table"),
        (
            "[kinds.deal]\nroles = { seller = \"read\" }\n",
            "must be a list of rights",
        ),
        (
            "[kinds.deal]\nroles = { seller = [\"write\"] }\n",
            "holds what is no right",
        ),
        ("[kinds.deal]\nstaff = { Admin = [\"read\"] }\n", "can be no role"),
        ("[kinds.deal]\nmembers = 0\n", "must be a whole number from 1 to 100000"),
        (
            "[kinds.deal]\nmembers = 100001\n",
            "must be a whole number from 1 to 100000",
        ),
        ("kinds = 1\n", "must be tables"),
    ] {
        let told = told(&of_file(text));
        assert!(told.contains(what), "{text}: {told}");
    }
}
