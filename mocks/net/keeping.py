"""The whole state of a space as JSON values, and back into one with the same parties.

Numbers of the sandbox's people are in it, keys and ports are not. Exchanges under way are left out:
whoever asked them asks again.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final, Protocol, runtime_checkable

import msgspec

from mocks.engine.party import Party
from mocks.engine.script import Script
from mocks.net.tagging import read, write
from mocks.parties.desk import Desk
from mocks.parties.outbox import Outbox

VERSION: Final = 1
_Aware = Annotated[datetime, msgspec.Meta(tz=True)]


@runtime_checkable
class Kept(Protocol):
    """A party whose whole memory can be kept: its state, its outbox, how many ids it made."""

    state: Any
    outbox: Outbox
    desk: Desk


def keep_parties(parties: Mapping[str, Party]) -> dict[str, Any]:
    """Return the memory of every party by institution code."""
    return {code: _keep(party) for code, party in parties.items() if isinstance(party, Kept)}


def put_parties(parties: Mapping[str, Party], kept: Mapping[str, Any]) -> None:
    """Give parties back the memory they had; nobody changes if anything in it is wrong.

    Raises:
        ValueError: a party is missing or unknown, or its memory has another shape.
    """
    keepers = {code: party for code, party in parties.items() if isinstance(party, Kept)}
    if set(kept) != set(keepers):
        message = "not the parties of this space"
        raise ValueError(message)
    found = {code: _read(party, kept[code]) for code, party in keepers.items()}
    for code, party in keepers.items():
        party.state, party.outbox, party.desk.written = found[code]


def exchange_script(script: Script, kept: Mapping[str, Any]) -> None:
    """Let a script be as far as a snapshot says, for everybody who holds it.

    The journal goes on: what happened has happened. It takes over that of the snapshot only while
    it is empty, as in a space that was opened for it.

    Raises:
        ScenarioError: a scenario in it is none.
        ValueError: it has another shape, or is of another version.
    """
    other, journal = Script.restore(kept), script.journal
    for one in fields(script):
        if one.name not in {"space", "journal"}:
            setattr(script, one.name, getattr(other, one.name))
    if not journal.rows():
        journal.resume(kept["journal"])  # with its bytes, so that no number of one means another's


def write_wakes(wakes: Mapping[str, list[datetime]]) -> dict[str, list[str]]:
    """Return when each party wants to be woken, as JSON values."""
    return {code: [at.isoformat() for at in instants] for code, instants in wakes.items()}


def read_wakes(kept: Mapping[str, Any]) -> dict[str, list[datetime]]:
    """Return when each party wants to be woken.

    Raises:
        ValueError: it has another shape.
    """
    return msgspec.convert(kept, dict[str, list[_Aware]])


def _keep(party: Kept) -> dict[str, Any]:
    kept = {"state": write(party.state), "outbox": write(party.outbox)}
    return {**kept, "written": party.desk.written}


def _read(party: Kept, kept: Mapping[str, Any]) -> tuple[Any, Any, int]:
    state, outbox, written = read(kept["state"]), read(kept["outbox"]), kept["written"]
    fits = type(state) is type(party.state) and type(outbox) is type(party.outbox)
    if not fits or type(written) is not int:
        message = "not the memory of a party"
        raise ValueError(message)
    return state, outbox, written
