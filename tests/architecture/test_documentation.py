"""Pages are true: every link leads somewhere, and every function a page names exists."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.generate_docs import PAGES, REFERENCE, render

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def pages() -> list[Path]:
    built = ROOT / "docs" / "_build"
    inside = [p for p in (ROOT / "docs").rglob("*.md") if built not in p.parents]
    return sorted([*ROOT.glob("*.md"), *inside])


def links(page: Path) -> Iterator[tuple[str, str]]:
    for match in LINK.finditer(page.read_text("utf-8")):
        if "://" not in match[2]:
            yield match[1], match[2]


def defined_in(path: Path) -> set[str]:
    """Return the functions, classes, methods and constants of a module."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        match node:
            case ast.ClassDef(name=name, body=body):
                found.add(name)
                found |= {f"{name}.{one.name}" for one in body if hasattr(one, "name")}
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_to_what_it_names(page: Path) -> None:
    for text, target in links(page):
        path = (page.parent / target.partition("#")[0]).resolve()
        assert path.exists(), f"{target} does not exist"
        name = text.strip("`")
        if path.suffix == ".py" and text.startswith("`") and "/" not in name:
            assert name in defined_in(path), f"{target} does not define {name}"


def test_the_walks_name_source_files() -> None:
    for name in ("one-inquiry.md", "one-provision.md"):
        walked = list(links(ROOT / "docs" / "explanation" / name))
        assert len([target for _, target in walked if target.endswith(".py")]) >= 15


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_fresh(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == render(name), "run `make docs`"


def test_every_decision_record_is_numbered_once_and_complete() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [path.name[:4] for path in records] == [f"{n + 1:04d}" for n in range(len(records))]
    for path in records:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {path.name[:4]} ")
        headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "How it is enforced"]
