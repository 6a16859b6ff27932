"""Tokens as login services give them out, claim by claim, and what else they give out that is no access token."""

import uuid


def keycloak(subject, roles, given, family, **other):
    """The access token of a realm, with roles of the realm and of its clients."""
    username = given.lower()
    return {
        "auth_time": 1764300000,
        "jti": f"onrtac:{uuid.uuid4()}",
        "iss": "https://login.example/realms/shop",
        "aud": ["chat", "account"],
        "sub": subject,
        "typ": "Bearer",
        "azp": "shop-spa",
        "sid": str(uuid.uuid4()),
        "acr": "1",
        "allowed-origins": ["https://shop.example"],
        "realm_access": {"roles": ["offline_access", "default-roles-shop", "uma_authorization", *roles]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid profile email",
        "email_verified": True,
        "name": f"{given} {family}",
        "preferred_username": username,
        "given_name": given,
        "family_name": family,
        "email": f"{uuid.uuid4().hex[:8]}@shop.example",
        **other,
    }


def auth0(subject, roles, name, **other):
    """The access token for an API of one's own; an Action has put name and roles in."""
    return {
        "https://shop.example/roles": roles,
        "https://shop.example/name": name,
        "iss": "https://shop.eu.auth0.com/",
        "sub": subject,
        "aud": ["https://chat.example/api", "https://shop.eu.auth0.com/userinfo"],
        "scope": "openid profile email",
        "azp": "my0OhEUXGbzqbVpDyFlQqJzJyqzN0m0F",
        "permissions": [],
        **other,
    }


def google(subject, given, family, **other):
    """The ID token of Sign in with Google."""
    return {
        "iss": "https://accounts.google.com",
        "azp": "407408718192.apps.googleusercontent.com",
        "aud": "407408718192.apps.googleusercontent.com",
        "sub": subject,
        "hd": "shop.example",
        "email": f"{given.lower()}.{subject[-4:]}@shop.example",
        "email_verified": True,
        "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q",
        "nonce": "n-0S6_WzA2Mj",
        "name": f"{given} {family}",
        "picture": "https://lh3.googleusercontent.com/a/AAcHTtd=s96-c",
        "given_name": given,
        "family_name": family,
        **other,
    }


def supabase(subject, role, name, **other):
    """The access token of a session; its `role` is one of the database."""
    return {
        "iss": "https://abcdefghijklmnopqrst.supabase.co/auth/v1",
        "sub": subject,
        "aud": "authenticated",
        "email": f"{subject[:8]}@shop.example",
        "phone": "",
        "app_metadata": {"provider": "email", "providers": ["email"], **({"role": role} if role else {})},
        "user_metadata": {"email_verified": True, "full_name": name, "phone_verified": False, "sub": subject},
        "role": "authenticated",
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": 1764300000}],
        "session_id": str(uuid.uuid4()),
        "is_anonymous": False,
        **other,
    }
