"""Tokens of Keycloak's, Auth0's, Google's and Supabase's shape, by the settings that docs/operating/hosts.md prints."""

import uuid

import pytest

from bench.beseda import bearer
from bench.login_service import LoginService
from bench.pages import settings
from bench.shapes import auth0, google, keycloak, supabase
from bench.stories import both, meet_on_the_page, talk

PAGE = "docs/operating/hosts.md"


@pytest.fixture(scope="module")
def service(bench):
    bench.running.append(LoginService())
    return bench.running[-1]


def server(heading):
    """A server that knows the service under this heading alone."""

    @pytest.fixture(scope="module")
    def started(bench, service):
        return bench.beseda(settings(PAGE, heading, service.url))

    return started


by_keycloak, by_auth0, by_google, by_supabase = map(server, ("Keycloak", "Auth0", "Google", "Supabase"))


def said(beseda, token):
    """The id, the name and the role that a token's bearer has here."""
    me = beseda.who(bearer(token))
    return me["id"], me["full_name"], me["role"]


def test_keycloak(by_keycloak, service):
    manager, customer, stranger = (str(uuid.uuid4()) for _ in range(3))
    tokens = [
        service.signed(keycloak(manager, ["manager"], "Борис", "Петров"), typ="JWT"),
        service.signed(keycloak(customer, ["customer"], "Анна", "Иванова"), typ="JWT"),
    ]
    assert said(by_keycloak, tokens[0]) == (manager, "Борис Петров", "operator")
    assert said(by_keycloak, tokens[1]) == (customer, "Анна Иванова", "client")
    assert said(by_keycloak, service.signed(keycloak(stranger, [], "Вера", "Сидорова")))[2] == "user"
    people = both(by_keycloak, *tokens)[::-1]
    talk(by_keycloak, 1, *people)
    meet_on_the_page(by_keycloak, 2, *people)


def test_keycloaks_other_tokens_open_nothing(by_keycloak, service):
    subject = str(uuid.uuid4())
    others = [{"typ": typ} for typ in ("ID", "Refresh", "Offline")]
    for other in (*others, {"aud": "account"}, {"iss": "https://other.example"}):
        token = service.signed(keycloak(subject, ["manager"], "Борис", "Петров", **other))
        assert by_keycloak.me(bearer(token)).status_code == 401, other


def test_a_role_that_was_taken_back_does_not_come_back(by_keycloak, service):
    subject = str(uuid.uuid4())
    as_manager = keycloak(subject, ["manager"], "Ольга", "Орлова")
    earlier = service.signed(as_manager)
    assert said(by_keycloak, earlier)[2] == "operator"
    by_keycloak.put_person(subject, first_name="Ольга", last_name="Орлова", role="client")
    assert said(by_keycloak, earlier)[2] == "client"


def test_auth0(by_auth0, service):
    tokens = [
        service.signed(auth0("auth0|5f7c8ec7c33c6c004bbafe82", ["manager"], "Борис Петров"), typ="JWT"),
        service.signed(auth0("google-oauth2|110169484474386276334", ["customer"], "Анна Иванова"), typ="at+jwt"),
    ]
    assert said(by_auth0, tokens[0]) == ("auth0|5f7c8ec7c33c6c004bbafe82", "Борис Петров", "operator")
    assert said(by_auth0, tokens[1]) == ("google-oauth2|110169484474386276334", "Анна Иванова", "client")
    people = both(by_auth0, *tokens)[::-1]
    talk(by_auth0, 1, *people)
    meet_on_the_page(by_auth0, 2, *people)


def test_auth0s_id_token_is_for_somebody_else(by_auth0, service):
    claims = auth0("auth0|1", ["manager"], "Борис", aud="my0OhEUXGbzqbVpDyFlQqJzJyqzN0m0F")
    assert by_auth0.me(bearer(service.signed(claims))).status_code == 401


def test_google(by_google, service):
    subject = "110169484474386276334"
    tokens = [
        service.signed(google(subject, "Борис", "Петров"), typ="JWT"),
        service.signed(google("108204268033311374519", "Анна", "Иванова"), typ="JWT"),
    ]
    assert said(by_google, tokens[0]) == (subject, "Борис Петров", "user")
    by_google.patch_person(subject, role="expert")
    assert said(by_google, tokens[0]) == (subject, "Борис Петров", "expert")
    assert said(by_google, tokens[1]) == ("108204268033311374519", "Анна Иванова", "user")
    people = both(by_google, *tokens)[::-1]
    talk(by_google, 1, *people)
    meet_on_the_page(by_google, 2, *people)


def test_digits_that_are_no_number_are_names(by_google, service):
    subjects = ("210169484474386276334", "0042", "42")
    ids = [said(by_google, service.signed(google(subject, "Анна", "Иванова")))[0] for subject in subjects]
    assert ids == ["210169484474386276334", "0042", 42]


def test_google_for_another_site_opens_nothing(by_google, service):
    claims = google("110169484474386276334", "Борис", "Петров", aud="1.apps.googleusercontent.com")
    assert by_google.me(bearer(service.signed(claims))).status_code == 401


def test_supabase(by_supabase, service):
    manager, customer, nobody = (str(uuid.uuid4()) for _ in range(3))
    tokens = [
        service.signed(supabase(manager, "manager", "Борис Петров"), "ES256", typ="JWT"),
        service.signed(supabase(customer, "customer", "Анна Иванова"), "ES256", typ="JWT"),
    ]
    assert said(by_supabase, tokens[0]) == (manager, "Борис Петров", "operator")
    assert said(by_supabase, tokens[1]) == (customer, "Анна Иванова", "client")
    assert said(by_supabase, service.signed(supabase(nobody, None, "Вера Сидорова"), "ES256"))[2] == "user"
    people = both(by_supabase, *tokens)[::-1]
    talk(by_supabase, 1, *people)
    meet_on_the_page(by_supabase, 2, *people)
