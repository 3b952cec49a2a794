"""What a run says at its end: verdicts with the rows that decide, and how to repeat it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Any, Literal

from mocks.engine.clock import JST
from mocks.engine.evidence import Verdict
from mocks.engine.journal import Row

Outcome = Literal["passed", "failed", "undecided", "error"]
MARKS = {"met": "ok", "broken": "NG", "open": "??"}
UNABLE = "unable"
SHOWN = 8  # rows of each verdict, for people


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run of one scenario; `trouble` says why it could not be played to its end, if so.

    A system under test that `crashed` has failed, whatever was expected.
    `idle` are rules that matched nothing, `digest` is that of the journal: the same seed gives
    the same one.
    """

    id: str
    title: Mapping[str, str]
    source: str
    space: str
    seed: int
    scale: int
    sha256: str
    started_at: datetime
    ended_at: datetime
    seconds: float
    verdicts: Sequence[Verdict] = ()
    idle: Sequence[str] = ()
    rows: Sequence[Row] = field(default=(), repr=False)
    digest: str = ""
    folder: str | None = None
    crashed: bool = False
    trouble: str | None = None

    @property
    def outcome(self) -> Outcome:
        """How it ended; what could not be judged is not passed."""
        if self.trouble is not None:
            return "error"
        outcomes = {one.outcome for one in self.verdicts}
        if self.crashed or "broken" in outcomes:
            return "failed"
        return "undecided" if "open" in outcomes else "passed"

    @property
    def not_taken(self) -> list[Row]:
        """The rows of steps that the scenario wanted and nobody could take."""
        return [row for row in self.rows if row.outcome == UNABLE]

    @property
    def command(self) -> str:
        """The one command that repeats the run."""
        return f"nakadachi mocks scenario run {self.source} --seed {self.seed} --scale {self.scale}"

    def as_document(self) -> dict[str, Any]:
        """Return the JSON document of the run."""
        deciding = {row for one in self.verdicts for row in one.rows}
        return {
            "id": self.id,
            "title": dict(self.title),
            "outcome": self.outcome,
            "space": self.space,
            "seed": self.seed,
            "scale": self.scale,
            "sha256": self.sha256,
            "version": version("nakadachi"),
            "command": self.command,
            "started_at": _said(self.started_at),
            "ended_at": _said(self.ended_at),
            "seconds": round(self.seconds, 1),
            "digest": self.digest,
            "expect": [_verdict(one) for one in self.verdicts],
            "idle_rules": list(self.idle),
            "steps_not_taken": [_row(row) for row in self.not_taken],
            "rows": [_row(row) for row in self.rows if row.id in deciding],
            "folder": self.folder,
            "crashed": self.crashed,
            "trouble": self.trouble,
        }

    def as_text(self) -> str:
        """Return the report for people."""
        lines = [
            f"{self.id}  {self.title['ja']} / {self.title['en']}",
            f"  空間 space {self.space or '-'}  乱数 seed {self.seed}  縮尺 scale 1/{self.scale}",
            f"  シナリオ scenario sha256 {self.sha256}  版 version {version('nakadachi')}",
            f"  時刻 clock {_said(self.started_at)} - {_said(self.ended_at)}",
            f"  所要 took {self.seconds:.1f} s  記録 journal {self.digest or '-'}",
            f"  再実行 repeat: {self.command}",
        ]
        known = {row.id: row for row in self.rows}
        for one in self.verdicts:
            lines += explain(one, known)
        lines += [
            f"  -- 当たらなかった規則 rule that matched nothing: {name}" for name in self.idle
        ]
        lines += list_not_taken(self.not_taken)
        if self.crashed:
            lines.append("  !! 試験対象が異常終了しました / the system under test ended by itself")
        if self.trouble is not None:
            lines.append(f"  !! {self.trouble}")
        if self.folder is not None:
            lines.append(f"  フォルダー folder {self.folder}")
        lines.append(f"  {_OUTCOMES[self.outcome]}")
        return "\n".join(lines)


_OUTCOMES = {
    "passed": "合格 passed",
    "failed": "不合格 failed",
    "undecided": "判定できない期待があり、合格ではありません / undecided, which is not passed",
    "error": "実行できませんでした / could not be played",
}


def explain(one: Verdict, known: Mapping[int, Row]) -> list[str]:
    """Return the lines that say what came of an expectation, with the first rows that decide."""
    lines = [f"  {MARKS[one.outcome]} {one.index + 1}. {one.kind}: {one.said_ja} / {one.said_en}"]
    if one.why:
        lines.append(f"       なぜ why: {one.why}")
    if one.outcome != "met":
        shown = [known[row] for row in one.rows[:SHOWN] if row in known]
        lines += [f"       {write_row(row)}" for row in shown]
        left = len(one.rows) - len(shown)
        lines += [f"       … {left}"] if left else []
    return lines


def list_not_taken(rows: Sequence[Row]) -> list[str]:
    """Return the lines that say which steps nobody could take, and why; the first of many."""
    lines = [
        f"  -- 行えなかった行い step not taken: {write_row(row)}: {row.note}"
        for row in rows[:SHOWN]
    ]
    left = len(rows) - len(lines)
    return [*lines, f"     … {left}"] if left else lines


def write_row(row: Row) -> str:
    """Return a row of the journal as one line for people."""
    who = f"{row.person}#{row.member}" if row.person else "-"
    faults = f" [{', '.join(row.faults)}]" if row.faults else ""
    rule = f" <{row.rule}>" if row.rule else ""
    at = row.at.astimezone(JST).strftime("%m-%d %H:%M:%S")
    return (
        f"#{row.id} {at} {row.party} {row.op} {who} nth {row.nth}: {row.outcome or '-'}"
        f"{rule}{faults}"
    )


def _verdict(one: Verdict) -> dict[str, Any]:
    return {
        "index": one.index,
        "kind": one.kind,
        "outcome": one.outcome,
        "rows": list(one.rows),
        "said_ja": one.said_ja,
        "said_en": one.said_en,
        "why": one.why,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": _said(row.at),
        "party": row.party,
        "peer": row.peer,
        "op": row.op,
        "person": row.person,
        "member": row.member,
        "correlation": row.correlation,
        "nth": row.nth,
        "rule": row.rule,
        "faults": list(row.faults),
        "outcome": row.outcome,
        "note": row.note,
    }


def _said(instant: datetime) -> str:
    return instant.astimezone(JST).isoformat(timespec="milliseconds")
