import json
from datetime import date
from pathlib import Path

import pytest
import time_machine
from typer.testing import CliRunner, Result

from gateway.cli.permits import app
from permitlists import CodedQuestion, load_builtin, load_institutions
from permitlists.requests import Asked
from permitlists.usage import Scope, count_usage, list_universe
from permitlists.usage_report import percent
from tests.unit.permitlists.permit_cases import LABEL
from tests.unit.permitlists.test_permit_impact import OLD, TAX, line, write

NOW = "2026-11-23T00:00:00Z"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("usage", *arguments))


def requests(month: int, count: int, **changes: object) -> list[dict[str, object]]:
    return [
        line(
            at=f"2026-{month:02}-{number % 28 + 1:02}T00:00:00+00:00",
            request_id=f"{month} {number} {changes}",
            **changes,
        )
        for number in range(count)
    ]


@time_machine.travel(NOW)
def test_a_report_tells_percentages_counts_and_refusals(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        *requests(9, 30),
        *requests(9, 12, affair="69-8"),
        *requests(10, 25),
        *requests(11, 40),
    )
    result = run("--records", file, "--json")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert (document["edition"], document["k"]) == (LABEL, 10)
    assert [unit["month"] for unit in document["units"]] == ["2026-09", "2026-10"]
    used = next(one for one in document["affairs"] if one["affair"] == "69-7")
    assert (used["permissions"], used["never_used"], used["asks"]) == (5, 4, 55)
    assert used["percent_never_used"] == 80.0
    assert document["refused"] == [{"element": "information", "affair": "69-8", "asks": 12}]
    summary = document["summary"]
    assert summary["affairs"] - summary["affairs_never_used"] == 1
    assert summary["permissions"] - summary["never_used"] == 1
    lines = run("--records", file).stdout.splitlines()
    assert lines[-2:] == ["  拒否（information） 69-8: 12件", "  refused (information) 69-8: 12"]


@time_machine.travel(NOW)
def test_small_counts_stay_hidden_with_what_gives_them_away(tmp_path: Path) -> None:
    file = write(tmp_path, *requests(10, 30), *requests(10, 3, affair="69-1"))
    document = json.loads(run("--records", file, "--json").stdout)
    affairs = {one["affair"]: one for one in document["affairs"]}
    for affair in ("69-1", "69-7"):
        assert (affairs[affair]["asks"], affairs[affair]["hidden_units"]) == (None, 1)
        assert affairs[affair]["never_used"] == 0
    output = run("--records", file).stdout
    assert "許可5件、照会の件数は示しません" in output
    assert "  69-7: 5 permissions, number of asks not disclosed" in output


@time_machine.travel(NOW)
def test_the_month_under_way_is_never_counted(tmp_path: Path) -> None:
    file = write(tmp_path, *requests(11, 40))
    for options in ((), ("--since", "2026-11"), ("--until", "2027-03")):
        document = json.loads(run("--records", file, "--json", *options).stdout)
        assert document["units"] == []
        assert document["summary"]["permissions"] == document["summary"]["never_used"]
    assert "〜-（10未満" in run("--records", file).stdout


@time_machine.travel(NOW)
def test_months_are_chosen_by_name_and_empty_ones_count(tmp_path: Path) -> None:
    file = write(tmp_path, *requests(8, 20), *requests(10, 20))
    document = json.loads(
        run("--records", file, "--json", "--since", "2026-08", "--until", "2026-09").stdout
    )
    assert [unit["month"] for unit in document["units"]] == ["2026-08", "2026-09"]
    assert document["units"][1]["permitted"] == {"name": "permitted", "count": 0, "parts": []}
    assert run("--records", file, "--since", "2026-13").exit_code == 2


@time_machine.travel(NOW)
def test_only_the_months_of_the_edition_are_counted(tmp_path: Path) -> None:
    file = write(tmp_path, *requests(9, 20))
    document = json.loads(run("--records", file, "--json", "--edition", OLD).stdout)
    assert document["units"] == []
    assert document["edition"] == OLD


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--edition", "shourei-r6@1999-01-01"), 1),
        (("-k", "2"), 2),
        (("--records", "/nowhere"), 3),
    ],
    ids=["edition", "k", "file"],
)
def test_what_cannot_be_reported_is_refused(arguments: tuple[str, ...], code: int) -> None:
    assert run(*arguments).exit_code == code


@time_machine.travel("2010-01-01T00:00:00Z")
def test_without_an_edition_in_force_there_is_no_report(tmp_path: Path) -> None:
    result = run("--records", write(tmp_path))
    assert (result.exit_code, result.stderr[:23]) == (1, "permits.edition_unknown")


def test_an_edition_that_is_only_a_file_has_no_requests(tmp_path: Path) -> None:
    edition = load_builtin().find_labelled(LABEL)
    assert edition is not None
    file = tmp_path / "other.json"
    file.write_bytes(edition.to_bytes().replace(b'"source":"', b'"source":"x', 1))
    assert run("--edition", str(file)).exit_code == 1


def ask(affair: str, inquirer: str, *, on: date, instrument: str = "shourei-r6") -> Asked:
    question = CodedQuestion(
        on=on,
        affair=affair,
        inquirer=inquirer,
        provider="991023",
        information=(TAX,),
        instrument=instrument,
    )
    return Asked(question=question, items=((),))


def test_requests_outside_of_the_scope_are_left_out() -> None:
    permit_list, institutions = load_builtin(), load_institutions()
    edition = permit_list.find_labelled(LABEL)
    assert edition is not None
    october = date(2026, 10, 1)
    scope = Scope(edition=edition, months=(october, date(2024, 5, 1), date(2020, 1, 1)), k=3)
    counts = [
        (None, 9),
        (ask("69-7", "991015", on=october), 20),
        (ask("69-7", "991015", on=date(2026, 9, 1)), 20),
        (ask("42", "991015", on=date(2024, 5, 1), instrument="beppyo2"), 20),
        (ask("42", "991015", on=october, instrument="beppyo2"), 20),
        (ask("x", "991015", on=october), 20),
        (ask("69-7", "991015", on=date(2010, 5, 1)), 20),
    ]
    units = count_usage(counts, permit_list, institutions, scope)
    assert [(one.month, one.permitted.count, one.refused.count) for one in units] == [
        (date(2024, 5, 1), 0, 0),
        (october, 20, 20),
    ]
    assert units[1].refused.find(("edition", "42", "991015")) == 20


def test_a_log_tells_only_of_what_its_owner_can_use() -> None:
    edition = load_builtin().find_labelled(LABEL)
    assert edition is not None
    institutions = load_institutions()
    every = list_universe(Scope(edition=edition, months=(), k=3), institutions)
    assert len(every) == 3644
    for owner, worn in (("999024", "厚生労働大臣"), ("000000", "")):
        scope = Scope(edition=edition, months=(), k=3, owners=frozenset({owner}))
        own = list_universe(scope, institutions)
        assert own == [one for one in every if worn and worn in {one.inquirer, one.provider}]


def test_a_share_of_nothing_is_nothing() -> None:
    assert (percent(1, 3), percent(0, 0)) == (33.3, 0.0)
