"""Classes of bodies as the law names them, and which wider classes contain them."""

import hashlib
import re
from collections.abc import Iterable, Mapping

from permitlists.model import PermitListError
from permitlists.table import InstitutionClass

_PARENTHESES = re.compile(r"（[^（）]*）")
_CONNECTIVES = re.compile(r"若しくは|又は|、")


def with_groups(name: str, groups: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return a class with every group above it, those that nothing defines too."""
    reached, waiting = set[str](), [name]
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(groups.get(current, ()))
    return frozenset(reached)


class Classes:
    """The classes of one edition.

    A body of a class is also a body of every group that contains it, never the other way round:
    市町村長 is not 公営住宅事業主体である市町村長.
    """

    __slots__ = ("_closures", "_wordings")

    def __init__(self, classes: Iterable[InstitutionClass]) -> None:
        listed = {entry.name: entry for entry in classes}
        self._wordings = {entry.wording: entry.name for entry in listed.values() if entry.wording}
        groups = {name: entry.groups for name, entry in listed.items()}
        self._closures = {name: with_groups(name, groups) for name in groups}
        unknown = frozenset().union(*self._closures.values()) - groups.keys()
        if unknown:
            raise PermitListError("permits.edition_content", f"unknown class {min(unknown)}")

    def __contains__(self, name: object) -> bool:
        return name in self._closures

    def list_names(self) -> tuple[str, ...]:
        """Return every class name of the edition, in its order."""
        return tuple(self._closures)

    def resolve(self, name: str) -> frozenset[str]:
        """Return the class that a name or the law's own wording denotes, with all its groups.

        Empty for a name that the edition does not know.
        """
        found = self._closures.get(name)
        if found is None:
            digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]
            found = self._closures.get(self._wordings.get(digest, ""))
        return frozenset() if found is None else found

    def list_narrowest(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names without the groups that follow from another of them, sorted."""
        kept = set(names)
        for name in tuple(kept):
            kept -= self._closures.get(name, frozenset()) - {name}
        return tuple(sorted(kept))

    def list_readings(self, text: str) -> tuple[frozenset[str], ...]:
        """Return what a class text may mean, one set of classes for each reading.

        A text of the table such as 市町村長又は国民健康保険組合 says that the body is one of
        several without saying which: a permission must then hold under each reading. At least
        one reading is returned; it is empty where the text is unknown.
        """
        whole = self.resolve(text)
        if whole:
            return (whole,)
        plain, removed = text, 1
        while removed:  # innermost parentheses first: they nest
            plain, removed = _PARENTHESES.subn("", plain)
        return tuple(self.resolve(part) for part in _CONNECTIVES.split(plain))
