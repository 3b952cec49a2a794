"""Sentences for reviewers of a permit list, in Japanese and English."""

import tomllib
from functools import cache
from importlib.resources import files

Phrase = tuple[str, str]  # Japanese, English


@cache
def _load() -> dict[str, dict[str, str]]:
    data = files("permitlists").joinpath("data", "review.toml").read_bytes()
    return tomllib.loads(data.decode())


def say(name: str, /, **values: object) -> Phrase:
    """Return one sentence in both languages with its values filled in."""
    texts = _load()[name]
    return texts["ja"].format_map(values), texts["en"].format_map(values)


def place_of(row: str, clause: str | None) -> Phrase:
    """Return how people name a row, or a clause of it."""
    if clause is None:
        return f"{row}の項", f"Row {row}"
    return f"{row}の項{clause}号", f"Row {row} clause {clause}"
