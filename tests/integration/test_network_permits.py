"""Bad permits and notices at a real listener: refused, and nothing else changes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.support.network import Town, enclose, open_town, uuid
from tests.support.refusals import (
    INQUIRY,
    OTHER,
    Case,
    check_case,
    claims,
    forger,
    notice,
    notice_header,
)
from tests.support.world import CORE, NOON

# Every case leaves the town as it was, but for a record, so one town serves all.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(tmp_path_factory.mktemp("town")) as opened:
        yield opened


CASES = [
    Case(
        name="a notice without inquiry",
        make=lambda town: [notice_header()(town)[2]],
        codes={"notice": "notice.mismatch"},
    ),
    Case(
        name="a permit without inquiry",
        make=lambda town: [town.draft().permit_document()],
        codes={"permit": "permit.mismatch"},
    ),
    Case(
        name="an unsigned notice",
        make=notice_header(signer=None),
        codes={"notice": "message.signature", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice with a forged signature",
        make=lambda town: notice_header(signer=forger(town, CORE))(town),
        codes={"notice": "message.signature", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice by an inquirer",
        make=lambda town: notice_header(by=town.a)(town),
        codes={"notice": "message.sender", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice from the day before",
        make=notice_header(created=NOON - timedelta(days=1)),
        codes={"notice": "message.expired", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice that is dated ahead",
        make=notice_header(created=NOON + timedelta(seconds=61)),
        codes={"notice": "message.early", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice for somebody else",
        make=lambda town: notice_header(to=town.a)(town),
        codes={"notice": "message.addressee", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice of another transaction",
        make=notice(transaction_number=OTHER),
        codes={"notice": "notice.mismatch", INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice of another permit",
        make=notice(permit_id=OTHER),
        codes={INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice of another inquiry",
        make=notice(inquiry_message_id=OTHER),
        codes={INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice of another inquirer",
        make=notice(inquirer="990035"),
        codes={INQUIRY: "notice.mismatch"},
    ),
    Case(
        name="a notice with another route than the permit's issuer",
        make=notice(route="990035"),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit with a forged signature",
        make=lambda town: town.draft(
            permit_signer=replace(forger(town, CORE), key_id=f"{CORE}-permits")
        ).stream(),
        codes={"permit": "permit.signature", INQUIRY: "permit.signature"},
    ),
    Case(
        name="a permit issued by an inquirer",
        make=lambda town: town.draft(
            permit_signer=town.sites[town.a].permit_signer, claims={"issuer": town.a}
        ).stream(),
        codes={"permit": "permit.foreign", INQUIRY: "permit.signature"},
    ),
    Case(
        name="a permit signed with the core's key for documents",
        make=lambda town: town.draft(permit_signer=town.sites[CORE].signer).stream(),
        codes={"permit": "permit.signature", INQUIRY: "permit.signature"},
    ),
    Case(
        name="a permit that is no permit",
        make=lambda town: [
            town.draft().inquiry_document(),
            enclose(b"e30.e30.e30", uuid(5), town.b, NOON),
            town.draft().notice_document(),
        ],
        codes={"permit": "permit.signature", INQUIRY: "permit.signature"},
    ),
    Case(
        name="a permit for another provider",
        make=lambda town: claims(audience=town.a)(town),
        codes={INQUIRY: "permit.audience"},
    ),
    Case(
        name="a permit of another inquirer",
        make=claims(inquirer="990035"),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit of another transaction",
        make=claims(transaction_number=OTHER),
        codes={"permit": "permit.mismatch", INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit of another id",
        make=claims(permit_id=OTHER),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit for another row",
        make=claims(row="70"),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit on another basis",
        make=claims(basis="19-9"),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit for a delegated affair",
        make=claims(inquirer_delegator="990035"),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="an inquiry that claims a consent which its permit does not know",
        make=lambda town: town.draft(inquiry={"consent": True}).stream(),
        codes={INQUIRY: "permit.mismatch"},
    ),
    Case(
        name="a permit under another edition",
        make=claims(edition_sha256="0" * 64),
        codes={INQUIRY: "permit.edition"},
    ),
    Case(
        name="a permit that has expired",
        make=claims(expires_at=NOON),
        codes={INQUIRY: "permit.expired"},
    ),
    Case(
        name="a permit that is not valid yet",
        make=claims(not_before=NOON + timedelta(seconds=61)),
        codes={INQUIRY: "permit.not_yet_valid"},
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_bad_permit_or_notice_gets_a_clear_refusal_and_changes_nothing(
    case: Case, town: Town
) -> None:
    await check_case(case, town)
