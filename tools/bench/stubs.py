"""P5: one fixed answer over and over, by our stub and by WireMock, Mountebank and Prism.

The others come from the npm registry, as `tools/bench/peers` locks them, into `.bench/`. Who cannot
be had is left out, and said.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from mocks.gateway import PROGRAM
from mocks.gateway_files import find_free_ports
from tools.bench.exchange import OURS, Target
from tools.bench.load import MakeRequest
from tools.bench.machine import MEASURED_CORE, pin
from tools.bench.rounds import Plan, Rounds, alternate

ROOT = Path(__file__).parents[2]
LOCKED = Path(__file__).with_name("peers")
PEERS = ROOT / ".bench" / "peers"
MODULES = PEERS / "node_modules"
WIREMOCK = MODULES / "wiremock" / "build" / "wiremock-standalone-3.13.2.jar"
MOUNTEBANK = MODULES / "@mbtest" / "mountebank" / "bin" / "mb"
PRISM = MODULES / "@stoplight" / "prism-cli" / "dist" / "index.js"
FETCH_SECONDS = 600
PATIENCE_SECONDS = 60.0
WARM_UP_SECONDS = 10.0  # of each, before the first round: most of all for the Java machine
JOURNALLED = 1000  # requests that WireMock keeps
ANSWER_PATH = "/v1/inquiries/1"
REQUEST = f"GET {ANSWER_PATH} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n".encode()
OURS_IN_MEMORY, OURS_ON_DISK = "stub", "stub on disk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """How another stub server is started in a folder on a port, and what it cannot do without."""

    needs: tuple[Path | str, ...]
    prepare: Callable[[Path, int], Sequence[str]]


def answer_body() -> bytes:
    """Return a JSON answer of about a kilobyte."""
    items = [{"item": f"item-{one:02}", "value": 2_400_000 + one} for one in range(26)]
    return json.dumps({"id": "1", "state": "answered", "items": items}).encode()


async def measure_stubs(plan: Plan) -> Rounds:
    """Return rounds of our stub, its journal in memory and on disk, and of the others there are."""
    await asyncio.to_thread(fetch)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nakadachi-bench-")))
        targets = {}
        for name, command in list_commands(folder).items():
            targets[name] = await stack.enter_async_context(_run(command, folder))
        for one in targets.values():
            await one.saturate(min(WARM_UP_SECONDS, 5 * plan.seconds))
        return await alternate({name: one.saturate for name, one in targets.items()}, plan)


def fetch() -> None:
    """Install the others where they are not yet; without npm nothing happens."""
    lock = PEERS / "package-lock.json"
    wanted = (LOCKED / "package-lock.json").read_bytes()
    npm = shutil.which("npm")
    if npm is None or (MODULES.is_dir() and lock.is_file() and lock.read_bytes() == wanted):
        return
    PEERS.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCKED / name, PEERS / name)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(command, cwd=PEERS, timeout=FETCH_SECONDS, check=False)  # noqa: S603  # constant


def list_commands(folder: Path) -> Mapping[str, tuple[Sequence[str], int]]:
    """Return command and port of each contestant."""
    answers = folder / "answers.json"
    headers = {"Content-Type": "application/json"}
    answer = {"method": "GET", "path": ANSWER_PATH, "headers": headers}
    answers.write_text(json.dumps([answer | {"body": answer_body().decode()}]), "utf-8")
    worker = (*PROGRAM, "mocks", "stub", str(answers), "--port")
    ours = {OURS_IN_MEMORY: (), OURS_ON_DISK: ("--journal", str(folder / "journal.db"))}
    ports = find_free_ports(len(ours) + 2 * len(PEER_SERVERS))
    found: dict[str, tuple[Sequence[str], int]] = {}
    for name, arguments in ours.items():
        port = ports.pop()
        found[name] = ([*worker, str(port), *arguments], port)
    for name, peer in PEER_SERVERS.items():
        port = ports.pop()
        if missing := [str(one) for one in peer.needs if not _is_there(one)]:
            print(f"{name} is left out: no {', '.join(missing)}", file=sys.stderr)
        else:
            place = folder / name
            place.mkdir()
            found[name] = (peer.prepare(place, port), port)
    return found


def _is_there(needed: Path | str) -> bool:
    return needed.exists() if isinstance(needed, Path) else shutil.which(needed) is not None


@asynccontextmanager
async def _run(command: tuple[Sequence[str], int], folder: Path) -> AsyncIterator[Target]:
    """Run a server on the measured core; give it as a target once it answers."""
    arguments, port = command
    with (folder / "servers.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'codecs'}"},
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
        )
    OURS.add(process.pid)
    try:
        await _wait_ready(port)
        pin(process.pid, MEASURED_CORE)
        yield Target(process=process.pid, port=port, make=_make, is_good=is_good)
    finally:
        process.terminate()
        await process.wait()
        OURS.discard(process.pid)


async def _make() -> MakeRequest:
    return lambda: REQUEST


def is_good(response: bytes) -> bool:
    """Return whether a response is the whole answer."""
    return response.startswith(b"HTTP/1.1 200") and response.rstrip().endswith(b"}]}")


async def _wait_ready(port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession(trust_env=False) as session:
        while True:
            try:
                async with session.get(f"http://127.0.0.1:{port}{ANSWER_PATH}") as response:
                    if response.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


def _prepare_wiremock(folder: Path, port: int) -> Sequence[str]:
    mapping = {
        "request": {"method": "GET", "urlPath": ANSWER_PATH},
        "response": {
            "status": 200,
            "headers": {"Content-Type": "application/json"},
            "body": answer_body().decode(),
        },
    }
    (folder / "mappings").mkdir()
    (folder / "mappings" / "answer.json").write_text(json.dumps(mapping), "utf-8")
    options = {
        "--port": port,
        "--bind-address": "127.0.0.1",
        "--root-dir": folder,
        "--max-request-journal-entries": JOURNALLED,
        "--use-chunked-encoding": "never",
    }
    given = [str(one) for pair in options.items() for one in pair]
    return ["java", "-XX:ActiveProcessorCount=1", "-jar", str(WIREMOCK), *given, "--disable-banner"]


def _prepare_mountebank(folder: Path, port: int) -> Sequence[str]:
    body = answer_body()
    said = {
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "keep-alive",  # it closes every connection otherwise
        },
        "body": body.decode(),
    }
    asked = {"equals": {"method": "GET", "path": ANSWER_PATH}}
    imposter = {
        "protocol": "http",
        "port": port,
        "host": "127.0.0.1",
        "recordRequests": True,
        "stubs": [{"predicates": [asked], "responses": [{"is": said}]}],
    }
    config = folder / "imposters.json"
    config.write_text(json.dumps({"imposters": [imposter]}), "utf-8")
    (admin,) = find_free_ports(1)
    options = {
        "--port": admin,
        "--host": "127.0.0.1",
        "--configfile": config,
        "--pidfile": folder / "mb.pid",
        "--loglevel": "error",
    }
    given = [str(one) for pair in options.items() for one in pair]
    return ["node", str(MOUNTEBANK), "start", *given, "--nologfile"]


def _prepare_prism(folder: Path, port: int) -> Sequence[str]:
    content = {
        "application/json": {
            "schema": {"type": "object"},
            "example": json.loads(answer_body()),
        }
    }
    get = {"responses": {"200": {"description": "the answer", "content": content}}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "answer", "version": "1"},
        "paths": {ANSWER_PATH: {"get": get}},
    }
    file = folder / "openapi.json"
    file.write_text(json.dumps(document), "utf-8")
    options = ["-h", "127.0.0.1", "-p", str(port), "-v", "silent"]
    return ["node", str(PRISM), "mock", *options, str(file)]


PEER_SERVERS: Mapping[str, Peer] = {
    "wiremock": Peer(needs=("java", WIREMOCK), prepare=_prepare_wiremock),
    "mountebank": Peer(needs=("node", MOUNTEBANK), prepare=_prepare_mountebank),
    "prism": Peer(needs=("node", PRISM), prepare=_prepare_prism),
}
"""How each of the others is started, by the name under which it stands in the results."""
