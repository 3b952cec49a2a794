"""README is true: its commands exist, its quick ones run, and CI takes its test command from it."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line]
TARGETS = re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)


def test_every_make_command_of_the_readme_is_a_target() -> None:
    called = re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)
    assert {"demo", "test", "up"} <= set(called)
    assert set(called) <= set(TARGETS)


def test_every_target_is_listed_explained_and_phony() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(TARGETS)


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.endswith("# quick")])
def test_a_quick_command_runs(line: str) -> None:
    done = subprocess.run(  # noqa: S602  # the README's own text, as a reader's shell takes it
        line, shell=True, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_ci_runs_the_checks_and_then_the_test_command_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert script.index("make check") < script.index("README.md")
    stated = [line for line in COMMANDS if re.search(r"# every test", line)]
    assert len(stated) == 1
    assert stated[0].split("#")[0].strip() == "make test"


def test_the_readme_is_one_screen() -> None:
    assert len(README.splitlines()) <= 90


def test_the_readme_says_what_it_is_not_and_how_to_stay_safe() -> None:
    for said in ("It is not", "Never put real personal information", "Apache-2.0"):
        assert said in README
