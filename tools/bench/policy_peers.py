"""The worker of another engine: policy_peers.py cedar|casbin|rego FOLDER.

Each is set up as its users would for speed: all of them find the one rule of a question by a key,
and say allow or deny only. Our engine also says which edition, place and items, or which reason.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from tools.bench.policy_worker import Engine, serve  # noqa: E402  # the path comes first

Document = dict[str, Any]  # Any: plain JSON
SIDES = ("inquirers", "providers")
ALLOW, DENY = "allow", "deny"

CEDAR_POLICIES = """
permit(principal, action, resource)
when {
  resource has begins &&
  resource.begins <= context.on && context.on < resource.ends &&
  resource.inquirers.containsAny(context.inquirer) &&
  resource.providers.containsAny(context.provider)
};
forbid(principal, action, resource)
when {
  principal has begins && principal.begins <= context.on && context.on < principal.ends
};
"""
REGO_POLICY = """
package permits
import rego.v1

default allow := false

allow if {
  rule := data.rules[input.key]
  rule.begins <= input.on
  input.on < rule.ends
  some inquirer in input.inquirer
  rule.inquirers[inquirer]
  some provider in input.provider
  rule.providers[provider]
  not held
}

held if {
  hold := data.held[input.code]
  hold.begins <= input.on
  input.on < hold.ends
}
"""
# Affair and information are the keys by which the enforcer has found its few rules already.
CASBIN_CONDITIONS = (
    "p.begins <= r.on",
    "r.on < p.ends",
    "meets(r.inquirer, p.inquirers)",
    "meets(r.provider, p.providers)",
    "!held(r.code, r.on)",
)
CASBIN_MODEL = """
[request_definition]
r = affair, information, on, inquirer, provider, code
[policy_definition]
p = affair, information, begins, ends, inquirers, providers
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = {condition}
"""


def prepare_cedar(rules: list[Document], held: list[Document], questions: list[Document]) -> Engine:
    """Return Cedar with two policies; rules and held institutions are entities."""
    import cedarpy  # noqa: PLC0415  # lives in an environment of its own

    entities = [_entity("Rule", one["key"], one) for one in rules]
    entities += [_entity("Institution", one["institution"], one) for one in held]
    store = cedarpy.Entities.from_json_str(json.dumps(entities))
    policies = cedarpy.PolicySet.from_str(CEDAR_POLICIES)
    requests = [
        {
            "principal": {"type": "Institution", "id": one["code"]},
            "action": {"type": "Action", "id": "ask"},
            "resource": {"type": "Rule", "id": one["key"]},
            "context": {name: one[name] for name in ("on", "inquirer", "provider")},
        }
        for one in questions
    ]

    def ask(request: Document) -> object:
        return cedarpy.is_authorized(request, policies, store)

    return Engine(requests, ask, lambda found: ALLOW if found.allowed else DENY)


def _entity(kind: str, identifier: str, values: Document) -> Document:
    kept = {name: one for name, one in values.items() if name not in {"key", "institution"}}
    return {"uid": {"type": kind, "id": identifier}, "attrs": kept, "parents": []}


def prepare_rego(rules: list[Document], held: list[Document], questions: list[Document]) -> Engine:
    """Return regorus with rules and held institutions as data under their keys."""
    import hobofan_regorus  # noqa: PLC0415  # lives in an environment of its own

    engine = hobofan_regorus.Engine()
    engine.add_policy("permits.rego", REGO_POLICY)
    data = {
        "rules": {
            one["key"]: one
            | {
                "inquirers": dict.fromkeys(one["inquirers"], True),
                "providers": dict.fromkeys(one["providers"], True),
            }
            for one in rules
        },
        "held": {one["institution"]: one for one in held},
    }
    engine.add_data_json(json.dumps(data))
    inputs = [json.dumps(one, ensure_ascii=False) for one in questions]

    def ask(question: str) -> object:
        engine.set_input_json(question)
        return engine.eval_rule("data.permits.allow")

    return Engine(inputs, ask, lambda found: ALLOW if found else DENY)


def prepare_casbin(
    rules: list[Document], held: list[Document], questions: list[Document]
) -> Engine:
    """Return casbin's fast enforcer, which looks rules up by their key before it matches."""
    import casbin  # noqa: PLC0415  # lives in an environment of its own
    from casbin.model.model_fast import FastModel  # noqa: PLC0415

    groups = {"|".join(one[side]): frozenset(one[side]) for one in rules for side in SIDES}
    held_days = {one["institution"]: (one["begins"], one["ends"]) for one in held}

    class Rules(casbin.persist.Adapter):  # type: ignore[misc]  # the library ships no types
        def load_policy(self, model: FastModel) -> None:
            for one in rules:
                days = (_day(one["begins"]), _day(one["ends"]))
                cells = (*_split(one["key"]), *days, *("|".join(one[side]) for side in SIDES))
                # add_policy counts all rules anew for each one: hours for a long list.
                model.model["p"]["p"].policy.append(cells)

    def meets(classes: frozenset[str], cell: str) -> bool:
        return not classes.isdisjoint(groups.get(cell, ()))

    def is_held(code: str, on: str) -> bool:
        begins, ends = held_days.get(code, (0, 0))
        return bool(begins <= int(on) < ends)

    model = FastModel((0, 1))
    model.load_model_from_text(CASBIN_MODEL.format(condition=" && ".join(CASBIN_CONDITIONS)))
    enforcer = casbin.FastEnforcer(model, Rules(), cache_key_order=(0, 1))
    enforcer.add_function("meets", meets)
    enforcer.add_function("held", is_held)
    requests = [
        (
            *_split(one["key"]),
            _day(one["on"]),
            frozenset(one["inquirer"]),
            frozenset(one["provider"]),
            one["code"],
        )
        for one in questions
    ]

    def ask(request: tuple[object, ...]) -> object:
        return enforcer.enforce(*request)

    return Engine(requests, ask, lambda found: ALLOW if found else DENY)


def _split(key: str) -> list[str]:
    """Return the affair with its instrument, and the information."""
    return key.rsplit("|", 1)


def _day(number: int) -> str:
    """Return a day as text that sorts as days do."""
    return f"{number:08}"


PREPARE = {"cedar": prepare_cedar, "rego": prepare_rego, "casbin": prepare_casbin}


def load() -> Callable[[], Engine]:
    """Return what loads the rules into the engine and takes its questions."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    rules, held, questions = (
        json.loads((folder / f"{part}.json").read_text("utf-8"))
        for part in ("rules", "held", "questions")
    )
    return lambda: PREPARE[name](rules, held, questions)


if __name__ == "__main__":
    serve(load)
