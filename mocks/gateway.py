"""A gateway under test from outside: its process, its business API, its command line."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp

from mocks.engine.clock import system_time
from mocks.engine.draw import Draw
from mocks.gateway_files import Plan
from mocks.pki import load_key
from wire.keys import sign_bytes

READY_SECONDS = 30.0
POLL_SECONDS = 0.05
STOP_SECONDS = 15.0
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
OK = 200
UNAUTHORISED = 401
NDJSON = "application/x-ndjson"
OVERRIDES = "NAKADACHI_"  # variables of a tester's own gateway, and of commands about spaces
PROGRAM = (sys.executable, "-m", "gateway")
Json = Any  # a decoded JSON document: each caller knows which


class GatewayFailedError(Exception):
    """The gateway did not start, or a command of it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One reply of the business API."""

    status: int
    headers: Mapping[str, str]
    body: Json

    def demand(self, path: str, below: int = 300) -> Json:
        """Return the body of a reply whose status is below `below`.

        Raises:
            GatewayFailedError: it is not.
        """
        if self.status >= below:
            code = (self.body or {}).get("code", "")
            message = f"{path} {self.status} {code}"
            raise GatewayFailedError(message)
        return self.body


@dataclass(slots=True)
class Gateway:
    """One gateway as a process of its own; `program` is what serves, commands are always ours."""

    plan: Plan
    private_key: Path
    draw: Draw
    process: asyncio.subprocess.Process | None = None
    session: aiohttp.ClientSession | None = None
    token: str = field(default="", repr=False)
    assertions: int = 0
    program: tuple[str, ...] = PROGRAM

    async def start(self) -> None:
        """Start `nakadachi serve`; its log lines go to a file."""
        self.session = aiohttp.ClientSession(trust_env=False)
        with self.plan.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *leash(),
                *self.program,
                "serve",
                "-c",
                str(self.plan.config),
                stdout=log,
                stderr=log,
                env=surroundings(),
            )

    async def wait_ready(self) -> None:
        """Return once /readyz says so.

        Raises:
            GatewayFailedError: the process ended, or is not ready in 30 s.
        """
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await self._is_ready():
                    if self.process is None or self.process.returncode is not None:
                        raise GatewayFailedError(self._last_words())
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise GatewayFailedError(self._last_words()) from error
        await self.authorise()

    async def stop(self) -> None:
        """Stop the process, gently first."""
        if self.session is not None:
            await self.session.close()
        process = self.process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def kill(self) -> None:
        """End the process at once, as a power cut would; `start` begins anew on the same data."""
        if self.session is not None:
            await self.session.close()
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def authorise(self) -> None:
        """Obtain an access token by private_key_jwt.

        Raises:
            GatewayFailedError: it was refused.
        """
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        async with self._open().post(f"{self.plan.business_url}/v1/token", data=form) as reply:
            said = await reply.json(content_type=None)
        if reply.status != OK:
            raise GatewayFailedError(str(said.get("code")))
        self.token = said["access_token"]

    async def call(
        self, method: str, path: str, body: Json = None, headers: Mapping[str, str] | None = None
    ) -> Said:
        """Return what the business API says to a request; a token that has expired is renewed."""
        given = {"Content-Type": "application/json"} if body is not None else {}
        octets = None if body is None else json.dumps(body).encode()
        return await self._call(method, path, octets, {**given, **(headers or {})})

    async def hand_over(
        self, path: str, rows: Iterable[Json], headers: Mapping[str, str] | None = None
    ) -> Said:
        """Return what the business API says to many objects, one a line."""
        octets = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        return await self._call("POST", path, octets, {"Content-Type": NDJSON, **(headers or {})})

    async def _call(
        self, method: str, path: str, octets: bytes | None, headers: Mapping[str, str]
    ) -> Said:
        said = await self._request(method, path, octets, headers)
        if said.status == UNAUTHORISED:
            await self.authorise()
            said = await self._request(method, path, octets, headers)
        return said

    async def _request(
        self, method: str, path: str, octets: bytes | None, headers: Mapping[str, str]
    ) -> Said:
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        url = f"{self.plan.business_url}{path}"
        async with self._open().request(method, url, data=octets, headers=sent) as reply:
            content = await reply.read()
            return Said(
                status=reply.status,
                headers=dict(reply.headers),
                body=_decode(content, reply.content_type),
            )

    async def figures(self) -> dict[str, float]:
        """Return the figures of the gateway by name and labels, as /metrics writes them."""
        async with self._open().get(f"{self.plan.business_url}/metrics") as reply:
            lines = (await reply.text()).splitlines()
        pairs = (line.rpartition(" ") for line in lines if line and line[0] != "#")
        return {name: float(value) for name, _, value in pairs}

    async def run(self, *arguments: str) -> Json:
        """Return the JSON that a command prints for this gateway's settings.

        Raises:
            GatewayFailedError: its exit code is not 0; the text is what it said.
        """
        process = await asyncio.create_subprocess_exec(
            *PROGRAM,
            *arguments,
            "-c",
            str(self.plan.config),
            "--json",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=surroundings(),
        )
        output, complaint = await process.communicate()
        if process.returncode:
            raise GatewayFailedError((output + complaint).decode("utf-8", "replace").strip())
        return json.loads(output)

    async def _is_ready(self) -> bool:
        try:
            async with self._open().get(f"{self.plan.business_url}/readyz") as reply:
                return reply.status == OK
        except aiohttp.ClientError:
            return False

    def _open(self) -> aiohttp.ClientSession:
        if self.session is None:
            raise GatewayFailedError(self.plan.short)
        return self.session

    def _assertion(self) -> str:
        self.assertions += 1
        now = int(system_time().timestamp())
        claims = {
            "iss": self.plan.client_id,
            "sub": self.plan.client_id,
            "aud": self.plan.business_url,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": self.draw.uuid("assertion", self.assertions, now, os.getpid()),
        }
        signed = f"{_write64({'alg': 'ES256', 'typ': 'JWT'})}.{_write64(claims)}"
        signature = sign_bytes(load_key(self.private_key), signed.encode("ascii"))
        return f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode('ascii')}"

    def _last_words(self) -> str:
        lines = self.plan.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-5:]) or f"{self.plan.short}: no log"


@cache
def leash() -> tuple[str, ...]:
    """Return what ends a gateway with the thread that started it, even by kill -9, if possible.

    Otherwise it would go on with the data of the folder in which the next one starts.
    """
    program = shutil.which("setpriv")  # what it starts takes its place and number
    if program is None:
        return ()
    command = (program, "--pdeathsig", "TERM", "--")  # since util-linux 2.33; others refuse it
    tried = subprocess.run((*command, program, "--version"), capture_output=True, check=False)  # noqa: S603  # of this system
    return command if tried.returncode == 0 else ()


def surroundings() -> dict[str, str]:
    """Return the environment of a gateway: ours, without what would be read as its settings."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OVERRIDES)}


def _decode(content: bytes, media_type: str) -> Json:
    """Return a reply's body: lines of objects as a list, what is no JSON as text."""
    if media_type == NDJSON:
        return [json.loads(line) for line in content.splitlines()]
    if content and not media_type.endswith("json"):
        return content.decode("utf-8", "replace")
    return json.loads(content) if content else None


def _write64(value: Mapping[str, object]) -> str:
    text = json.dumps(value, separators=(",", ":")).encode("ascii")
    return urlsafe_b64encode(text).rstrip(b"=").decode("ascii")
