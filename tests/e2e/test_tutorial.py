"""The tutorial is true: its files are written, its commands run, and they print what it shows."""

import os
import re
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "testers" / "tutorial.md").read_text("utf-8")
BLOCK = re.compile(
    r"(?:<!-- (?P<act>file|change): (?P<name>[a-z_]+\.py) -->\n)?"
    r"^```(?P<kind>[a-z]+)\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
# What differs from run to run.
VOLATILE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|#\d+|\bin \d+\.\d+s|\d+ of \d+")


def change(text: str, diff: str) -> str:
    """Return a text with one place changed as a diff without a head says."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    assert text.count(old) == 1
    return text.replace(old, "".join(line[1:] for line in lines if line[0] in " +"))


def run(command: str, folder: Path) -> str:
    """Return what a shell prints, with our interpreter's commands before all others."""
    found = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603  # the page's own text, as a reader's shell takes it
        ["/bin/bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": found, "LC_ALL": "C.UTF-8", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout


def assert_shown(shown: str, real: str) -> None:
    """Assert that every line that the page shows is printed, in its order."""
    printed = iter(VOLATILE.sub("*", real).splitlines())
    for line in VOLATILE.sub("*", shown).splitlines():
        assert line in printed, f"the page shows {line!r}, which is not printed:\n{real}"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_files_of_the_page_fail_and_then_pass_as_it_shows(tmp_path: Path) -> None:
    runs, real = 0, ""
    for block in BLOCK.finditer(PAGE):
        file = tmp_path / (block["name"] or "-")
        if block["act"] == "file":
            file.write_text(block["text"], "utf-8")
        elif block["act"] == "change":
            file.write_text(change(file.read_text("utf-8"), block["text"]), "utf-8")
        elif block["kind"] == "sh":
            runs, real = runs + 1, run(block["text"], tmp_path)
        elif block["kind"] == "text":
            assert_shown(block["text"], real)
    assert runs == 2
    assert len((tmp_path / "levy.py").read_text("utf-8").splitlines()) < 50


def test_the_extra_and_the_plugin_of_the_page_are_in_the_distribution() -> None:
    installed = distribution("nakadachi")
    assert "testing" in installed.metadata.get_all("Provides-Extra", [])
    assert [one.value for one in installed.entry_points if one.group == "pytest11"] == [
        "mocks.testing.plugin"
    ]
