"""The core goes by a permit register (原簿): what two people change there, it hands on."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from mocks.net.space import Space
from mocks.parties.core import Core
from permitlists import PermitListError
from permitlists.register import Register

POLL_SECONDS = 0.1


@dataclass(slots=True)
class Distribution:
    """A register folder, and the core that distributes what it says."""

    folder: Path
    core: Core
    space: Space
    register: Register
    fault: str | None = None
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)  # one distribution at a time

    @classmethod
    def open(cls, folder: Path, core: Core, space: Space) -> "Distribution":
        """Let the core go by a register from the start.

        Raises:
            PermitListError: the folder holds no register, or one that was changed by other means.
        """
        register = Register.open(folder)
        core.take_list(register.sequence, register.permit_list())
        return cls(folder, core, space, register)

    async def follow(self) -> None:
        """Distribute every change while the sandbox runs; a broken register changes nothing."""
        while True:
            await asyncio.sleep(POLL_SECONDS)
            try:
                await self.distribute()
            except (PermitListError, OSError) as error:
                self._complain(str(error))

    async def distribute(self) -> None:
        """Return once the core goes by what the register says now, and everybody was told.

        Raises:
            PermitListError: the register cannot be read, or lacks what it held before.
        """
        async with self.gate:
            if self.register.changed():
                await self._distribute()

    async def _distribute(self) -> None:
        register = await asyncio.to_thread(Register.open, self.folder)
        fault = await asyncio.to_thread(register.verify, self.register.head)
        if fault is not None:  # a log cut off and continued otherwise has lost what it had added
            raise PermitListError("permits.register_broken", fault)
        if register.sequence > self.core.judge.sequence:
            found = await asyncio.to_thread(register.permit_list)
            self.core.take_list(register.sequence, found)
            now = self.space.clock.now()
            self.core.record(now, act="permit_list", result="taken", note=str(register.sequence))
            effects = self.core.send_permit_list(self._list_recipients(), now=now)
            await self.space.hosts[self.core.code].perform(effects)
        self.register, self.fault = register, None

    def _list_recipients(self) -> list[str]:
        nobody = {self.core.code, self.core.registry}
        return [one.institution for one in self.space.peers if one.institution not in nobody]

    def _complain(self, fault: str) -> None:
        """Put into the core's log, once, that its register is broken."""
        if fault != self.fault:
            self.fault = fault
            now = self.space.clock.now()
            self.core.record(now, act="permit_list", result="broken", note=fault)
