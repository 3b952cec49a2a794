"""The `Registry` port: the only leg on which individual numbers travel (G5)."""

from typing import Final

from gateway.domain.addresses import BasicItems
from gateway.domain.errors import PeerUnreachableError, RefusedError
from gateway.domain.identifiers import IndividualNumber, ProcessNumber
from gateway.network.core import refuse_for_good
from gateway.network.line import Line
from gateway.network.mapping import from_basic_items
from wire import messages as wire

PERSON_UNKNOWN: Final = "resident.unknown"
"""The code by which the registry says that it knows nobody of that number."""


class NetworkRegistry:
    """The resident registry (住民基本台帳ネットワーク) at the other end of a line.

    Message ids are drawn afresh each time: an id derived from a number would tell of it.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    async def link(self, process_number: ProcessNumber, number: IndividualNumber) -> None:
        """Start symbol issuance for a person.

        Raises:
            PeerUnreachableError: it was not taken over; a refusal for now is no reply.
            RefusedError: it was refused for good.
        """
        message = wire.RegistryLink(
            process_number=process_number.value, individual_number=number.value
        )
        reply = await self._ask(message)
        if not isinstance(reply, wire.Acknowledgement):
            refuse_for_good(reply)
            raise self._unusable(reply)

    async def find_basic_items(self, number: IndividualNumber) -> BasicItems | None:
        """Return the four basic items of a person, or None if the registry knows nobody.

        Raises:
            PeerUnreachableError: no usable reply came.
        """
        reply = await self._ask(wire.BasicRequest(individual_number=number.value))
        if isinstance(reply, wire.BasicItems):
            return from_basic_items(reply)
        if isinstance(reply, wire.Refusal) and reply.code == PERSON_UNKNOWN:
            return None
        raise self._unusable(reply)

    async def _ask(self, message: wire.Message) -> wire.Message:
        try:
            return await self._line.ask(message)
        except RefusedError as error:
            raise PeerUnreachableError(institution=self._line.peer, reason=error.code) from error

    def _unusable(self, reply: wire.Message) -> PeerUnreachableError:
        reason = reply.code if isinstance(reply, wire.Refusal) else wire.kind_of(reply)
        return PeerUnreachableError(institution=self._line.peer, reason=reason)
