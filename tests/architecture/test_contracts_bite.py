"""Six import contracts: all kept by the real tree, each broken by an import it forbids."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = ROOT / ".venv" / "bin" / "lint-imports"
SOURCES = ("gateway", "codecs", "permitlists", "mocks")

BITES = [
    pytest.param(
        "layers", {"gateway/domain/bite.py": "import gateway.ports\n"}, id="layers-upwards"
    ),
    pytest.param(
        "layers", {"gateway/storage/bite.py": "import gateway.network\n"}, id="layers-sideways"
    ),
    pytest.param("layers", {"gateway/newcomer.py": ""}, id="layers-module-without-one"),
    pytest.param("no-io", {"gateway/domain/bite.py": "import socket\n"}, id="no-io-domain"),
    pytest.param("no-io", {"codecs/wire/bite.py": "import ssl\n"}, id="no-io-wire"),
    pytest.param("no-io", {"permitlists/bite.py": "import lxml\n"}, id="no-io-permitlists"),
    pytest.param("wire-protected", {"gateway/usecases/bite.py": "import wire\n"}, id="wire"),
    pytest.param(
        "wire-protected", {"permitlists/bite.py": "import wire.trees\n"}, id="wire-permitlists"
    ),
    pytest.param("no-io", {"permitlists/lawxml/bite.py": "import lxml.etree\n"}, id="no-io-lawxml"),
    pytest.param("mocks-alone", {"mocks/bite.py": "import gateway.domain\n"}, id="mocks-alone"),
    pytest.param("no-mocks", {"gateway/cli/bite.py": "import mocks\n"}, id="no-mocks"),
    pytest.param(
        "acyclic",
        {
            "mocks/bite_one.py": "import mocks.bite_two\n",
            "mocks/bite_two.py": "import mocks.bite_one\n",
        },
        id="acyclic",
    ),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tree = tmp_path_factory.mktemp("tree")
    for name in SOURCES:
        ignore = shutil.ignore_patterns("__pycache__", "data")
        shutil.copytree(ROOT / name, tree / name, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tree)
    return tree


def lint(tree: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    paths = os.pathsep.join(str(tree / part) for part in ("", "codecs"))
    return subprocess.run(  # noqa: S603  # our own command, our own arguments
        [LINT, "--no-logo", "--cache-dir", tree / ".cache", *options],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_real_tree_keeps_all_six_contracts(copy: Path) -> None:
    linted = lint(copy)
    assert linted.returncode == 0, linted.stdout
    assert "Contracts: 6 kept, 0 broken." in linted.stdout


@pytest.mark.parametrize(("contract", "files"), BITES)
def test_a_contract_breaks_on_what_it_forbids(
    copy: Path, contract: str, files: Mapping[str, str]
) -> None:
    for name, text in files.items():
        (copy / name).write_text(f'"""A forbidden import."""\n\n{text}', "utf-8")
    try:
        linted = lint(copy, "--contract", contract)
    finally:
        for name in files:
            (copy / name).unlink()
    assert linted.returncode == 1
    assert "BROKEN" in linted.stdout or "not in a layer" in linted.stdout
