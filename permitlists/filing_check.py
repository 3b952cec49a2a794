"""Whether a filing of an ordinance affair holds against a permit list, before it is taken in."""

from collections.abc import Iterator
from typing import Final

from permitlists.classes import Classes
from permitlists.faults import Fault
from permitlists.index import IndexedClause
from permitlists.ordinance import read_base
from permitlists.permit_list import PermitList
from permitlists.supplement import Filing

_TEXTS: Final = {
    "form": ("届出の書き方に誤りがあります。", "The filing contradicts itself."),
    "number": ("この番号は別の届出が使っています。", "Another filing uses the number."),
    "edition": ("届出の基とした版がリストにありません。", "The base names no edition of the list."),
    "base_missing": (
        "基となる項又は号が、届出の始まる日の版にありません。",
        "The base is not in the edition of the day on which the filing begins.",
    ),
    "base_deleted": (
        "基となる項は、届出の始まる日の版で削除されています。",
        "The base is deleted in the edition of the day on which the filing begins.",
    ),
    "base_changed": (
        "基となる項は、届出の始まる日の版では別の事務です。",
        "The base is another affair in the edition of the day on which the filing begins.",
    ),
    "class": (
        "提供者の区分が版にありません。",
        "The provider is no class of the edition.",
    ),
    "provider": (
        "基となる事務では、この提供者に何も求められません。",
        "The base lets nobody ask this provider for anything.",
    ),
    "information": (
        "基となる事務では、この情報を届出の提供者に求められません。",
        "The base lets nobody ask the filed providers for this information.",
    ),
}


def check_filing(filing: Filing, permit_list: PermitList) -> tuple[Fault, ...]:
    """Return what is wrong with a filing on the day it begins; empty for one that holds.

    It may stand in the supplement of the list already.
    """
    return tuple(_list_faults(filing, permit_list))


def _fault(filing: Filing, field: str, kind: str) -> Fault:
    japanese, english = _TEXTS[kind]
    return Fault(
        place=f"filing {filing.number}: {field}",
        code=f"permits.filing.{kind}",
        text_ja=japanese,
        text_en=english,
    )


def _list_faults(filing: Filing, permit_list: PermitList) -> Iterator[Fault]:
    for problem in filing.list_faults():
        yield _fault(filing, problem, "form")
    others = (one for one in permit_list.supplement.filings if one != filing)
    if any(map(filing.collides, others)):
        yield _fault(filing, "number", "number")
    if permit_list.find_labelled(filing.base.edition) is None:
        yield _fault(filing, "base", "edition")
        return
    ground = permit_list.ground_of(filing.valid_from)
    rule = read_base(filing.base, ground)
    if rule.reason or rule.clause is None or ground.edition is None:
        yield _fault(filing, "base", rule.reason.rpartition(".")[2])
        return
    yield from _list_surplus(filing, rule.clause, ground.edition.classes)


def _list_surplus(filing: Filing, clause: IndexedClause, classes: Classes) -> Iterator[Fault]:
    filed = [(name, classes.resolve(name)) for name in filing.providers]
    entries = [entry for term in filing.information for entry in clause.entries.get(term, ())]
    for number, (name, resolved) in enumerate(filed, start=1):
        if name not in classes:
            yield _fault(filing, f"provider {number}", "class")
        elif all(resolved.isdisjoint(entry.providers) for entry in entries):
            yield _fault(filing, f"provider {number}", "provider")
    reached = frozenset(name for _, resolved in filed for name in resolved)
    for number, term in enumerate(filing.information, start=1):
        if all(reached.isdisjoint(entry.providers) for entry in clause.entries.get(term, ())):
            yield _fault(filing, f"information {number}", "information")
