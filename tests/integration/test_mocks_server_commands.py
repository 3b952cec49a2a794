"""Commands that speak to a running server: what they print, and how they end."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from mocks.admin.client import AdminClient, RefusedError, Target, UnreachableError, find_target
from mocks.admin.server import AdminServer
from mocks.cli import register
from mocks.engine.journal import Row
from mocks.net.house import House
from mocks.net.thread import HouseThread

pytestmark = pytest.mark.integration
runner = CliRunner()


class Server:
    """The admin API of a house in a thread of its own."""

    def __init__(self, thread: HouseThread, server: AdminServer) -> None:
        self.thread, self.server = thread, server

    @property
    def house(self) -> House:
        return self.thread.house


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with HouseThread() as thread:
        served = AdminServer(thread.house, version="0")
        thread.call(served.start())
        monkeypatch.setenv("NAKADACHI_MOCKS_URL", served.url)
        monkeypatch.setenv("NAKADACHI_MOCKS_TOKEN", served.token)
        yield Server(thread, served)
        thread.call(served.stop())


def call(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    return runner.invoke(app, ["mocks", *arguments])


def read(*arguments: str) -> Any:  # noqa: ANN401  # JSON
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("server")
def test_a_space_is_opened_looked_at_and_closed() -> None:
    assert read("space", "new", "demo", "--scenario", "S04", "--seed", "7")["seed"] == 7
    assert [one["name"] for one in read("space", "ls")] == ["demo"]
    assert "S04" in call("space", "ls").stdout
    assert call("space", "rm", "demo").exit_code == 0
    refused = call("space", "rm", "demo")
    assert refused.exit_code == 1
    assert "space.unknown" in refused.output


@pytest.mark.usefixtures("server")
def test_the_only_space_need_not_be_named_and_one_of_two_must_be() -> None:
    read("space", "new", "one")
    assert read("clock", "show")["mode"] == "real"
    read("space", "new", "two")
    assert call("clock", "show").exit_code == 2
    assert read("clock", "freeze", "--space", "two")["mode"] == "frozen"
    assert read("clock", "show", "--space", "one")["mode"] == "real"


@pytest.mark.usefixtures("server")
def test_the_clock_is_moved_by_business_days_and_by_rate() -> None:
    read("space", "new", "demo", "--scenario", "S04")
    assert read("clock", "advance", "P3BD")["now"].startswith("2027-06-09T07:50:00")
    assert read("clock", "rate", "60")["rate"] == 60
    assert read("clock", "rate", "1")["mode"] == "real"
    assert call("clock", "set", "2020-01-01T00:00:00+09:00").exit_code == 1
    assert call("clock", "advance", "tomorrow").exit_code == 1


@pytest.mark.usefixtures("server")
def test_faults_are_added_listed_and_removed_in_the_words_of_scenarios() -> None:
    read("space", "new", "demo")
    made = read("fault", "add", "core", "status", "--op", "permit.issue", "--with", "status=503")
    assert made["rule"]["fault"] == [{"at": "before_effect", "kind": "status", "status": 503}]
    assert [one["id"] for one in read("fault", "ls")] == [made["id"]]
    assert read("fault", "rm", made["id"]) == {"removed": made["id"]}
    wrong = call("fault", "add", "core", "nothing")
    assert wrong.exit_code == 1
    assert "schema.choice" in wrong.output
    assert call("fault", "add", "core", "status", "--with", "status").exit_code == 2
    assert read("fault", "clear")["count"] == 0


@pytest.mark.usefixtures("server")
def test_parties_and_people_are_listed() -> None:
    read("space", "new", "demo", "--scenario", "S04")
    assert {"core", "prov"} <= {one["name"] for one in read("party", "ls")}
    assert read("party", "down", "prov", "--ttl", "PT1H")["state"] == "down"
    assert read("party", "up", "prov")["state"] == "up"
    assert "p1" in {one["name"] for one in read("people", "ls")}
    assert len(read("people", "gen", "--n", "3", "--seed", "7")) == 3


@pytest.mark.usefixtures("server")
def test_scenarios_are_loaded_judged_and_unloaded_while_the_server_runs(tmp_path: Path) -> None:
    read("space", "new", "demo")
    assert read("scenario", "load", "S04")["id"] == "S04-auto-response-prohibited"
    file = tmp_path / "own.yaml"
    source = call("scenario", "show", "S06").stdout
    file.write_text(source.replace("S06-core", "T06-core"), "utf-8")
    assert read("scenario", "load", str(file))["id"].startswith("T06-core")
    file.write_text(source.replace("permit.issue", "permit.isue"), "utf-8")
    wrong = call("scenario", "load", str(file))
    assert wrong.exit_code == 1
    assert "rule.op_unknown" in wrong.output
    assert read("scenario", "verify")["ok"] is True
    assert call("scenario", "verify", "--over").exit_code == 1
    assert call("scenario", "unload", "S04").exit_code == 0


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("name", ["県", "県の台帳.yaml", "folder/none.yaml", "a b", "x?y#z", "%2e"])
def test_a_name_that_nobody_has_is_refused_whatever_it_holds(name: str) -> None:
    read("space", "new", "demo")
    for *command, code in (
        ("scenario", "load", "scenario.unknown"),
        ("scenario", "unload", "scenario.unknown"),
        ("party", "down", "party.unknown"),
        ("fault", "rm", "fault.unknown"),
    ):
        refused = call(*command, name)
        assert refused.exit_code == 1
        assert code in refused.output


def test_rows_are_found_explained_and_exported(server: Server, tmp_path: Path) -> None:
    read("space", "new", "demo")
    space = server.house.find("demo")
    assert space is not None
    now = space.clock.now()

    async def write() -> None:
        exchange = space.journal.begin("core", "gw", "in", b"no stream", now)
        space.journal.add(Row(at=now, party="core", peer="gw", exchange=exchange, op="ack"))
        space.journal.add(Row(at=now, party="core", note="nothing known"))

    server.thread.call(write())
    assert [one["op"] for one in read("journal", "tail")] == ["ack", None]
    assert len(read("journal", "tail", "-n", "1")) == 1
    assert [one["id"] for one in read("journal", "find", "--op", "ack")] == [1]
    assert [one["id"] for one in read("journal", "find", "--unmatched")] == [2]
    assert call("journal", "find", "--op", "permit.issue").exit_code == 1
    assert read("journal", "why", "2")["nearest"] is None
    assert call("journal", "why", "3").exit_code == 1
    assert "curl" not in call("journal", "curl", "1").stdout  # nobody here is called gw
    har = tmp_path / "journal.har"
    assert call("journal", "export", "--har", "-o", str(har)).exit_code == 0
    assert json.loads(har.read_bytes())["log"]["version"] == "1.2"
    lines = call("journal", "export").stdout.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["exchange", "row", "row"]
    assert call("journal", "export", "--har", "--jsonl").exit_code == 2


def test_exported_requests_are_sent_again(server: Server, tmp_path: Path) -> None:
    read("space", "new", "demo")
    space = server.house.find("demo")
    assert space is not None

    async def write() -> None:
        space.journal.begin("core", "registry", "in", b"no stream", space.clock.now())

    server.thread.call(write())
    file = tmp_path / "journal.jsonl"
    call("journal", "export", "-o", str(file))
    (said,) = read("journal", "replay", str(file))
    assert said["said"] == ["400 document.malformed"] or said["said"][0].startswith("400 ")
    assert len(read("journal", "find", "--unmatched")) == 1
    file.write_text("nonsense")
    assert call("journal", "replay", str(file)).exit_code == 1


@pytest.mark.usefixtures("server")
def test_a_space_is_kept_brought_back_and_opened_elsewhere(tmp_path: Path) -> None:
    read("space", "new", "demo", "--scenario", "S04")
    kept, bundle = tmp_path / "kept.json", tmp_path / "bundle.json"
    assert call("space", "snapshot", "demo", str(kept)).exit_code == 0
    read("clock", "advance", "P1D")
    assert call("space", "restore", "demo", str(kept)).exit_code == 0
    assert call("space", "export", "demo", str(bundle)).exit_code == 0
    copy = read("space", "import", "copy", str(bundle))
    assert (copy["seed"], copy["clock"]["mode"]) == (42, "frozen")
    assert [one["id"] for one in copy["scenarios"]] == ["S04-auto-response-prohibited"]
    kept.write_text("{}")
    refused = call("space", "restore", "demo", str(kept))
    assert refused.exit_code == 1
    assert "snapshot.invalid" in refused.output
    assert call("space", "import", "other", str(kept)).exit_code == 1
    bundle.unlink()  # a space is kept with the numbers of its people, and none may be left (G5)


def test_a_panel_link_is_of_this_server(server: Server) -> None:
    assert call("space", "panel").stdout.startswith(f"{server.server.url}/login?code=")


def test_no_server_is_the_environment_and_so_is_a_wrong_token(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NAKADACHI_MOCKS_TOKEN", "another")
    assert call("space", "ls").exit_code == 3
    monkeypatch.delenv("NAKADACHI_MOCKS_TOKEN")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    nothing = call("space", "ls")
    assert nothing.exit_code == 3
    assert "mocks up" in nothing.output
    server.thread.call(server.server.stop())
    monkeypatch.setenv("NAKADACHI_MOCKS_TOKEN", server.server.token)
    assert call("space", "ls").exit_code == 3


def test_what_is_wrong_with_the_environment_is_json_where_that_is_wanted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    nowhere = call("space", "ls", "--admin-url", "http://127.0.0.1:1", "--json")
    assert nowhere.exit_code == 3
    assert json.loads(nowhere.stdout)["error"]["code"] == "server.unreachable"
    wrong = call("space", "ls", "--admin-url", "localhost:9401")
    assert wrong.exit_code == 3
    assert "http://ホスト:ポート" in wrong.output
    lost = call("journal", "verify", str(tmp_path / "none.db"), "--json")
    assert lost.exit_code == 3
    assert json.loads(lost.stdout)["error"]["code"] == "journal.unreadable"


@pytest.mark.usefixtures("server")
def test_a_wrong_form_is_refused_with_an_example_of_the_right_one() -> None:
    read("space", "new", "demo", "--scenario", "S04")
    for arguments, said in (
        (("clock", "advance", "3BD"), "PT15M"),
        (("clock", "set", "2027-06-30 9:00"), "2027-06-04T16:50:00+09:00"),
        (("clock", "rate", "0"), ">= 0.001"),
        (("fault", "add", "prov", "reset", "--ttl", "10m"), "PT15M"),
    ):
        refused = call(*arguments)
        assert refused.exit_code == 1
        assert f"expected: {said}" in refused.output or said in refused.output
    moment = call("fault", "add", "prov", "resett")
    assert "  rules[0].fault[0].kind error schema.choice" in moment.output


@pytest.mark.usefixtures("server")
def test_people_read_the_time_of_japan_and_programs_utc() -> None:
    read("space", "new", "demo")
    read("clock", "freeze")
    call("clock", "set", "2030-06-30T09:00:00+09:00")
    assert "2030-06-30T09:00:00+09:00" in call("clock", "show").stdout
    assert read("clock", "show")["now"] == "2030-06-30T00:00:00Z"


@pytest.mark.usefixtures("server")
def test_what_cannot_be_loaded_or_chosen_is_said_in_words(tmp_path: Path) -> None:
    nobody = call("clock", "show")
    assert nobody.exit_code == 3
    assert "mocks space new" in nobody.output
    read("space", "new", "demo")
    missing = call("scenario", "load", str(tmp_path / "none.yaml"))
    assert missing.exit_code == 1
    assert "ファイルなら" in missing.output
    loaded = call("scenario", "load", "S04")
    assert "rules   hold, poll" in loaded.stdout
    made = read("people", "gen", "--n", "3")
    assert any("\u3000" in one["name"] for one in made)
    assert not any("\ufffd" in one["name"] for one in made)


def test_events_are_followed_from_the_last_one_seen(server: Server) -> None:
    read("space", "new", "demo")
    space = server.house.find("demo")
    assert space is not None
    client = AdminClient(Target(url=server.server.url, token=server.server.token))
    events = client.follow("/spaces/demo/events")
    name, last, _ = next(events)
    assert name == "hello"

    async def write(note: str) -> None:
        space.journal.add(Row(at=space.clock.now(), party="core", note=note))

    server.thread.call(write("one"))
    assert next(events)[2]["note"] == "one"
    again = client.follow("/spaces/demo/events", last)
    assert next(again)[2]["note"] == "one"
    ender = threading.Thread(target=lambda: server.thread.call(server.house.close("demo")))
    ender.start()
    assert list(events) == []
    ender.join()


def test_a_client_tells_refusals_from_a_server_that_is_not_there(server: Server) -> None:
    client = AdminClient(Target(url=server.server.url, token=server.server.token))
    with pytest.raises(RefusedError, match=r"space\.unknown"):
        client.ask("GET", "/spaces/nothing")
    with pytest.raises(UnreachableError):
        AdminClient(replace(client.target, url="http://127.0.0.1:1")).ask("GET", "/about")
    with pytest.raises(UnreachableError):
        find_target("http://127.0.0.1:x", {})
