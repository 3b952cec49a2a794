import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import permit_oracle
from gateway.cli.permits import app
from permitlists import load_builtin
from permitlists.oracle import Oracle, list_packaged
from tests.unit.permitlists.permit_cases import LABEL, SCHEDULE, packaged
from tests.unit.permitlists.small_edition import encode, row, small

FEW = ("--mutations", "50")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("oracle-check", *arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "edition.json"
    path.write_bytes(encode(small(rows=[row(), row(no="2", clauses=[])])))
    return path


def test_the_packaged_editions_agree_with_the_oracle() -> None:
    result = run("--json", *FEW, "--seed", "7")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["agree"] is True
    assert document["disagreements"] == []
    assert document["asked"] == {"granting": 7944, "inquirers": 38155, "mutations": 50}
    assert document["seed"] == 7
    assert [(one["label"], one["sha256"]) for one in document["editions"]] == [
        (edition.key.label, edition.key.sha256) for edition in load_builtin().editions
    ]
    assert "inquirers: 38155\n" in result.stderr


def test_an_edition_of_a_file_is_checked_completely(file: Path) -> None:
    result = run("--edition", str(file), "--full", *FEW)
    assert result.exit_code == 0
    assert "agree: granting 1, inquirers 2, mutations 50, full 1;" in result.stdout


def test_named_editions_are_checked_together() -> None:
    result = run("--edition", LABEL, "--edition", packaged(SCHEDULE).key.sha256[:8], "--json", *FEW)
    labels = [one["label"] for one in json.loads(result.stdout)["editions"]]
    assert labels == [SCHEDULE, LABEL]


def test_a_run_without_seed_says_which_one_it_took(file: Path) -> None:
    first = json.loads(run("--edition", str(file), "--json", *FEW).stdout)
    second = json.loads(run("--edition", str(file), "--json", *FEW).stdout)
    assert first["seed"] != second["seed"]


def test_disagreements_are_listed_and_end_with_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle reads another table here, as if the compiled one had gone wrong."""
    other = encode(small(rows=[row(inquirers=[]), row(no="2")]))
    monkeypatch.setattr(permit_oracle, "_content", lambda *_: other)
    result = run("--edition", str(file), "--json", "--mutations", "5000", "--seed", "1")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["agree"] is False
    assert len(document["disagreements"]) == permit_oracle.SHOWN
    first = document["disagreements"][0]
    assert first["question"]["affair"] == "2-1"
    assert first["index"] == {"failed": "affair", "granted": []}
    assert first["oracle"]["failed"] is None
    assert first["oracle"]["granted"][0]["row"] == "2"
    text = run("--edition", str(file), "--mutations", "10").stdout
    assert "不一致 / differ" in text
    assert '"affair": "2-1"' in text


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--edition", "beppyo2@1999-01-01"), 1),
        (("--edition", "no-such-file.json"), 3),
        (("--mutations", "-1"), 2),
        (("--register", "no-such-folder"), 3),
    ],
    ids=["no such edition", "no such file", "below zero", "no register"],
)
def test_what_cannot_be_checked_is_said(arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")


def test_the_packaged_files_are_read_by_the_oracle_itself() -> None:
    assert [Oracle(data).instrument for data in list_packaged()] == ["beppyo2", "shourei-r6"]
