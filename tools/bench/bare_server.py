"""What everything is compared with: a bare aiohttp handler that answers GET with 1 KB.

    python tools/bench/bare_server.py [CERTIFICATE KEY AUTHORITY DIRECTORY]

prints its port and runs until standard input ends; with files, behind the TLS of our network API.
"""

import asyncio
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from aiohttp import web

from gateway.network.directory import Trust, read_directory
from gateway.network.tls import TlsFiles, server_context

BODY = b"x" * 1024


async def answer(_request: web.Request) -> web.Response:
    """Return 1 KB."""
    return web.Response(body=BODY)


async def main() -> None:
    """Serve until whoever started this closes standard input."""
    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    context = _context([Path(one) for one in sys.argv[1:]])
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


def _context(files: Sequence[Path]) -> ssl.SSLContext | None:
    if not files:
        return None
    certificate, key, authority, directory = files
    trust = Trust(read_directory(directory.read_bytes()))
    return server_context(TlsFiles(certificate=certificate, key=key, authority=authority), trust)


if __name__ == "__main__":
    asyncio.run(main())
