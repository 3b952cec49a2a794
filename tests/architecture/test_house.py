"""House rules that no linter knows."""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ("gateway", "codecs", "permitlists", "mocks", "tools", "docs", "tests")
GENERATED = {".venv", ".git", "var", "__pycache__", "_build"}
MODULE_LINES, FUNCTION_LINES = 400, 60
TEST_LINES = 600  # tables of cases are long
# Patterns that do not match themselves, so that this file does not contain what it forbids.
FORBIDDEN = ["[/]work/", "[/]root/", "pypi[.]org", "pythonhosted[.]org", "TO[D]O:", "FIX[M]E"]


def modules() -> Iterator[Path]:
    for name in SOURCES:
        yield from (p for p in (ROOT / name).rglob("*.py") if not GENERATED & set(p.parts))


def texts() -> Iterator[tuple[Path, str]]:
    """Yield every text file of the project."""
    for path in ROOT.rglob("*"):
        relative = path.relative_to(ROOT)
        hidden = relative.parts[0].startswith(".") and relative.parts[0] != ".ci"
        if hidden or GENERATED & set(relative.parts) or not path.is_file():
            continue
        try:
            yield relative, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_codecs_is_a_source_root_and_no_package() -> None:
    assert not (ROOT / "codecs" / "__init__.py").exists()
    assert (ROOT / "codecs" / "wire" / "__init__.py").exists()


def test_no_module_is_longer_than_the_wall() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text("utf-8").splitlines()))
        > (TEST_LINES if "tests" in path.relative_to(ROOT).parts else MODULE_LINES)
    }
    assert not long


def test_no_function_is_longer_than_the_wall() -> None:
    long = {
        f"{path.relative_to(ROOT)}: {node.name}": lines
        for path in modules()
        if "tests" not in path.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno
        and (lines := node.end_lineno - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def test_no_two_test_files_share_a_name() -> None:
    counted = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert not [name for name, count in counted.items() if count > 1]


def test_tests_are_no_packages() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("forbidden", FORBIDDEN)
def test_no_file_names_a_machine_path_a_registry_or_unfinished_work(forbidden: str) -> None:
    assert not [str(path) for path, text in texts() if re.search(forbidden, text)]


def test_every_runtime_dependency_has_a_floor_and_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = re.search(r"^dependencies = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert block is not None
    lines = block[1].splitlines()
    assert len(lines) == len(tomllib.loads(text)["project"]["dependencies"])
    for line in lines:
        assert re.fullmatch(r'  "[a-z0-9\[\],-]+>=[0-9][^"]*", +# .+', line), line


@pytest.mark.parametrize("name", ["runtime.lock", "dev.lock"])
def test_locks_carry_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    pinned = re.split(r"\n(?=\S)", text.strip())
    assert len(pinned) > 10
    for requirement in pinned:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+ ", requirement), requirement
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", requirement), requirement


def test_every_exception_from_lint_or_types_gives_its_reason() -> None:
    """On its line, in the comment above it, or on the first of several lines."""
    exception = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])")
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in modules()
        for number, (above, line) in enumerate(
            pairwise(["", *path.read_text("utf-8").splitlines()]), 1
        )
        if (found := exception.search(line))
        and not line[found.end() :].strip()
        and not above.lstrip().startswith("#")
        and not exception.search(above)
    ]
    assert not bare


THEIRS = {"get_alg", "get_command"}  # methods of libraries that we override


def test_get_is_no_verb_of_ours() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in modules()
        if "tests" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name not in THEIRS
        and re.match(r"_?get(_|$)", node.name)
    ]
    assert not found, "find returns None, list a sequence, load raises"
