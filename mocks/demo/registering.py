"""Registers the residents of a sandbox over the business API, as municipalities would."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from mocks.engine.cast import Member, values_for
from mocks.engine.clock import day_of
from mocks.engine.people import EPOCH, Resident, Stay
from mocks.gateway import Gateway, GatewayFailedError, Json
from mocks.parties.agency import Agency
from mocks.sandbox import Sandbox

TAX = "地方税関係情報"
BENEFITS = "医療保険給付関係情報"
ACCOUNTS = "公的給付支給等口座登録簿関係情報"
UNEMPLOYMENT = "失業等給付関係情報"
HELD_BY = {"a": BENEFITS, "b": TAX}  # what each municipality provides
WITHOUT_SYMBOL = {"a": frozenset({"D10"}), "b": frozenset[str]()}
WITHOUT_REPLICA = {"a": frozenset[str](), "b": frozenset({"D09"})}
ACQUIRES = {
    "accounts": ("D02", "D14"),
    "employment": ("D03",),
    "prefecture": ("D04", "D06", "D12", "D15", "D16"),
}
PROVIDES = {"accounts": ACCOUNTS, "employment": UNEMPLOYMENT}
LOAD = 1000  # entries of one request
AT_ONCE = 16  # requests under way per gateway
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.05


@dataclass(slots=True)
class Register:
    """One municipality's residents: local numbers, and which symbols are on their way."""

    sandbox: Sandbox
    short: str
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    receipts: list[str] = field(default_factory=list)

    @property
    def gateway(self) -> Gateway:
        """The municipality's gateway."""
        return self.sandbox.gateways[self.short]

    def number(self, resident: Resident) -> str:
        """Return the local number of a resident in the municipality's system."""
        people, plan = self.sandbox.world.people, self.gateway.plan
        return people.local_number(resident.index, plan.code, plan.system)

    def stay(self, resident: Resident) -> Stay | None:
        """Return the last stay of a resident here, or None if there never was one."""
        code = self.gateway.plan.code
        here = [stay for stay in resident.stays if stay.municipality == code]
        return here[-1] if here else None

    async def add(self, resident: Resident, stay: Stay) -> None:
        """Register one resident's address."""
        body = {
            "number": self.number(resident),
            "individual_number": resident.individual_number,
            "basic": {
                "name": resident.name,
                "kana": resident.kana,
                "born_on": resident.born_on.isoformat(),
                "sex_code": resident.sex_code,
                "address": stay.address,
            },
            "residence": _residence(resident, stay),
        }
        await self._post("/v1/addresses", body)

    async def acquire(self, resident: Resident) -> None:
        """Start the acquisition of one resident's symbol."""
        said = await self._post("/v1/symbols", {"number": self.number(resident)})
        self.receipts.append(said["receipt"])

    async def load(self, entries: Sequence[Json]) -> None:
        """Load replicas; every entry must be applied.

        Raises:
            GatewayFailedError: one was rejected.
        """
        for start in range(0, len(entries), LOAD):
            part = list(entries[start : start + LOAD])
            said = await self._post("/v1/replicas", {"entries": part})
            if said["applied"] != len(part):
                raise GatewayFailedError(str(said["rejected"][:3]))

    def entry(self, resident: Resident, values: dict[str, str | None], on: date) -> Json:
        """Return the replica entry of a resident: known values, and why others are missing."""
        items = [
            {"item": item, "value": value}
            if value
            else {"item": item, "value": None, "reason": "not_registered"}
            for item, value in values.items()
        ]
        return {
            "number": self.number(resident),
            "information": HELD_BY[self.short],
            "record_key": str(on.year),
            "as_of": on.isoformat(),
            "public_from": on.isoformat(),
            "items": items,
        }

    async def wait_for_symbols(self) -> None:
        """Return once every acquisition has linked.

        Raises:
            GatewayFailedError: one failed, or they take longer than a minute.
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self.receipts:
                    said = await self._look_at(f"/v1/symbols/{self.receipts[-1]}")
                    if said["state"] == "failed":
                        raise GatewayFailedError(str(said["reason"]))
                    if said["state"] == "linked":
                        self.receipts.pop()
                    else:
                        await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            message = f"{len(self.receipts)} symbols of {self.short} did not come"
            raise GatewayFailedError(message) from error

    async def _post(self, path: str, body: Json) -> Json:
        async with self.gate:
            return (await self.gateway.call("POST", path, body)).demand(path)

    async def _look_at(self, path: str) -> Json:
        return (await self.gateway.call("GET", path)).demand(path)


async def register_everybody(sandbox: Sandbox) -> None:
    """Register cast and crowd with the gateways, the registry and the agencies.

    Raises:
        GatewayFailedError: a gateway refused something.
    """
    crowd = sandbox.world.people.generate(sandbox.options.people)
    sandbox.world.registry.register(crowd)
    work: list[Awaitable[None]] = [_fill(sandbox, short, crowd) for short in sandbox.gateways]
    work += [_acquire(sandbox, short, cases) for short, cases in ACQUIRES.items()]
    await asyncio.gather(*work)


async def _fill(sandbox: Sandbox, short: str, crowd: Iterable[Resident]) -> None:
    """Register all that ever lived in a municipality: addresses, then symbols and replicas."""
    register = Register(sandbox, short)
    cast = {member.resident.index: member for member in sandbox.world.cast.values()}
    residents = [member.resident for member in cast.values()] + list(crowd)
    here = [(one, stay) for one in residents if (stay := register.stay(one)) is not None]
    await asyncio.gather(*(register.add(one, stay) for one, stay in here))
    known = [one for one, _ in here]
    on = day_of(sandbox.space.clock.now()).replace(month=1, day=1)
    entries = [
        register.entry(one, _values(sandbox, cast.get(one.index), one, short), on)
        for one in known
        if _case(cast, one) not in WITHOUT_REPLICA[short]
    ]
    await register.load(entries)
    with_symbol = [one for one in known if _case(cast, one) not in WITHOUT_SYMBOL[short]]
    await asyncio.gather(*(register.acquire(one) for one in with_symbol))
    await register.wait_for_symbols()


def _case(cast: dict[int, Member], resident: Resident) -> str:
    member = cast.get(resident.index)
    return member.case if member else ""


def _values(
    sandbox: Sandbox, member: Member | None, resident: Resident, short: str
) -> dict[str, str | None]:
    people = sandbox.world.people
    plain = Member(case="", resident=resident, known={})
    return values_for(member or plain, people, HELD_BY[short])


def _residence(resident: Resident, stay: Stay) -> str:
    if resident.died_on is not None and resident.died_on <= EPOCH:
        return "deceased"
    return "resident" if stay.to_on is None else "former"


async def _acquire(sandbox: Sandbox, short: str, cases: Iterable[str]) -> None:
    """Let an agency acquire its symbols, and tell it what it knows of the people."""
    agency: Agency = sandbox.world.agencies[short]
    host = sandbox.space.hosts[agency.code]
    for case in cases:
        member = sandbox.world.cast[case]
        number = member.resident.individual_number
        if short in PROVIDES:
            information = PROVIDES[short]
            values = values_for(member, sandbox.world.people, information)
            agency.state.holdings[number] = {information: values}
        await host.perform(agency.acquire(number, now=sandbox.space.clock.now()))
    wanted = {sandbox.world.cast[case].resident.individual_number for case in cases}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not wanted <= agency.state.symbols.keys():
            await sandbox.space.news(timedelta(seconds=1).total_seconds())
