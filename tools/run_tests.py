"""Run every test under coverage, judge coverage twice, then search what was left behind (G5).

Used by `make test`. All temporary files of the suite go below one new folder, which is searched
for canaries afterwards and removed when everything is fine. The last line printed is pytest's.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PURE = ("gateway/domain", "codecs/wire", "permitlists")  # every branch of these is tested
TOTAL_PERCENT = 95
BROWSER = "tests/browser"  # needs a Chromium: `make test-browser`
PROCESSES = os.environ.get("TEST_PROCESSES", "2")


def coverage(*arguments: str) -> list[str]:
    """Return a coverage command of this interpreter."""
    return [sys.executable, "-m", "coverage", *arguments]


def stream(command: Sequence[str], log: Path) -> tuple[int, list[str]]:
    """Run a command, show and keep what it prints; return its exit code and its lines."""
    lines = []
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(  # noqa: S603  # our own command
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        for line in process.stdout or ():
            print(line, end="", flush=True)
            kept.write(line)
            lines.append(line.rstrip())
    return process.returncode, lines


def run(title: str, command: Sequence[str]) -> bool:
    """Run one step after the tests; return whether it is fine."""
    print(f"\n{title}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603  # our own


def describe_left_out(lines: Sequence[str]) -> str:
    """Return what the suite did not do, from pytest's own summary."""
    skipped = [line for line in lines if line.startswith("SKIPPED")]
    found = "; ".join(skipped) if skipped else "no test was skipped"
    return f"Left out: {BROWSER}, which `make test-browser` runs; {found}."


def main(arguments: Sequence[str]) -> int:
    """Run everything; further arguments go to pytest."""
    left = Path(tempfile.mkdtemp(prefix="nk-"))  # short: Unix sockets live below it
    registered = left.with_name(left.name + ".canaries")
    registered.touch()
    (left / "tmp").mkdir()
    (left / "kept").mkdir()
    os.environ |= {
        "TMPDIR": str(left / "tmp"),
        "CANARY_FILE": str(registered),
        "CANARY_KEEP": str(left / "kept"),
        "COVERAGE_FILE": str(ROOT / ".coverage"),
    }
    subprocess.run(coverage("erase"), cwd=ROOT, check=True)  # noqa: S603  # our own
    spread = ["-n", PROCESSES, "--dist", "loadfile"] if int(PROCESSES) > 1 else []
    where = [f"--basetemp={left / 'pytest'}", f"--ignore={BROWSER}"]
    tests = coverage("run", "-m", "pytest", *where, *spread, *arguments)
    code, lines = stream(tests, left / "pytest.log")
    closing = next((line for line in reversed(lines) if re.search(r" in [\d.]+s", line)), "")
    fine = code == 0
    pure = ",".join(f"{folder}/*" for folder in PURE)
    whole = not arguments  # a part of the suite says nothing about coverage
    if whole:
        run("Coverage", coverage("combine", "--quiet"))
        fine &= run(
            f"Coverage of all, at least {TOTAL_PERCENT} %",
            coverage("report", "--skip-covered", f"--fail-under={TOTAL_PERCENT}"),
        )
        fine &= run(
            f"Coverage of {', '.join(PURE)}, all branches",
            coverage("report", "--skip-covered", f"--include={pure}", "--fail-under=100"),
        )
    search = [sys.executable, "tools/search_canaries.py", str(left)]
    fine &= run("Canary search (G5)", [*search, "--registered", str(registered)])
    if fine:
        shutil.rmtree(left)
        registered.unlink()
    else:
        print(f"Kept for a look: {left}")
    print(f"\n{describe_left_out(lines)}")
    print(closing)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
