"""The admin API of the counterparties: every operation with samples, every code it refuses with."""

import json
from typing import Any

import msgspec

from mocks.admin.operations import OPERATIONS
from mocks.admin.problems import load_wordings
from mocks.admin.routes import EVENTS, Operation, Sample
from tools.pages.markdown import code, table

_HEAD = """# Admin API of the counterparties

All paths begin with `/__mocks/v1`. The same description for programs is served as OpenAPI 3.1 at
`/__mocks/v1/openapi.json`. Every operation needs the admin token (`Authorization: Bearer …`) or the
cookie of a login link; a write by cookie also needs the `Origin` of this server.

"""


def admin_api() -> str:
    """Return the page made from mocks/admin."""
    sections = "\n".join(map(_operation, OPERATIONS))
    rows = [
        [code(name), str(one.status), f"{one.ja} {one.detail_ja}", f"{one.en} {one.detail_en}"]
        for name, one in load_wordings().items()
    ]
    refusals = table(["code", "status", "日本語", "English"], rows)
    return f"{_HEAD}{sections}\n## Refusals\n\nRFC 9457 problems with `code`.\n\n{refusals}"


def _operation(one: Operation) -> str:
    parts = [f"## {code(f'{one.method} {one.path}')}", one.ja, one.en]
    known = msgspec.json.schema(one.query)["$defs"][one.query.__name__]["properties"]
    rows = [[code(name), member.get("description", "")] for name, member in known.items()]
    rows += [[code(rule.name), rule.text] for rule in one.headers]
    if rows:
        parts.append(table(["parameter or header", "meaning"], rows).rstrip())
    if one.sample is not None:
        parts.append(f"Body ({', '.join(map(code, one.media_types))}):")
        parts.append(_block(msgspec.to_builtins(one.sample)))
    parts += [_reply(status, reply) for status, reply in one.replies.items()]
    return "\n\n".join(parts) + "\n"


def _reply(status: int, reply: Sample) -> str:
    said = f"{status}: {reply.text}"
    if reply.value is None:
        kind = "" if reply.media_type != EVENTS else f" ({code(reply.media_type)})"
        return said + kind
    return f"{said}\n\n{_block(msgspec.to_builtins(reply.value))}"


def _block(value: Any) -> str:  # noqa: ANN401  # a JSON document
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=1)}\n```"
