"""The server itself over HTTP: what runs, a link to log in with, logging out."""

from typing import Final

from mocks.admin.auth import LINK_SECONDS
from mocks.admin.routes import Call, Operation, Reply, Sample
from mocks.admin.samples import ABOUT, LOGIN
from mocks.admin.schemas.common import NoQuery
from mocks.admin.schemas.spaces import AboutResource, LoginResource
from mocks.scenarios.library import list_shipped


async def show(call: Call[None, NoQuery]) -> Reply:
    """Return what runs here."""
    return Reply(
        body=AboutResource(
            version=call.desk.version,
            spaces=tuple(call.desk.house.spaces),
            scenarios=len(list_shipped()),
        )
    )


async def make_link(call: Call[None, NoQuery]) -> Reply:
    """Return a link that logs a browser in, once."""
    url = f"{call.desk.url}/login?code={call.desk.gate.make_link()}"
    return Reply(status=201, body=LoginResource(url=url, seconds=int(LINK_SECONDS)))


async def log_out(call: Call[None, NoQuery]) -> Reply:
    """End the session of the browser that asks."""
    gate = call.desk.gate
    gate.log_out(call.request)
    gone = f"{gate.cookie}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"
    return Reply(status=204, headers={"Set-Cookie": gone})


OPERATIONS: Final = (
    Operation(
        name="show_server",
        method="GET",
        path="/about",
        handler=show,
        ja="サーバーの版とスペースを見る",
        en="Show the version and the spaces of this server.",
        replies={200: Sample(text="What runs.", value=ABOUT)},
    ),
    Operation(
        name="make_login_link",
        method="POST",
        path="/login-links",
        handler=make_link,
        ja="パネルへの一度だけのログイン用 URL を作る",
        en="Make a link that logs a browser in, once within five minutes.",
        replies={201: Sample(text="The link.", value=LOGIN)},
    ),
    Operation(
        name="log_out",
        method="POST",
        path="/logout",
        handler=log_out,
        ja="ログアウトする",
        en="End the session of this browser.",
        replies={204: Sample(text="It is over.", headers=("Set-Cookie",))},
    ),
)
