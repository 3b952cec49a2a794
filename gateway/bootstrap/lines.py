"""How institutions reach the core and the registry where nothing may be called."""

from dataclasses import dataclass
from typing import NoReturn

from gateway.domain.errors import PeerUnreachableError
from gateway.ports import Core, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """The two counterparties that use cases call."""

    core: Core
    registry: Registry


async def _refuse(*_given: object, **_named: object) -> NoReturn:
    raise PeerUnreachableError(reason="offline")


class Offline:
    """Core and registry of a command: it stores intentions, and the server carries them out."""

    request_permit = staticmethod(_refuse)
    send_inquiry = staticmethod(_refuse)
    send_document = staticmethod(_refuse)
    request_process_number = staticmethod(_refuse)
    request_permit_list = staticmethod(_refuse)
    link = staticmethod(_refuse)
    find_basic_items = staticmethod(_refuse)


def stay_offline(*_given: object) -> Peers:
    """Connect nobody: importing and opening connections would cost a command half a second."""
    offline = Offline()
    return Peers(core=offline, registry=offline)
