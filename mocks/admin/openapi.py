"""The OpenAPI 3.1 document, made from the same types that validate and the same samples."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from mocks.admin.problems import MEDIA_TYPE
from mocks.admin.routes import JSON, JSONL, PREFIX, VARIABLES, Operation, Sample
from mocks.admin.schemas import common
from mocks.admin.schemas.problem import Problem

VERSION: Final = "1.0.0"
_REF: Final = "#/components/schemas/{name}"
_VARIABLE: Final = re.compile(r"\{([a-z_]+)\}")
Json = dict[str, Any]  # Any: a JSON document
_TEXT: Final[Json] = {"type": "string"}
_OBJECT: Final[Json] = {"type": "object"}
_ALWAYS: Final = (400, 421, 500)
_ABOUT: Final = (
    "模擬の相手機関を試験する人が操作するためのAPI。模擬環境であり、実在する情報提供ネットワーク"
    "システムとは接続できません。 For testers: spaces, scenarios, clocks, faults and the journal"
    " of the counterparties. A simulation; not wire-compatible with the real network."
)


def build_document(operations: Sequence[Operation]) -> Json:
    """Return the document that describes every operation."""
    paths: Json = {}
    for operation in operations:
        paths.setdefault(operation.route, {})[operation.method.lower()] = _describe(operation)
    bearer = {
        "type": "http",
        "scheme": "bearer",
        "description": "Printed at the start of the server, and in the token file that it names.",
    }
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "nakadachi mocks admin API",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _list_schemas(operations),
            "securitySchemes": {"token": bearer},
        },
    }
    published: Json = _publish(document)
    return published


def _publish(value: Any) -> Any:  # noqa: ANN401  # any part of a JSON document
    """Return a part of the document as JSON has it: lists, and patterns with `^` and `$`."""
    if isinstance(value, dict):
        return {
            name: common.publish_pattern(member)
            if name == "pattern" and isinstance(member, str)
            else _publish(member)
            for name, member in value.items()
        }
    return [_publish(member) for member in value] if isinstance(value, list | tuple) else value


def _describe(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.ja,
        "description": _explain(operation),
        "tags": [_tag(operation)],
        "parameters": _list_parameters(operation),
        "responses": _list_responses(operation),
        "security": [] if operation.public else [{"token": []}],
    }
    if operation.media_types:
        described["requestBody"] = {"required": True, "content": _list_bodies(operation)}
    return described


def _explain(operation: Operation) -> str:
    if not operation.media_types:
        return operation.en
    return f"{operation.en} The body has at most {operation.most_bytes} bytes."


def _tag(operation: Operation) -> str:
    parts = operation.route.removeprefix(f"{PREFIX}/").split("/")
    named = [part for part in parts if not part.startswith("{")]
    return named[min(1, len(named) - 1)]


def _list_schemas(operations: Sequence[Operation]) -> Json:
    kinds: list[type[msgspec.Struct]] = [Problem]
    for operation in operations:
        kinds += [] if operation.body is None else [operation.body]
        kinds += [type(one.value) for one in operation.replies.values() if one.value is not None]
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    return dict(sorted(components.items()))


def _list_parameters(operation: Operation) -> list[Json]:
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": _schema_of(VARIABLES[name][0])}
        for name in _VARIABLE.findall(operation.path)
    ]
    parameters += [
        {
            "name": rule.name,
            "in": "header",
            "required": False,
            "description": rule.text,
            "schema": _TEXT,
            "example": rule.sample,
        }
        for rule in operation.headers
    ]
    schema = _schema_of(operation.query)
    needed = schema.get("required", [])
    return parameters + [
        {"name": name, "in": "query", "required": name in needed, "schema": _one_of(member)}
        for name, member in schema["properties"].items()
    ]


def _schema_of(kind: object) -> Json:
    """Return the schema of a type without references: queries hold plain values only."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template="{name}")
    return dict(components[schema["$ref"]]) if "$ref" in schema else schema


def _one_of(member: Json) -> Json:
    """Return the schema of a parameter: an absent one is absent, never null."""
    kinds = [kind for kind in member.get("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) == 1:
        return dict(kinds[0])
    return {k: v for k, v in member.items() if k != "default" or v is not None}


def _list_bodies(operation: Operation) -> Json:
    content: Json = {}
    if operation.body is not None:
        content[JSON] = {"schema": {"$ref": _REF.format(name=operation.body.__name__)}}
        if operation.sample is not None:
            content[JSON]["example"] = msgspec.to_builtins(operation.sample)
    for name in operation.texts:
        content[name] = {"schema": _TEXT}
        if operation.text_sample:
            content[name]["example"] = operation.text_sample
    return content


def _list_responses(operation: Operation) -> Json:
    responses = {str(status): _describe_reply(one) for status, one in operation.replies.items()}
    for status in sorted({*_ALWAYS, *operation.may_refuse, *_implied(operation)}):
        if str(status) not in responses:
            responses[str(status)] = _problem(HTTPStatus(status).phrase)
    return {**responses, "default": _problem("Any other refusal.")}


def _implied(operation: Operation) -> set[int]:
    """Return the statuses of refusals that follow from what an operation is."""
    implied: set[int] = {415}
    if not operation.public:
        implied |= {401, 403}
    if operation.media_types:
        implied |= {408, 413}
    if _VARIABLE.search(operation.path):
        implied.add(404)
    if any(one.name == "If-Match" for one in operation.headers):
        implied.add(412)
    return implied


def _describe_reply(reply: Sample) -> Json:
    described: Json = {"description": reply.text}
    if reply.headers:
        described["headers"] = {name: {"schema": _TEXT, "required": True} for name in reply.headers}
    if reply.value is not None:
        schema = {"$ref": _REF.format(name=type(reply.value).__name__)}
        example = msgspec.to_builtins(reply.value)
        described["content"] = {reply.media_type: {"schema": schema, "example": example}}
    elif reply.media_type != JSON or reply.others:
        described["content"] = {
            name: {"schema": _OBJECT if name.endswith("json") and name != JSONL else _TEXT}
            for name in (reply.media_type, *reply.others)
        }
    return described


def _problem(text: str) -> Json:
    schema = {"$ref": _REF.format(name=Problem.__name__)}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}
