"""Run the commands of a page in a shell and put what they really print below them.

`python -m tools.run_page PAGE` rewrites the page; with `--check` a page that says otherwise fails.
A block marked `sh` is run, the block marked `text` right below it holds what it printed. A comment
such as `<!-- day: 2026-04-01 -->` sets the clock to noon in Japan of that day, `<!-- day: now -->`
lets it run; files of the folder `samples` beside the page are at hand. All blocks share one shell
and one folder, made for the run. Digests and instants may differ from what the page shows: they
change with everything, or with every run.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final

import time_machine

ROOT: Final = Path(__file__).resolve().parents[1]
MARK: Final = "~~ end of block ~~"
WIDEST: Final = 120  # characters of a printed line that the page keeps
_JAPAN: Final = timezone(timedelta(hours=9))
_VOLATILE: Final = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}|[0-9-]{10}T[0-9:.]{8,15}"
)
_PART: Final = re.compile(
    r"<!-- day: (?P<day>[0-9-]{10}|now) -->"
    r"|^```sh\n(?P<script>.*?)^```(?P<gap>\n+)```text\n(?P<shown>.*?)^```"
    r"|^```sh\n(?P<silent>.*?)^```",
    re.MULTILINE | re.DOTALL,
)


def render(page: str, samples: Path) -> str:
    """Return a page with what its commands print now.

    Raises:
        ChildProcessError: the shell did not reach the end.
    """
    printed = iter(_run(page, samples))

    def fill(part: re.Match[str]) -> str:
        if part["day"]:
            return part[0]
        output = next(printed)
        if part["script"] is None or _VOLATILE.sub("*", output) == _VOLATILE.sub(
            "*", part["shown"]
        ):
            return part[0]
        return f"```sh\n{part['script']}```{part['gap']}```text\n{output}```"

    return _PART.sub(fill, page)


def _run(page: str, samples: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "work"
        shutil.copytree(samples, folder)
        command = Path(name) / "nakadachi"
        command.write_text(
            f'#!/bin/sh\nexec {sys.executable} -m tools.run_page --on "$DAY" -- "$@"\n', "utf-8"
        )
        command.chmod(0o755)
        environment = os.environ | {
            "PATH": f"{name}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'codecs'}",
            "PYTHONWARNINGS": "ignore",
            "TMPDIR": name,
            "LC_ALL": "C.UTF-8",
        }
        environment.pop("NAKADACHI_PERMITS_REGISTER", None)
        done = subprocess.run(  # noqa: S603  # the page's own text, as a reader's shell takes it
            ["/bin/bash", "-c", "\n".join(_script(page))],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    *blocks, rest = done.stdout.split(f"{MARK}\n")
    if rest:
        raise ChildProcessError(rest)
    return ["".join(_shorten(block)) for block in blocks]


def _script(page: str) -> Iterator[str]:
    for part in _PART.finditer(page):
        if part["day"]:
            yield f"export DAY={part['day']}"
        else:
            yield f"{part['script'] or part['silent']}echo '{MARK}'"


def _shorten(block: str) -> Iterator[str]:
    for line in block.splitlines():
        yield f"{line if len(line) <= WIDEST else line[: WIDEST - 2] + ' …'}\n"


def _call(day: str, arguments: list[str]) -> None:
    """Run the command as on a day; the process ends with its exit code."""
    from gateway.cli.main import main as command  # noqa: PLC0415  # slow, and only here needed

    sys.argv = ["nakadachi", *arguments]
    if day == "now":
        command()
        return
    noon = datetime.combine(date.fromisoformat(day), time(12), tzinfo=_JAPAN)
    with time_machine.travel(noon, tick=False):
        command()


def main() -> int:
    """Write or check a page; exit 1 when it says what is no longer printed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail on a difference, write nothing")
    parser.add_argument("--on", help="run one command as on a day, or `now`")
    parser.add_argument("rest", nargs="+", help="the page, or the words of the command")
    given = parser.parse_args()
    if given.on:
        _call(given.on, given.rest)
        return 0
    page = Path(given.rest[0])
    text = page.read_text("utf-8")
    real = render(text, page.parent / "samples")
    if real == text:
        return 0
    if not given.check:
        page.write_text(real, "utf-8")
    print(f"{page}: {'stale' if given.check else 'written'}")
    return 1 if given.check else 0


if __name__ == "__main__":
    sys.exit(main())
