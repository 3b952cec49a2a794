"""Sums up what the sampler of `profiled.py` counted: by module of ours, by library, by function."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

OURS = ("gateway", "wire", "permitlists")
Stack = Sequence[str]  # `module:function:line`, innermost last
Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Shares of all samples, largest first.

    `modules`: the innermost module of ours, with all that it called from libraries; libraries that
    nobody of ours called stand by themselves. `functions`: with everything below them, ours only.
    `lines`: the innermost line of ours.
    """

    samples: int
    modules: Shares
    functions: Shares
    lines: Shares


def summarise(counted: Iterable[tuple[Stack, int]]) -> Summary:
    """Return the summary of stacks and how often each was seen."""
    modules: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    total = 0
    for stack, times in counted:
        total += times
        modules[module_of(stack)] += times
        mine = [name for name in stack if _is_ours(name)]
        for name in {_function(one) for one in mine}:
            functions[name] += times
        if mine:
            lines[mine[-1]] += times
    return Summary(
        samples=total,
        modules=_shares(modules, total),
        functions=_shares(functions, total),
        lines=_shares(lines, total),
    )


def module_of(stack: Stack) -> str:
    """Return whom a sample is put down to."""
    for name in reversed(stack):
        if _is_ours(name):
            return name.partition(":")[0]
    inner = stack[-1].partition(":")[0] if stack else "?"
    return inner.partition(".")[0]


def read_samples(path: Path) -> list[tuple[Stack, int]]:
    """Return what the sampler wrote."""
    return [(stack, times) for stack, times in json.loads(path.read_text("utf-8"))]


def _is_ours(name: str) -> bool:
    return name.partition(":")[0].partition(".")[0] in OURS


def _function(name: str) -> str:
    return name.rpartition(":")[0]


def _shares(counted: Counter[str], total: int) -> Shares:
    return tuple((name, times / total) for name, times in counted.most_common())
