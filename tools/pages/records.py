"""The catalogue of exchange records: acts, phases and fields."""

import dataclasses
import inspect
import re
from enum import StrEnum

from gateway.domain.records import Act, ExchangeRecord, Phase
from tools.pages.markdown import code, prose, table


def records() -> str:
    """Return the page made from gateway/domain/records.py."""
    return f"""# Exchange records

{prose(ExchangeRecord)}

What reaches another institution leaves two records: the intent before and the outcome after. What
was refused before it left, and what changes only our own data, leaves one.
[Evidence](../explanation/evidence.md) tells how records are chained and what that proves.

## Acts

{prose(Act)}

{table(["act", "note"], _members(Act))}
## Phases

{prose(Phase)}

{table(["phase", "note"], _members(Phase))}
## Fields

{table(["field", "type", "always", "note"], _fields())}"""


def _members(kind: type[StrEnum]) -> list[list[str]]:
    notes = _notes(kind)
    return [[code(str(one)), notes.get(one.name, "")] for one in kind]


def _fields() -> list[list[str]]:
    notes = _notes(ExchangeRecord)
    rows = []
    for field in dataclasses.fields(ExchangeRecord):
        shown = field.type if isinstance(field.type, str) else _name(field.type)
        always = "yes" if field.default is dataclasses.MISSING else ""
        rows.append([code(field.name), code(shown), always, notes.get(field.name, "")])
    return rows


def _name(kind: object) -> str:
    return re.sub(r"\b(?:\w+\.)+", "", kind.__name__ if isinstance(kind, type) else str(kind))


def _notes(kind: type) -> dict[str, str]:
    """Return the comments that stand behind the fields of a class."""
    lines = inspect.getsource(kind).splitlines()
    found = [re.match(r"    (\w+)\b[^#]*# (.*)", line) for line in lines]
    return {match[1]: match[2] for match in found if match}
