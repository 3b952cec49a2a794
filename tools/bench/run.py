"""`make bench`: measure the figures side by side, print a table, write JSON.

    .venv/bin/python tools/bench/run.py [FIGURE ...] [--rounds N] [--seconds S] [--repeats N]
    .venv/bin/python tools/bench/run.py --profile inquiry

Without names all figures are measured. Exit code 1: of some figure every round was disturbed.
"""

import argparse
import asyncio
import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "codecs")]

from tools.bench.figures import AGAINST, TITLES, TOGETHER, Figure, measure  # noqa: E402  # the path comes first
from tools.bench.profiling import PROFILED, profile  # noqa: E402
from tools.bench.rounds import Plan  # noqa: E402

DEFAULTS = Plan()
IMPLIED = {
    *AGAINST.values(),
    *(one for name, all_ in TOGETHER.items() for one in all_ if one != name),
}
FIGURES = [name for name in TITLES if name not in IMPLIED]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return the exit code."""
    given = _read_arguments(arguments)
    plan = Plan(
        rounds=given.rounds,
        seconds=given.seconds,
        repeats=given.repeats,
        rows=given.rows,
        records=given.records,
        megabytes=given.megabytes,
        keep_disturbed=given.keep_disturbed,
    )
    against = given.against.resolve() if given.against else None
    if given.profile:
        print(asyncio.run(profile(given.profile, seconds=given.seconds)))
        return 0
    figures = asyncio.run(measure(given.figures or FIGURES, plan, against))
    print("\n".join(_lines(figures)))
    print(f"\n{_write(figures, plan, given.out)}")
    return 0 if all(one.ratio is not None for one in figures) else 1


def _read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="run.py")
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=" ".join(FIGURES))
    parser.add_argument("--rounds", type=int, default=DEFAULTS.rounds)
    parser.add_argument("--seconds", type=float, default=DEFAULTS.seconds, help="of each slice")
    parser.add_argument(
        "--repeats", type=int, default=DEFAULTS.repeats, help="disturbed rounds to run again"
    )
    parser.add_argument("--rows", type=int, default=DEFAULTS.rows, help="of the batch of P7")
    parser.add_argument("--records", type=int, default=DEFAULTS.records, help="of the file of P3")
    parser.add_argument(
        "--megabytes", type=int, default=DEFAULTS.megabytes, help="of the file of P3c"
    )
    parser.add_argument(
        "--keep-disturbed", action="store_true", help="count rounds that others disturbed"
    )
    parser.add_argument("--profile", choices=PROFILED, help="show where the time goes instead")
    parser.add_argument(
        "--against", type=Path, metavar="FOLDER", help="another checkout to compare P1, P1p with"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "bench", help="folder of JSON")
    given = parser.parse_args(arguments)
    for name in given.figures:
        if name not in FIGURES:
            parser.error(f"{name} is none of {' '.join(FIGURES)}")
    return given


def _lines(figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the table: each figure, then its contestants."""
    for figure in figures:
        shown = figure.as_document()
        ratio = "every round disturbed" if figure.ratio is None else f"{figure.ratio.median:.3g}"
        bars = f"must {shown['must']}, goal {shown['goal']}; " if shown["must"] else ""
        by_cpu = f"by CPU {figure.cpu.median:.3g}; " if figure.cpu is not None else ""
        counted = f"{shown['rounds']} rounds, {shown['rejected']} rejected"
        yield f"{figure.id:4} {ratio:>8}  {shown['title']}  ({bars}{by_cpu}{counted})"
        for name, value in figure.medians().items():
            yield f"{'':16}{name:18} {'  '.join(f'{key} {one:g}' for key, one in value.items())}"


def _write(figures: Sequence[Figure], plan: Plan, folder: Path) -> Path:
    """Write all that was found; return the file."""
    now = datetime.now(UTC)  # noqa: TID251  # a file's name, no decision
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{now:%Y-%m-%dT%H%M%S}.json"
    document = {
        "at": now.isoformat(timespec="seconds"),
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "rounds": plan.rounds,
        "seconds": plan.seconds,
        "keep_disturbed": plan.keep_disturbed,
        "figures": [one.as_document() for one in figures],
    }
    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return file


def _commit() -> str:
    """Return what was measured, or nothing where there is no history."""
    command = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # constant
    return found.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
