"""Finds the scenarios that are shipped with the package."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from mocks.engine.loading import Loaded, load_scenario


@cache
def _texts() -> dict[str, bytes]:
    """Return every shipped file by the id of its scenario, in order."""
    folder = files("mocks") / "scenarios"
    named = {
        entry.name.removesuffix(".yaml"): entry
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
    return {name: named[name].read_bytes() for name in sorted(named)}


@cache
def list_shipped() -> Sequence[Loaded]:
    """Return every scenario that is shipped, by id; read once, for it takes 100 ms."""
    return tuple(load_scenario(octets) for octets in _texts().values())


def find_shipped(identifier: str) -> bytes | None:
    """Return the file of a scenario by its id or the number before the first dash, or None."""
    for name, octets in _texts().items():
        if identifier in {name, name.partition("-")[0]}:
            return octets
    return None


def load_shipped(identifier: str) -> Loaded:
    """Return a scenario that is shipped, by its id or its number.

    Raises:
        KeyError: there is none of that name.
    """
    octets = find_shipped(identifier)
    if octets is None:
        raise KeyError(identifier)
    return load_scenario(octets)
