"""The core's list is the agencies' list: newer ones are taken over, older ones refused (G8)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mocks.distribution import Distribution
from mocks.engine.clock import day_of
from mocks.engine.party import Returned, Send
from mocks.parties.desk import Letter
from mocks.parties.judging import Judge
from mocks.parties.refusals import RefusedError
from permitlists import Hold, PermitList, PermitListError, Supplement, load_builtin
from permitlists.register import HoldContent, Register
from tests.support.parties import Sandbox
from wire.documents import Document, decode_stream
from wire.messages import PermitRequest, Refusal, RequestedInformation, decode
from wire.permit_list import encode_permit_list

HELD = Supplement(holds=(Hold(kind="suspension", valid_from=date(2026, 1, 1), row="42"),))


def hand_over(sandbox: Sandbox, body: bytes, sender: str = "core") -> Document:
    """Return what the insurer replies to a list that an institution signed."""
    world, insurer = sandbox.world, sandbox.agency("insurer")
    desk = world.core.desk if sender == "core" else sandbox.agency(sender).desk
    letter = Letter(to=insurer.code, at=sandbox.now)
    [reply] = sandbox.post(desk.code, insurer.code, desk.write_json("permit-list", body, letter))
    return reply


def body(sequence: int, **changed: Any) -> bytes:  # noqa: ANN401  # arguments of the encoder
    fields = {
        "editions": [one.to_bytes() for one in load_builtin().editions],
        "supplement": HELD.to_bytes(),
    }
    return encode_permit_list(sequence, **(fields | changed))


def test_an_agency_judges_by_the_list_that_the_core_sent_last(sandbox: Sandbox) -> None:
    insurer = sandbox.agency("insurer")
    assert hand_over(sandbox, body(2)).kind == "acknowledgement"
    assert insurer.judge.sequence == 2
    assert insurer.judge.permit_list.supplement == HELD
    assert hand_over(sandbox, body(2)).kind == "acknowledgement"


@pytest.mark.parametrize(
    ("content", "sender", "code"),
    [
        (body(0), "core", "permit_list.older"),
        (body(1), "core", "permit_list.older"),
        (body(2, editions=[b"{}"]), "core", "permit_list.unreadable"),
        (b"{}", "core", "message.malformed"),
        (body(2), "prefecture", "message.sender"),
    ],
    ids=["older", "another under the number", "no edition", "no list", "not the core"],
)
def test_a_list_that_breaks_a_rule_is_refused_and_changes_nothing(
    sandbox: Sandbox, content: bytes, sender: str, code: str
) -> None:
    reply = hand_over(sandbox, content, sender)
    said = decode(reply.kind, reply.body)
    assert isinstance(said, Refusal)
    assert said.code == code
    assert sandbox.agency("insurer").judge.sequence == 1


def test_the_core_keeps_sending_its_list_to_whoever_did_not_answer(sandbox: Sandbox) -> None:
    core, code = sandbox.world.core, sandbox.agency("insurer").code
    core.take_list(2, PermitList(load_builtin().editions, HELD))
    [first] = core.send_permit_list([code], now=sandbox.now)
    assert isinstance(first, Send)
    assert first.mark == f"list {code}"
    [again] = core.handle(Returned(mark=first.mark, documents=None), now=sandbox.now)
    assert isinstance(again, Send)
    assert (again.to, again.mark) == (code, None)
    [document] = decode_stream(b"".join(again.documents))
    assert isinstance(document, Document)
    assert core.handle(Returned(mark=first.mark, documents=[document]), now=sandbox.now) == ()


def test_a_careless_core_permits_under_the_statutory_edition_of_the_day(sandbox: Sandbox) -> None:
    judge = sandbox.world.core.judge
    statutory = judge.edition_in_force("shourei-r6", sandbox.now)
    assert judge.edition_in_force("jorei-19-9", sandbox.now) == statutory
    nothing = Judge(PermitList([]), judge.institutions)
    assert nothing.edition_in_force("shourei-r6", sandbox.now) == "0" * 64


async def test_the_core_distributes_no_register_that_lacks_what_it_held(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    core, log = sandbox.world.core, tmp_path / "register.jsonl"
    began = Register.found(tmp_path, load_builtin(), at=sandbox.now, staff="ann")
    bare, editions = log.read_bytes(), began.permit_list().editions
    suspend(tmp_path, "42", sandbox.now)
    space: Any = None  # nothing is sent
    distribution = Distribution.open(tmp_path, core, space)
    log.write_bytes(bare)
    for row in ("1", "2"):
        suspend(tmp_path, row, sandbox.now)
    with pytest.raises(PermitListError, match="lost or it was replaced"):
        await distribution.distribute()
    assert core.judge.sequence == 2
    assert core.judge.permit_list.supplement.holds[0].row == "42"
    assert core.judge.permit_list.editions[0].key == editions[0].key


def suspend(folder: Path, row: str, at: datetime) -> None:
    end = day_of(at) + timedelta(days=7)
    hold = Hold(kind="suspension", row=row, valid_from=day_of(at), valid_to=end)
    register = Register.open(folder)
    made = register.propose(HoldContent(hold=hold), at=at, staff="ann", reason="点検")
    register.approve(made.number, at=at, staff="bob")


@pytest.mark.parametrize(("basis", "failed"), [("19-8", "edition"), ("19-9", None)])
def test_an_ordinance_affair_is_asked_for_on_its_own_basis(
    sandbox: Sandbox, basis: str, failed: str | None
) -> None:
    core, now = sandbox.world.core, sandbox.now
    wanted = (RequestedInformation(name="児童扶養手当関係情報", items=()),)
    request = PermitRequest(
        request_id="00000000-0000-4000-8000-000000000001",
        inquirer="991015",
        provider="991023",
        instrument="jorei-19-9",
        row="1",
        clause=None,
        basis=basis,
        information=wanted,
        symbol="x",
        requested_at=now,
        inquirer_delegator=None,
        provider_delegator=None,
        consent=False,
        period_from=None,
        period_to=None,
        nondisclosure=False,
    )
    if failed is None:
        assert core.judge.allow(request, now).allowed
        return
    with pytest.raises(RefusedError) as refused:
        core.judge.allow(request, now)
    assert refused.value.failed == failed
