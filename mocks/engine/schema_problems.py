"""Findings of the JSON Schema as problems in both languages, each where it belongs."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mocks.engine.problems import Path, Problem, problem
from mocks.engine.yaml_tree import Tree

MOST_PROBLEMS: Final = 50
# What JSON calls it, in words for who writes YAML.
_TYPES: Final = {
    "object": ("「見出し: 値」の組", "keys with values"),
    "array": ("一覧（[ ] か、- で始まる行）", "a list, in [ ] or with - on each line"),
    "string": ("文字", "text"),
    "boolean": ("true か false", "true or false"),
    "integer": ("整数", "an integer"),
    "number": ("数", "a number"),
}
_QUOTABLE: Final = (int, float, bool)

# The validation library ships no precise types for its findings.
Found = Any


def list_schema_problems(validator: Any, tree: Tree) -> list[Problem]:  # noqa: ANN401  # as above
    """Return what the schema finds in a tree, in the order of the file, at most 50."""
    found = [one for error in validator.iter_errors(tree.value) for one in _explain(error, tree)]
    unique = {(one.code, one.path, one.en): one for one in found}
    ordered = sorted(unique.values(), key=lambda one: (one.place.line, one.place.column, one.code))
    return ordered[:MOST_PROBLEMS]


def _explain(error: Found, tree: Tree) -> Iterable[Problem]:
    path: Path = tuple(error.absolute_path)
    explain = _KEYWORDS.get(error.validator, _form)
    return explain(error, tree, path)


def _type(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    wanted = error.validator_value
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    quoted = "string" in names and isinstance(error.instance, _QUOTABLE)
    code = "schema.quotes" if quoted else "schema.type"
    ja, en = zip(*(_TYPES[name] for name in names), strict=True)
    yield problem(
        code,
        tree.places.find(path),
        path,
        value=_short(error.instance),
        hint=" or ".join(en),
        hint_ja="か".join(ja),
    )


def _unknown_keys(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    allowed = list(error.schema.get("properties", {}))
    for key in error.instance:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f" ({near[0]}?)" if near else ""
            inner = (*path, key)
            place = tree.places.find_key(inner)
            yield problem("schema.unknown_key", place, inner, value=key, hint=hint)


def _missing_key(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    for key in error.validator_value:
        if key not in error.instance:
            yield problem("schema.missing_key", tree.places.find(path), path, value=key)


def _choice(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    choices = error.validator_value if error.validator == "enum" else [error.validator_value]
    code = "schema.quotes" if _is_unquoted(error.instance, choices) else "schema.choice"
    listed = ", ".join(map(str, choices))
    yield problem(code, tree.places.find(path), path, value=_short(error.instance), hint=listed)


def _is_unquoted(value: object, choices: Iterable[object]) -> bool:
    return isinstance(value, _QUOTABLE) and str(value) in choices


def _range(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    hint = f"{error.validator} {error.validator_value}"
    yield problem(
        "schema.range", tree.places.find(path), path, value=_short(error.instance), hint=hint
    )


def _form(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    is_key = "propertyNames" in error.absolute_schema_path
    inner = (*path, error.instance) if is_key else path
    place = tree.places.find_key(inner) if is_key else tree.places.find(path)
    code = "schema.name" if is_key else "schema.form"
    hint = str(error.schema.get("description") or error.validator_value)
    hint_ja = error.schema.get("x-ja")  # a form is described beside it, in both languages
    yield problem(code, place, inner, value=_short(error.instance), hint=hint, hint_ja=hint_ja)


def _one_kind(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    kinds = ", ".join(one["required"][0] for one in error.validator_value)
    yield problem("schema.one_kind", tree.places.find(path), path, hint=kinds)


def _duplicate(error: Found, tree: Tree, path: Path) -> Iterable[Problem]:
    yield problem("schema.duplicate", tree.places.find(path), path, value=_short(error.instance))


def _short(value: object) -> object:
    if isinstance(value, dict):
        return "{…}"
    if value is None:
        return "null"
    return "[…]" if isinstance(value, list) else value


_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "minItems", "maxItems", "minLength")
_MORE_BOUNDS: Final = ("maxLength", "minProperties", "maxProperties")
_KEYWORDS: Final[Mapping[str, Callable[[Found, Tree, Path], Iterable[Problem]]]] = {
    "type": _type,
    "additionalProperties": _unknown_keys,
    "required": _missing_key,
    "enum": _choice,
    "const": _choice,
    "oneOf": _one_kind,
    "uniqueItems": _duplicate,
    **dict.fromkeys((*_BOUNDS, *_MORE_BOUNDS), _range),
}
