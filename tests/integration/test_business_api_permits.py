"""What the business API says about the permit list, and inquiries beyond the statutory one."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.usecases import permit_list
from permitlists import load_builtin
from tests.support.business import Business, serve_business
from tests.support.world import CORE, TAX, offer, open_world

ALLOWANCE = "児童扶養手当関係情報"
ORDINANCE = {"instrument": "jorei-19-9", "affair": "1"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Business]:
    """The API with the packaged list as it is distributed: ordinance filings included."""
    async with open_world(tmp_path) as world, serve_business(world) as business:
        packaged = offer(2, load_builtin().supplement)
        world.core.take(packaged)
        for ports in world.sides.values():
            await permit_list.receive_list(packaged, sender=CORE, ports=ports)
        await world.register(world.a, 1)
        await world.register(world.b, 1)
        await world.load_tax(world.b, 1, total_income="3000000")
        yield business


async def submit(api: Business, key: str, **changed: object) -> tuple[int, Any]:
    """Return how an inquiry of A to B ended, or what refused it."""
    body = {
        "number": "1",
        "affair": "69-7",
        "provider": api.world.b,
        "information": [{"information": TAX}],
        **changed,
    }
    headers = {"Idempotency-Key": key}
    response = await api.call("POST", "/v1/inquiries", json=body, headers=headers)
    if response.status != 202:
        return response.status, await response.json()
    await api.world.settle()
    shown = await api.call("GET", response.headers["Location"])
    return response.status, await shown.json()


async def explain(api: Business, **changed: str) -> Any:  # noqa: ANN401  # plain JSON
    query = {"affair": "69-8", "provider": api.world.b, "information": TAX, **changed}
    return await (await api.call("GET", "/v1/permits/explain", params=query)).json()


async def test_an_ordinance_affair_is_answered_with_consent_and_refused_without(
    api: Business,
) -> None:
    _, refused = await submit(api, "k1", **ORDINANCE)
    assert (refused["state"], refused["refusal"]["code"]) == ("denied", "inquiry.denied.consent")
    assert refused["refusal"]["fix_by"] == "staff"
    _, shown = await submit(api, "k2", **ORDINANCE, consent=True)
    assert (shown["state"], shown["affair"]) == ("answered", "1")
    assert (shown["instrument"], shown["basis"], shown["consent"]) == ("jorei-19-9", "19-9", True)
    _, by_basis = await submit(api, "k3", affair="1", basis="19-9", consent=True)
    assert (by_basis["state"], by_basis["instrument"]) == ("answered", "jorei-19-9")
    for code in (api.world.a, api.world.b):
        last = (await api.world.records(code))[-1]
        assert (last.basis, last.instrument, last.row, last.clause) == (
            "19-9",
            "jorei-19-9",
            "1",
            None,
        )
        assert last.mandate.consent
        assert last.judged is not None


@pytest.mark.parametrize(
    "changed",
    [
        {"instrument": "jorei-19-9", "basis": "19-8"},
        {"instrument": "shourei-r6", "basis": "19-9"},
        {"instrument": "beppyo2", "basis": "19-9"},
    ],
)
async def test_a_basis_that_is_not_the_instruments_is_refused(
    api: Business, changed: dict[str, str]
) -> None:
    status, problem = await submit(api, "k1", **changed)
    assert (status, problem["code"], problem["path"]) == (422, "request.invalid", "$.basis")


async def test_a_delegator_that_delegated_nothing_is_refused_by_its_side(api: Business) -> None:
    _, ours = await submit(api, "k1", inquirer_delegator="990001")
    assert (ours["state"], ours["refusal"]["failed"]) == ("denied", "inquirer")
    assert ours["inquirer_delegator"] == "990001"
    _, theirs = await submit(api, "k2", provider_delegator="990001")
    assert (theirs["state"], theirs["refusal"]["failed"]) == ("denied", "provider")


async def test_rows_of_a_batch_may_rely_on_an_ordinance(api: Business) -> None:
    row = {"number": "1", "provider": api.world.b, "information": [{"information": TAX}]}
    rows = [
        row | {"affair": "69-7"},
        row | ORDINANCE | {"consent": True},
        row | ORDINANCE,
    ]
    lines = "".join(json.dumps(one) + "\n" for one in rows)
    headers = {"Idempotency-Key": "b1", "Content-Type": "application/x-ndjson"}
    taken = await api.call("POST", "/v1/batches", data=lines.encode(), headers=headers)
    assert taken.status == 202, await taken.text()
    await api.world.settle()
    results = await api.call("GET", f"{taken.headers['Location']}/results")
    states = [json.loads(line)["state"] for line in (await results.text()).splitlines()]
    assert states == ["answered", "answered", "denied"]


async def test_without_a_view_all_is_told_that_was_told_before(api: Business) -> None:
    told = await explain(api)
    assert (told["decision"], told["failed"]) == ("deny", "information")
    assert told["nearest"][0]["text_ja"] is None
    assert told["change_ja"]
    assert told["citation_ja"] is told["fix_ja"] is None


async def test_a_caller_is_told_nothing_about_others_and_the_staff_who_can_fix_it(
    api: Business,
) -> None:
    caller = await explain(api, view="caller")
    assert (caller["nearest"], caller["citation_ja"]) == ([], None)
    assert caller["change_en"]
    staff = await explain(api, view="staff")
    assert staff["nearest"][0]["text_ja"]
    assert "69の項" in staff["citation_ja"]
    assert staff["fix_ja"]
    allowed = await explain(api, affair="69-7", view="staff")
    assert (allowed["decision"], allowed["fix_ja"], allowed["nearest"]) == ("allow", [], [])


async def test_the_view_of_the_staff_needs_its_own_scope(api: Business) -> None:
    token = await api.token("a", scope="kokuho:permits:explain")
    query = {"affair": "69-7", "provider": api.world.b, "information": TAX, "view": "staff"}
    headers = {"Authorization": f"Bearer {token}"}
    refused = await api.call("GET", "/v1/permits/explain", params=query, headers=headers)
    assert (refused.status, (await refused.json())["code"]) == (403, "token.scope")
    assert "permits:review" in refused.headers["WWW-Authenticate"]
    query["view"] = "caller"
    fine = await api.call("GET", "/v1/permits/explain", params=query, headers=headers)
    assert fine.status == 200


async def test_an_explanation_takes_delegators_consent_and_the_instrument(api: Business) -> None:
    without = await explain(api, **ORDINANCE)
    assert (without["failed"], without["reason"]) == ("consent", "permits.consent.tax")
    assert (await explain(api, **ORDINANCE, consent="true"))["decision"] == "allow"
    old = await explain(api, instrument="beppyo2", affair="42", on="2020-01-01")
    assert old["edition"]["instrument"] == "beppyo2"
    delegated = await explain(api, inquirer_delegator="990001")
    assert delegated["failed"] == "inquirer"


async def test_what_may_be_asked_is_listed_page_by_page(api: Business) -> None:
    async def page(**query: str) -> Any:  # noqa: ANN401  # plain JSON
        asked = {"provider": api.world.b, **query}
        return await (await api.call("GET", "/v1/permits/usable", params=asked)).json()

    first = await page(limit="500")
    rest = await page(limit="500", after=first["next"])
    found = first["usable"] + rest["usable"]
    assert len(found) == first["total"] > 500
    assert rest["next"] is None
    assert {"affair": "69-7", "information": TAX}.items() <= next(
        one for one in found if one["affair"] == "69-7" and one["information"] == TAX
    ).items()
    assert [one["affair"] for one in found if one["instrument"] == "jorei-19-9"] == ["1", "1"]
    only = await page(information=ALLOWANCE, limit="500")
    assert {one["information"] for one in only["usable"]} == {ALLOWANCE}
    assert await page(on="2014-01-01") == {
        "on": "2014-01-01",
        "provider": api.world.b,
        "total": 0,
        "usable": [],
        "next": None,
    }


async def test_without_any_list_nothing_may_be_asked(api: Business) -> None:
    ports = api.world.ports_a
    ports.book.permit_list = None
    usable = await api.call("GET", f"/v1/permits/usable?provider={api.world.b}")
    assert (await usable.json())["total"] == 0
    assert (await explain(api))["failed"] == "edition"
