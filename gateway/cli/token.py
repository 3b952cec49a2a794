"""`nakadachi token`: an access token for curl, as the token endpoint would issue it."""

from typing import Annotated

import typer

from gateway.bootstrap.business import read_token_key, token_policy
from gateway.bootstrap.system import SystemClock, SystemIds
from gateway.cli.options import DEFAULT_FILE, ConfigOption, JsonOption, refuse_usage
from gateway.cli.output import show
from gateway.cli.session import read_settings, refusals
from gateway.settings import Client, Settings, SettingsError
from gateway.transport.tokens import TokenClaims, TokenMint, derive_token_key

app = typer.Typer()


@app.command()
def token(
    *,
    client: Annotated[str, typer.Option(metavar="ID", help="業務システムのID / Client id.")],
    config: ConfigOption = DEFAULT_FILE,
    as_json: JsonOption = False,
) -> None:
    """アクセストークンを発行する / Make an access token with this gateway's token key.

    curl -H "Authorization: Bearer $(nakadachi token --client tax)" http://127.0.0.1:8080/v1/...
    """
    with refusals(as_json=as_json):
        found = read_settings(config)
        known = found.client(client)
        if known is None:
            ids = " ".join(one.client_id for one in found.clients)
            refuse_usage(f"設定にあるのは / the settings name: {ids}", "--client")
        made, seconds = _make(found, known)
    if as_json:
        shown = {"access_token": made, "token_type": "Bearer", "expires_in": seconds}
        show(shown | {"scope": " ".join(known.scopes)}, as_json=True)
    else:
        typer.echo(made)


def _make(found: Settings, client: Client) -> tuple[str, int]:
    if found.token is None:
        raise SettingsError(path="token.key_file", problem="is required to make tokens")
    policy = token_policy(found)
    mint = TokenMint(derive_token_key(read_token_key(found)), policy)
    now, seconds = int(SystemClock().now().timestamp()), found.token.lifetime_seconds
    claims = TokenClaims(
        iss=policy.issuer,
        aud=policy.issuer,
        sub=client.client_id,
        client_id=client.client_id,
        institution=client.institution,
        system=client.system,
        scope=" ".join(sorted(client.scopes)),
        iat=now,
        exp=now + seconds,
        jti=SystemIds().uuid(),
    )
    return mint.make(claims), seconds
