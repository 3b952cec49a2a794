"""The OpenAPI 3.1 document, made from the same types that validate and the same samples."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from gateway.transport.problems import MEDIA_TYPE
from gateway.transport.routes import EVENTS, NDJSON, Operation, Public, Sample
from gateway.transport.schemas.common import Identifier, publish_pattern
from gateway.transport.schemas.problem import Problem

VERSION: Final = "1.0.0"
_REF: Final = "#/components/schemas/{name}"
_VARIABLE: Final = re.compile(r"\{([a-z_]+)\}")
Json = dict[str, Any]  # Any: a JSON document
_TEXT: Final[Json] = {"type": "string"}
_ALWAYS: Final = (400, 415, 500, 503)


def build_document(operations: Sequence[Operation]) -> Json:
    """Return the document that describes every published operation."""
    published = [operation for operation in operations if operation.published]
    paths: Json = {}
    for operation in published:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation)
    document: Json = {
        "openapi": "3.1.0",
        "info": {
            "title": "nakadachi business API",
            "version": VERSION,
            "description": "情報連携ゲートウェイの業務システム向けAPI。模擬システムであり、実在する"
            "情報提供ネットワークシステムとは接続できません。 A simulation; not wire-compatible "
            "with the real network.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": _list_schemas(published),
            "securitySchemes": {"token": _security(published)},
        },
    }
    published_document: Json = _publish(document)
    return published_document


def _publish(value: Any) -> Any:  # noqa: ANN401  # any part of a JSON document
    """Return a part of the document as JSON has it: lists, and patterns with `^` and `$`."""
    if isinstance(value, dict):
        return {
            name: publish_pattern(member)
            if name == "pattern" and isinstance(member, str)
            else _publish(member)
            for name, member in value.items()
        }
    return [_publish(member) for member in value] if isinstance(value, list | tuple) else value


def _describe(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary_ja,
        "description": operation.summary_en,
        "tags": [_tag(operation)],
        "parameters": _list_parameters(operation),
        "responses": _list_responses(operation),
        "security": [],
    }
    if not isinstance(operation.scope, Public):
        described["security"] = [{"token": [_scope(operation.scope)]}]
    if operation.media_types:
        described["requestBody"] = {"required": True, "content": _list_bodies(operation)}
    return described


def _tag(operation: Operation) -> str:
    parts = operation.path.strip("/").split("/")
    return parts[1] if parts[0] == "v1" else "health"


def _scope(scope: str) -> str:
    return f"{{system}}:{scope}"


def _security(operations: Sequence[Operation]) -> Json:
    scopes = {
        _scope(scope): operation.summary_ja
        for operation in operations
        for scope in (operation.scope, *operation.more_scopes)
        if not isinstance(scope, Public)
    }
    return {
        "type": "oauth2",
        "description": "private_key_jwt (ES256) or client_secret_jwt (HS256). {system} stands for "
        "the name of the business system, as in kokuho:inquiries:submit.",
        "flows": {"clientCredentials": {"tokenUrl": "/v1/token", "scopes": scopes}},
    }


def _list_schemas(operations: Sequence[Operation]) -> Json:
    kinds: list[type[msgspec.Struct]] = [Problem]
    for operation in operations:
        kinds += [kind for kind in (operation.body, operation.lines) if kind is not None]
        kinds += [type(one.value) for one in operation.replies.values() if one.value is not None]
    _, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    return dict(sorted(components.items()))


def _list_parameters(operation: Operation) -> list[Json]:
    parameters: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": _schema_of(Identifier)}
        for name in _VARIABLE.findall(operation.path)
    ]
    parameters += [
        {
            "name": rule.name,
            "in": "header",
            "required": rule.required,
            "description": rule.text,
            "schema": {"type": "string"} | ({"pattern": rule.pattern} if rule.pattern else {}),
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
    return kinds[0] if kinds else {k: v for k, v in member.items() if k != "default" or v}


def _list_bodies(operation: Operation) -> Json:
    kinds = dict.fromkeys(operation.media_types, operation.body)
    if operation.lines is not None:
        kinds[NDJSON] = operation.lines
    content: Json = {
        name: {"schema": _TEXT if kind is None else {"$ref": _REF.format(name=kind.__name__)}}
        for name, kind in kinds.items()
    }
    if operation.sample is not None:
        content[operation.media_types[0]]["example"] = _plain(operation.sample)
    return content


def _list_responses(operation: Operation) -> Json:
    responses = {
        str(status): _describe_reply(operation, one) for status, one in operation.replies.items()
    }
    for status in sorted({*_ALWAYS, *operation.may_refuse, *_implied(operation)}):
        if str(status) not in responses:
            responses[str(status)] = _problem(HTTPStatus(status).phrase)
    return {**responses, "default": _problem("Any other refusal.")}


def _implied(operation: Operation) -> set[int]:
    """Return the statuses of refusals that follow from what an operation is."""
    implied: set[int] = set()
    if not isinstance(operation.scope, Public):
        implied |= {401, 403}
    if operation.media_types:
        implied |= {408, 413}
    if _VARIABLE.search(operation.path):
        implied.add(404)
    return implied


def _describe_reply(operation: Operation, reply: Sample) -> Json:
    described: Json = {"description": reply.text}
    if reply.headers:
        described["headers"] = {
            name: {"schema": {"type": "string"}, "required": True} for name in reply.headers
        }
    if reply.value is not None:
        schema = {"$ref": _REF.format(name=type(reply.value).__name__)}
        media_type = {"schema": schema, "example": _plain(reply.value)}
        described["content"] = {reply.media_type: media_type}
        if operation.streams:
            described["content"][EVENTS] = {"schema": {"type": "string"}}
    return described


def _problem(text: str) -> Json:
    schema = {"$ref": _REF.format(name=Problem.__name__)}
    return {"description": text, "content": {MEDIA_TYPE: {"schema": schema}}}


def _plain(value: msgspec.Struct) -> Mapping[str, Any]:
    plain: Mapping[str, Any] = msgspec.to_builtins(value)
    return plain
