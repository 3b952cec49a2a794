"""What the doctor finds before test 1: set up wrongly, or not; never a conformance failure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "config_error", "environment", "not_tried"]
ExitCode = Literal[0, 1, 2, 3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing looked at: what was expected, what was found, and what to do about it."""

    id: str
    ja: str
    state: State
    expected: str
    received: str
    fix: str = ""

    @property
    def exit_code(self) -> ExitCode:
        """What it alone makes of the command: 2 set up wrongly, 3 the environment."""
        return {"config_error": 2, "environment": 3}.get(self.state, 0)  # type: ignore[return-value]  # of that table


def exit_code_of(found: Iterable[Diagnosis]) -> ExitCode:
    """Return the exit code of a visit to the doctor: what is set up wrongly comes first."""
    codes = {one.exit_code for one in found}
    return 2 if 2 in codes else 3 if 3 in codes else 0  # noqa: PLR2004  # the codes of the command


def write_diagnosis(one: Diagnosis) -> str:
    """Return the lines for people."""
    mark = {"ok": "ok", "config_error": "設定", "environment": "環境", "not_tried": "--"}[one.state]
    lines = [f"{mark:<4} {one.id}: {one.ja}"]
    if one.state != "ok":
        lines += [f"       期待: {one.expected}", f"       実際: {one.received}"]
    if one.fix and one.state != "ok":
        lines.append(f"       対処: {one.fix}")
    return "\n".join(lines)
