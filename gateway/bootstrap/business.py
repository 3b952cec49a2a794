"""Who may call the business API: its clients, its token key, its token policy."""

from datetime import timedelta
from secrets import token_bytes

from gateway.bootstrap import files
from gateway.settings import Settings
from gateway.transport.clients import Client
from gateway.transport.tokens import TokenPolicy


def read_clients(settings: Settings) -> list[Client]:
    """Return the business systems with their keys.

    Raises:
        SettingsError: a key file is missing or wrong.
    """
    found = []
    for index, one in enumerate(settings.clients):
        path = f"clients[{index}]"
        secret, public = None, None
        if one.secret_file is not None:
            secret = files.read_secret(f"{path}.secret_file", one.secret_file)
        if one.public_key_file is not None:
            public = files.read(f"{path}.public_key_file", one.public_key_file)
        found.append(
            Client(
                client_id=one.client_id,
                system=one.system,
                institution=one.institution,
                scopes=frozenset(one.scopes),
                public_key=public,
                secret=secret,
            )
        )
    return found


def read_token_key(settings: Settings) -> bytes:
    """Return the secret that signs access tokens; without clients one that dies with the process.

    Raises:
        SettingsError: the key file is missing or wrong.
    """
    if settings.token is None:
        return token_bytes(files.KEY_BYTES)
    return files.read_secret("token.key_file", settings.token.key_file)


def token_policy(settings: Settings) -> TokenPolicy:
    """Return who issues access tokens and how long they live."""
    if settings.token is None:
        return TokenPolicy(issuer=settings.issuer())
    lifetime = timedelta(seconds=settings.token.lifetime_seconds)
    return TokenPolicy(issuer=settings.issuer(), lifetime=lifetime)
