"""Disclosure (開示): what a person sees of exchanges about them and of what is held (N4).

Whatever is not disclosed is absent, whatever the cause: nothing tells that there was something.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.inquiry import AnsweredInformation, AnsweredItem
from gateway.domain.masking import LOCATING
from gateway.domain.permits import ALWAYS, Wanted
from gateway.domain.provision import MARKING
from gateway.domain.records import Act, ExchangeRecord, Phase
from gateway.domain.replica import Control, ControlKind, Replica, in_force

EXCHANGES = frozenset({Act.INQUIRY, Act.PROVISION})


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureRecord:
    """One exchange as a person sees it; `act` says on which side the institution was."""

    transaction_number: str
    act: Act
    at: datetime
    counterpart: str
    row: str
    clause: str | None
    wanted: tuple[Wanted, ...]


def list_disclosed(
    records: Iterable[ExchangeRecord], *, controls: Sequence[Control]
) -> list[DisclosureRecord]:
    """Return the exchanges that a person may see, each once, in the order of the records.

    What either side marked as not to be disclosed (不開示) is left out, whenever it did; so is
    all that would tell with whom a protected person has to do.
    """
    if any(control.kind in MARKING for control in controls):
        return []
    found: dict[tuple[Act, str], DisclosureRecord] = {}
    hidden: set[str] = set()
    for record in records:
        number = record.transaction_number
        if number is None:
            continue
        if record.nondisclosure:
            hidden.add(number)
        one = _disclose(record, number)
        if one is not None:
            found.setdefault((record.act, number), one)
    return [one for one in found.values() if one.transaction_number not in hidden]


def _disclose(record: ExchangeRecord, number: str) -> DisclosureRecord | None:
    counterpart = record.provider if record.act is Act.INQUIRY else record.inquirer
    if record.act not in EXCHANGES or record.phase is not Phase.OUTCOME:
        return None
    if counterpart is None or record.row is None or not record.wanted:
        return None
    return DisclosureRecord(
        transaction_number=number,
        act=record.act,
        at=record.at,
        counterpart=counterpart,
        row=record.row,
        clause=record.clause,
        wanted=record.wanted,
    )


def list_own(
    replicas: Mapping[str, Sequence[Replica]], *, controls: Sequence[Control], on: date
) -> tuple[AnsweredInformation, ...]:
    """Return what a person may see of replicas by information, as it stands on a day.

    Refused items (自己情報提供不可) and data known to differ from their original are absent, and
    of a protected person what tells where to find them: somebody else may hold their card.
    """
    found = []
    for information, versions in replicas.items():
        replica = in_force(versions, on=on, period=ALWAYS)
        if replica is None or replica.original is not None:
            continue
        items = tuple(
            AnsweredItem(item=item.item, value=item.value, reason=item.reason)
            for item in replica.items
            if not any(_refuses(control, information, item.item) for control in controls)
        )
        if items:
            found.append(
                AnsweredInformation(information=information, as_of=replica.as_of, items=items)
            )
    return tuple(found)


def _refuses(control: Control, information: str, item: str) -> bool:
    if control.kind is ControlKind.PROTECTED_PERSON:
        return item in LOCATING
    return (
        control.kind is ControlKind.OWN_INFORMATION_REFUSED
        and control.information in (None, information)
        and control.item in (None, item)
    )
