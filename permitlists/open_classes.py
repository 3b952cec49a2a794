"""Classes that the law describes without listing their members."""

import re
import tomllib
from functools import cache
from importlib.resources import files

# Whoever gives benefits "under other laws": no list can be complete, whatever an edition calls it.
_OTHER_LAWS = re.compile("他の?法[令律]")


@cache
def is_open(name: str) -> bool:
    """Tell whether the law leaves open who belongs to a class."""
    return name in _load_names() or _OTHER_LAWS.search(name) is not None


@cache
def _load_names() -> frozenset[str]:
    data = files("permitlists").joinpath("data", "open_classes.toml").read_bytes()
    return frozenset(tomllib.loads(data.decode())["open"])
