"""Puts the ports of institutions together: one database, one clock, one trust configuration."""

import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from gateway.bootstrap import files
from gateway.bootstrap.database import open_database
from gateway.bootstrap.lines import Peers, stay_offline
from gateway.bootstrap.own_register import FolderRegister
from gateway.bootstrap.runner import TaskRunner
from gateway.bootstrap.system import SandboxClock, SystemClock, SystemIds
from gateway.bootstrap.work_figures import Looks
from gateway.domain.pace import Pace
from gateway.domain.permit_book import PermitBook
from gateway.network.directory import Trust
from gateway.network.party import Identity, Party, build_party, classify_number
from gateway.ports import Clock, OwnRegister, Policy, Ports
from gateway.settings import Institution, Settings, SettingsError
from gateway.storage import Database
from gateway.usecases import permit_list, sandbox
from gateway.usecases.watch import EventWatch
from permitlists import Institutions

Connect = Callable[["Office", Party], Peers]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What one process has in hand; `ports` are those of its institutions by code."""

    settings: Settings
    database: Database
    runner: TaskRunner
    trust: Trust
    clock: Clock
    ids: SystemIds
    institutions: Institutions
    owner: str
    parties: dict[str, Party] = field(default_factory=dict)
    ports: dict[str, Ports] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)


@asynccontextmanager
async def open_office(
    settings: Settings, codes: Sequence[str], connect: Connect = stay_offline
) -> AsyncIterator[Office]:
    """Open the database and build the ports of the institutions `codes`, lists and clock loaded.

    The runner is not started: who only looks or stores intentions leaves the work to a server.

    Raises:
        SettingsError: a file that the settings name is missing or wrong.
        EvidenceUnavailableError: the database does not answer or was not migrated.
    """
    trust = Trust(files.read_trust(settings))
    institutions = files.read_institutions(settings)
    database = await open_database(settings)
    try:
        office = Office(
            settings=settings,
            database=database,
            runner=TaskRunner(),
            trust=trust,
            clock=SandboxClock() if settings.mode == "sandbox" else SystemClock(),
            ids=SystemIds(),
            institutions=institutions,
            owner=f"{socket.gethostname()}:{os.getpid()}",
        )
        for index, one in enumerate(settings.institutions):
            if one.code in codes:
                await _settle_in(office, f"institutions[{index}]", one, connect)
        yield office
    finally:
        await database.close()


async def _settle_in(office: Office, path: str, one: Institution, connect: Connect) -> None:
    """Build the ports of one institution; `path` is its place in the settings."""
    if office.institutions.find(one.code) is None:
        raise SettingsError(path=f"{path}.code", problem="is not among the known institutions")
    master = files.read_secret(f"{path}.master_key_file", one.master_key_file)
    key = files.read_signing_key(f"{path}.signing_key_file", one.signing_key_file)
    identity = Identity(institution=one.code, key_id=one.signing_key_id, key=key)
    party = build_party(identity, trust=office.trust, ids=office.ids)
    peers = connect(office, party)
    pacing = office.settings.pacing
    ports = Ports(
        store=await office.database.store(one.code, master, owner=office.owner),
        clock=office.clock,
        wall=SystemClock(),
        ids=office.ids,
        core=peers.core,
        registry=peers.registry,
        documents=party.documents,
        signatures=party.signatures,
        runner=office.runner,
        institutions=office.institutions,
        book=PermitBook(),
        policy=_policy(office.settings, one),
        watch=EventWatch(),
        register=_own_register(office.settings, one.code),
        pace=Pace(rate=pacing.rate, most_open=pacing.limit_open),
    )
    await permit_list.load_stored(ports=ports)
    await sandbox.load_clock_offset(ports=ports)
    office.parties[one.code] = party
    office.ports[one.code] = ports


def _own_register(settings: Settings, code: str) -> OwnRegister | None:
    folder = settings.permits.register
    return None if folder is None else FolderRegister(folder, code)


def _policy(settings: Settings, one: Institution) -> Policy:
    return Policy(
        numbers="sandbox" if settings.mode == "sandbox" else "real",
        classify_number=classify_number,
        core=settings.core,
        registry=settings.registry,
        slot=timedelta(seconds=one.slot_seconds),
        inquiry_deadline=timedelta(seconds=one.inquiry_deadline_seconds),
        acquisition_deadline=timedelta(seconds=one.acquisition_deadline_seconds),
        opens=one.opens,
        closes=one.closes,
        lease=timedelta(seconds=one.lease_seconds),
        retry_first=timedelta(seconds=one.retry_first_seconds),
        retry_most=timedelta(seconds=one.retry_most_seconds),
        batch_rows=settings.batch.limit_rows,
        batch_parts=settings.batch.limit_parts,
        batch_waiting=settings.batch.limit_waiting,
        operating_codes=files.read_operating_codes(settings),
    )
