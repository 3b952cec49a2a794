"""The catalogue of items: what one information consists of, and which clauses narrow it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from permitlists.model import PermitListError

ItemType = Literal["money", "date", "code", "text", "count", "flag"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """項目, one field of an information.

    `id` is English snake case and unique within its information; `scopes` are the narrowings of
    clauses that include the item. A clause that narrows nothing includes every item.
    """

    id: str
    name_ja: str
    type: ItemType
    scopes: frozenset[str]

    def within(self, scope: str) -> bool:
        """Tell whether a clause with that narrowing, empty for none, includes the item."""
        return not scope or scope in self.scopes


class _ItemEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name: str
    type: ItemType
    scope: tuple[str, ...] = ()


class _InformationEntry(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    item: tuple[_ItemEntry, ...]


class _Catalogue(msgspec.Struct, forbid_unknown_fields=True):
    information: tuple[_InformationEntry, ...]


def parse_items(data: bytes) -> dict[str, tuple[Item, ...]]:
    """Return the items of each information that a TOML catalogue lists, in its order.

    Raises:
        PermitListError: the bytes are no catalogue or list something twice.
    """
    try:
        raw: dict[str, Any] = tomllib.loads(data.decode())  # Any: TOML has no static shape
        catalogue = msgspec.convert(raw, _Catalogue)
    except (ValueError, msgspec.MsgspecError) as error:
        raise PermitListError("permits.items_form", f"no item catalogue: {error}") from error
    found: dict[str, tuple[Item, ...]] = {}
    for entry in catalogue.information:
        if entry.name in found or len({item.id for item in entry.item}) != len(entry.item):
            raise PermitListError("permits.items_form", f"{entry.name} lists something twice")
        found[entry.name] = tuple(
            Item(id=item.id, name_ja=item.name, type=item.type, scopes=frozenset(item.scope))
            for item in entry.item
        )
    return found


@cache
def load_items() -> dict[str, tuple[Item, ...]]:
    """Return the packaged catalogue: the items of each information, in display order."""
    return parse_items(files("permitlists").joinpath("data", "items.toml").read_bytes())


def items_of(information: str) -> tuple[Item, ...]:
    """Return the items of one information, empty where it is not catalogued."""
    return load_items().get(information, ())
