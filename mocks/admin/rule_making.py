"""Makes a rule of a row: YAML that a tester goes on writing, put into a scenario's file as text."""

import json
import re
from dataclasses import dataclass
from typing import Final

from mocks.engine.journal import Row

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_RULES: Final = re.compile(r"^rules:[ \t]*(\[\s*\])?[ \t]*(#.*)?$", re.MULTILINE)
_ITEM: Final = re.compile(r"^( *)- ", re.MULTILINE)
FAULT: Final = "{at: before_effect, kind: status, status: 503}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A rule that applies to what a row is about: its lines without indentation."""

    name: str
    lines: tuple[str, ...]

    def write(self, indent: str = "  ") -> str:
        """Return the rule as an item of a list, with its line feed at the end."""
        return "".join(f"{indent}{line}\n" for line in self.lines)


def draft_rule(row: Row) -> Draft | None:
    """Return a rule for such a call; None for what no rule can be about."""
    if row.op is None or row.direction == "seen" or not row.party:
        return None
    when = {"party": row.party, "op": row.op}
    if row.person is not None:
        when["person"] = row.person
    written = ", ".join(f"{name}: {_quote(value)}" for name, value in when.items())
    name = f"row-{row.id}"
    return Draft(
        name=name,
        lines=(f"- id: {name}", f"  when: {{{written}, nth: 1}}", "  fault:", f"    - {FAULT}"),
    )


def add_rule(source: str, draft: Draft) -> str:
    """Return a scenario's file with one rule before all others; what has no rules gets them."""
    found = _RULES.search(source)
    if found is None:
        end = "" if not source or source.endswith("\n") else "\n"
        return f"{source}{end}rules:\n{draft.write()}"
    after = source[found.end() :].lstrip("\n") if found[1] is None else source[found.end() + 1 :]
    first = _ITEM.search(after) if found[1] is None else None
    indent = first[1] if first else "  "
    return f"{source[: found.start()]}rules:\n{draft.write(indent)}{after}"


def _quote(value: str) -> str:
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
