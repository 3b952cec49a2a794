"""What the register refuses, with a sentence in both languages that says who can fix it."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from permitlists.model import PermitListError

_FIXERS: Final = {
    "proposer": ("起案した職員", "the member of staff who proposed it"),
    "colleague": ("別の職員", "another member of staff"),
    "reviewer": ("審査する職員", "the member of staff who reviews"),
    "operator": ("原簿の運用担当", "the operator of the register"),
}


class RegisterError(PermitListError):
    """An act or a folder that the register refuses.

    `code` is stable and dotted; `context` names proposals, days, editions and staff ids, never
    a person outside the office. `text_ja` and `text_en` are one sentence each, and say at their
    end who can fix it; `sentence_ja` leaves that out, as the message itself does in English.
    """

    def __init__(self, code: str, **context: object) -> None:
        entry = _load_texts()[code]
        fixer_ja, fixer_en = _FIXERS[entry["fix_by"]]
        super().__init__(code, entry["en"].format_map(context))
        self.context = context
        self.fix_by = entry["fix_by"]
        self.sentence_ja = entry["ja"].format_map(context)
        self.text_ja = f"{self.sentence_ja}（直せる人: {fixer_ja}）"
        self.text_en = f"{self} (who can fix it: {fixer_en})"


@cache
def _load_texts() -> dict[str, dict[str, str]]:
    data = files("permitlists").joinpath("register", "refusals.toml").read_bytes()
    return tomllib.loads(data.decode())["refusal"]  # type: ignore[no-any-return]  # plain TOML


def list_codes() -> tuple[str, ...]:
    """Return every code that the register may refuse with, sorted."""
    return tuple(sorted(_load_texts()))
