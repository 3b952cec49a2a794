"""Who may do what: tokens, scopes, institutions, and routes that nobody declared."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web

from gateway.transport.health import CheckOutcome
from gateway.transport.operations import OPERATIONS, list_scopes
from gateway.transport.problems import SetupError
from gateway.transport.routes import Operation
from tests.support.business import (
    ISSUER,
    Business,
    count_rows,
    desk,
    make_app,
    serve,
    serve_business,
)
from tests.support.world import TAX, open_world

INQUIRY = {
    "number": "1",
    "affair": "69-7",
    "provider": "991023",
    "information": [{"information": TAX}],
}
EACH = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    async with open_world(tmp_path) as world, serve_business(world) as business:
        yield business


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Business]:
    folder = tmp_path_factory.mktemp("access")
    async with open_world(folder) as world, serve_business(world) as business:
        yield business


async def code_of(response: ClientResponse) -> tuple[int, str]:
    return response.status, (await response.json(content_type=None))["code"]


async def call(
    api: Business, operation: Operation, *, desk: str | None = "a", token: str | None = None
) -> ClientResponse:
    """Call an operation with its own sample."""
    path = operation.path.replace("{id}", "x").replace("{receipt}", "x")
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    if operation.sample is None:
        return await api.call(operation.method, path, desk=desk, headers=headers)
    headers |= {"Content-Type": operation.media_types[0], "Idempotency-Key": "k"}
    body = msgspec.json.encode(operation.sample)
    return await api.call(operation.method, path, desk=desk, headers=headers, data=body)


@EACH
@pytest.mark.asyncio(loop_scope="module")
async def test_every_operation_refuses_a_caller_without_token_or_scope(
    shared: Business, operation: Operation
) -> None:
    api = shared
    before = await count_rows(api.world)
    missing = await call(api, operation, desk=None)
    assert await code_of(missing) == (401, "token.missing")
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")
    others = sorted(list_scopes("kokuho") - {f"kokuho:{operation.scope}"})
    narrow = await api.token("a", scope=" ".join(others))
    refused = await call(api, operation, desk=None, token=narrow)
    assert await code_of(refused) == (403, "token.scope")
    assert (await refused.json(content_type=None))["required"] == f"kokuho:{operation.scope}"
    assert "insufficient_scope" in refused.headers["WWW-Authenticate"]
    damaged = await call(api, operation, desk=None, token=narrow[:-4] + "AAAA")
    assert await code_of(damaged) == (401, "token.invalid")
    assert await count_rows(api.world) == before


async def test_another_institutions_ids_are_as_unknown_as_invented_ones(api: Business) -> None:
    world = api.world
    await world.register(world.a, 1)
    headers = {"Idempotency-Key": "k"}
    begun = await api.call("POST", "/v1/inquiries", json=INQUIRY, headers=headers)
    symbol = await api.call("POST", "/v1/symbols", json={"number": "1"})
    entry = {
        "number": "1",
        "information": TAX,
        "as_of": "2026-01-01",
        "public_from": "2026-01-01",
    }
    load = await api.call("POST", "/v1/replicas", json={"entries": [entry]})
    control = await api.call(
        "POST",
        "/v1/controls",
        json={
            "number": "1",
            "kind": "nondisclosure",
            "reason": "r",
            "set_by": "s",
            "review_on": "2027-01-01",
        },
    )
    lines = {"Content-Type": "application/x-ndjson", "Idempotency-Key": "k"}
    row = msgspec.json.encode(INQUIRY)
    batch = (await api.call("POST", "/v1/batches", data=row, headers=lines)).headers["Location"]
    ours = [
        ("GET", batch, ""),
        ("GET", f"{batch}/results", ""),
        ("POST", f"{batch}/retry", ""),
        ("POST", f"{batch}/cancel", ""),
        ("GET", begun.headers["Location"], ""),
        ("POST", begun.headers["Location"] + "/cancel", ""),
        ("GET", symbol.headers["Location"], ""),
        ("GET", load.headers["Location"], ""),
        ("DELETE", f"/v1/controls/{(await control.json())['id']}", "?ended_by=s"),
    ]
    before = await count_rows(world)
    for method, path, query in ours:
        foreign = await api.call(method, path + query, desk="b")
        parts = path.split("/")
        parts[3] = "00000000-0000-4000-8000-000000000000"
        invented = await api.call(method, "/".join(parts) + query, desk="b")
        assert foreign.status == invented.status == 404
        seen, unseen = await foreign.json(), await invented.json()
        assert seen.pop("occurrence") != unseen.pop("occurrence")
        assert seen == unseen
        masked = {"Date"}
        assert [h for h in foreign.headers.items() if h[0] not in masked] == [
            h for h in invented.headers.items() if h[0] not in masked
        ]
    assert await count_rows(world) == before


async def test_another_system_of_the_institution_does_not_see_an_inquiry(api: Business) -> None:
    await api.world.register(api.world.a, 1)
    headers = {"Idempotency-Key": "k"}
    begun = await api.call("POST", "/v1/inquiries", json=INQUIRY, headers=headers)
    seen = await api.call("GET", begun.headers["Location"], desk="tax")
    assert await code_of(seen) == (404, "request.unknown")


async def test_a_token_of_another_gateway_says_so(api: Business, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with open_world(tmp_path / "other") as world, serve_business(world) as other:
        token = await other.token("a")
    headers = {"Authorization": f"Bearer {token}"}
    response = await api.call("GET", "/v1/records", desk=None, headers=headers)
    assert await code_of(response) == (403, "token.institution")


async def test_a_token_of_an_institution_that_is_not_served_here_says_so(api: Business) -> None:
    token = await api.token("b")
    only_a = {api.world.a: api.world.ports_a}
    async with serve(make_app(api, ports=only_a)) as server:
        api.url = server.url
        headers = {"Authorization": f"Bearer {token}"}
        response = await api.call("GET", "/v1/records", desk=None, headers=headers)
        assert await code_of(response) == (403, "token.institution")


async def test_a_token_expires_by_the_machines_clock_alone(api: Business) -> None:
    await api.token("a")
    api.world.clock.move(days=30)  # the sandbox's clock
    assert (await api.call("GET", "/v1/records")).status == 200
    api.clock.move(minutes=10)
    assert await code_of(await api.call("GET", "/v1/records")) == (401, "token.expired")


@pytest.mark.parametrize("given", ["Basic YTpi", "Bearer", "Bearer ", "token"])
async def test_only_bearer_tokens_are_read(api: Business, given: str) -> None:
    headers = {"Authorization": given}
    response = await api.call("GET", "/v1/records", desk=None, headers=headers)
    assert await code_of(response) == (401, "token.missing")


@pytest.mark.parametrize("name", ["a", "secret"])
async def test_a_token_is_issued_for_a_key_and_for_a_secret(api: Business, name: str) -> None:
    response = await api.ask_token(api.desks[name], scope="kokuho:records:list")
    granted = await response.json()
    assert (response.status, granted["token_type"], granted["expires_in"]) == (200, "Bearer", 600)
    assert granted["scope"] == "kokuho:records:list"
    assert response.headers["Cache-Control"] == "no-store"


async def test_an_assertion_is_good_once_even_after_a_restart(api: Business) -> None:
    assertion = api.assertion(api.desks["a"])
    first = await api.ask_token(api.desks["a"], assertion=assertion)
    assert first.status == 200
    again = await api.ask_token(api.desks["a"], assertion=assertion)
    assert await code_of(again) == (401, "token.replayed")
    async with serve(make_app(api)) as restarted:
        api.url = restarted.url
        third = await api.ask_token(api.desks["a"], assertion=assertion)
        assert await code_of(third) == (401, "token.replayed")


async def test_what_the_token_endpoint_refuses_it_names_as_oauth_does(api: Business) -> None:
    known = api.desks["a"]
    stranger = desk("a", api.world.a)
    foreign = api.assertion(known, audience="https://elsewhere.example")
    cases = [
        (await api.ask_token(stranger), 401, "token.client", "invalid_client"),
        (
            await api.ask_token(known, assertion=foreign),
            401,
            "token.client",
            "invalid_client",
        ),
        (
            await api.ask_token(known, client_id="somebody"),
            401,
            "token.client",
            "invalid_client",
        ),
        (
            await api.ask_token(known, grant_type="password"),
            400,
            "token.grant",
            "unsupported_grant_type",
        ),
        (
            await api.ask_token(known, scope="kokuho:everything:do"),
            400,
            "token.scope_refused",
            "invalid_scope",
        ),
        (await api.ask_token(known, colour="red"), 400, "request.unknown_field", None),
    ]
    for response, status, code, error in cases:
        assert await code_of(response) == (status, code)
        assert (await response.json(content_type=None)).get("error") == error
    endpoint = api.assertion(known, audience=f"{ISSUER}/v1/token")
    assert (await api.ask_token(known, assertion=endpoint)).status == 200


@pytest.mark.parametrize("form", [b"grant_type=a&grant_type=b", b"\xff", b"=", b"a"])
async def test_a_broken_form_is_refused(api: Business, form: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await api.call("POST", "/v1/token", desk=None, data=form, headers=headers)
    assert response.status == 400


async def test_a_client_that_was_removed_is_let_in_no_more(api: Business) -> None:
    token = await api.token("a")
    del api.desks["a"]
    async with serve(make_app(api)) as server:
        api.url = server.url
        headers = {"Authorization": f"Bearer {token}"}
        response = await api.call("GET", "/v1/records", desk=None, headers=headers)
        assert await code_of(response) == (401, "token.invalid")


async def test_a_route_without_a_declared_scope_does_not_start(api: Business) -> None:
    app = make_app(api)

    async def show(_request: web.Request) -> web.Response:
        return web.Response()

    app.router.add_get("/v1/secrets", show)
    runner = web.AppRunner(app)
    with pytest.raises(SetupError) as refused:
        await runner.setup()
    assert refused.value.context["route"] == "/v1/secrets"


async def test_readiness_names_what_is_wrong(tmp_path: Path) -> None:
    async def fine() -> CheckOutcome:
        return CheckOutcome(ok=True, reason="age 3 s")

    async def bad() -> CheckOutcome:
        return CheckOutcome(ok=False, reason="stalled")

    async def broken() -> CheckOutcome:
        raise ValueError

    async with open_world(tmp_path) as world:
        async with serve_business(world, checks={"permit_list": fine}) as api:
            ready = await api.call("GET", "/readyz", desk=None)
            assert (ready.status, (await ready.json())["ready"]) == (200, True)
        checks = {"permit_list": fine, "writer": bad, "network": broken}
        async with serve_business(world, checks=checks) as api:
            response = await api.call("GET", "/readyz", desk=None)
            found = await response.json()
            assert (response.status, found["ready"]) == (503, False)
            assert {one["name"]: one["reason"] for one in found["checks"]} == {
                "permit_list": "age 3 s",
                "writer": "stalled",
                "network": "the check itself failed",
            }
            assert (await api.call("GET", "/livez", desk=None)).status == 200


async def test_figures_name_route_templates_and_never_paths(api: Business) -> None:
    await api.call("GET", "/v1/inquiries/0123-4567")
    await api.call("GET", "/v1/nothing/0123-4567")
    await api.call("HEAD", "/livez", desk=None)
    await api.call("PROPFIND", "/livez", desk=None)
    response = await api.call("GET", "/metrics", desk=None)
    figures = await response.text()
    assert response.content_type == "text/plain"
    assert '{method="GET",route="/v1/inquiries/{id}",status="404"} 1.0' in figures
    assert '{method="GET",route="unmatched",status="404"} 1.0' in figures
    assert '{method="other",route="unmatched",status="405"} 1.0' in figures
    assert "0123-4567" not in figures


async def test_the_description_is_served(api: Business) -> None:
    response = await api.call("GET", "/openapi.json", desk=None)
    assert (await response.json())["openapi"] == "3.1.0"
