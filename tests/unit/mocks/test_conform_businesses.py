"""Businesses: the permit list allows what they ask, and scenarios are put for them as a whole."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from mocks.conform.asking import UNLISTED
from mocks.conform.businesses import BUSINESSES, NO_RESIDENCE, Business
from mocks.conform.cli import register
from mocks.conform.profiles import Profile, find_profile, list_profiles
from mocks.conform.scenario_tests import load_source
from mocks.engine.examples import find_example
from mocks.engine.typed_values import walk
from mocks.runs.plan import SPARE, START, plan_run
from mocks.runs.topic import TAX, Topic, restate
from permitlists import (
    CodedQuestion,
    Decision,
    items_of,
    load_builtin,
    load_institutions,
    resolve,
)
from tests.support.conform import check, document, group, made_test

TOPICS = [
    pytest.param(business, role, id=f"{business.id}-{role}")
    for business in BUSINESSES
    for role in ("inquirer", "provider")
]
RESIDENCE = "住民票関係情報"


def topic_of(business: Business, role: str) -> Topic:
    found = business.find_topic(role)
    assert found is not None
    return found


def decide(affair: str, information: str, inquirer: str, provider: str) -> Decision:
    question = CodedQuestion(
        on=START.date(),
        affair=affair,
        inquirer=inquirer,
        provider=provider,
        information=(information,),
    )
    return load_builtin().decide(resolve(question, load_institutions()))


def test_the_list_of_questions_is_that_of_the_order_of_2024() -> None:
    edition = load_builtin().find_statutory(date(2027, 6, 1))
    assert edition is not None
    assert edition.key.instrument == "shourei-r6"


@pytest.mark.parametrize(("business", "role"), TOPICS)
def test_every_municipality_of_a_run_may_ask_every_other_one(business: Business, role: str) -> None:
    topic = topic_of(business, role)
    for inquirer in SPARE:
        for provider in set(SPARE) - {inquirer}:
            decision = decide(topic.affair, topic.information, inquirer, provider)
            assert decision.allowed, (inquirer, provider)
            permitted = decision.items(topic.information)
            assert permitted is not None
            assert topic.item in permitted


@pytest.mark.parametrize(("business", "role"), TOPICS)
def test_what_a_topic_names_is_there(business: Business, role: str) -> None:
    topic = topic_of(business, role)
    types = {one.id: one.type for one in items_of(topic.information)}
    assert types[topic.item] == "money"  # it has to change by an amount
    assert topic.beyond in types
    assert topic.beyond != topic.item
    assert find_example(topic.example)[topic.information][topic.item]
    assert find_example(topic.example)[topic.information].keys() <= types.keys()


@pytest.mark.parametrize(("business", "role"), TOPICS)
def test_nobody_may_ask_for_it_under_the_affair_that_does_not_list_it(
    business: Business, role: str
) -> None:
    decision = decide(UNLISTED, topic_of(business, role).information, *SPARE[:2])
    assert (decision.allowed, decision.failed) == (False, "information")


@pytest.mark.parametrize("business", BUSINESSES, ids=lambda one: one.id)
def test_addresses_are_asked_for_where_the_list_allows_it(business: Business) -> None:
    topic = business.inquirer
    allowed = decide(topic.residence or topic.affair, RESIDENCE, *SPARE[:2])
    assert allowed.allowed == (topic.residence is not None)
    [test] = [one for one in found(f"{business.id}-inquirer-v1").tests if one.id == "inq.protected"]
    assert test.omit == ("" if topic.residence else NO_RESIDENCE)


@pytest.mark.parametrize("profile", list_profiles(), ids=lambda one: one.id)
def test_a_scenario_is_put_for_a_business_as_a_whole(profile: Profile) -> None:
    topic = profile.topic or TAX
    for test in profile.tests:
        if test.kind != "scenario" or test.omit:
            continue
        plan = plan_run(load_source(test).scenario, load_institutions(), topic=topic)
        for step in plan.begin:
            act = step.act
            if act.information == RESIDENCE:
                assert act.affair == topic.residence, test.id
                continue
            assert act.information == topic.information, test.id
            assert act.affair in {topic.affair, None}, test.id
            assert step.action != "ask" or act.affair, test.id
            assert set(act.items) <= {topic.item}, test.id
        for _, value in walk((plan.scenario.rules, plan.scenario.begin)):
            example = getattr(value, "example", None)
            if example not in {None, "with_address"}:
                assert topic.information in find_example(str(example)), test.id


def test_what_is_written_stays_as_it_is_for_the_business_it_is_written_for() -> None:
    [source, *_] = [load_source(one) for one in found("provider").tests if one.scenario]
    assert restate(source.scenario, TAX) is source.scenario
    other = restate(source.scenario, BUSINESSES[-1].provider)
    assert replace(other, begin=()) == replace(source.scenario, begin=())
    assert restate(other, TAX) is other


def test_every_business_has_both_roles_and_only_files_are_shared_by_nobody() -> None:
    known = {one.id: one for one in list_profiles()}
    assert len(known) == len(list_profiles()) == 2 * len(BUSINESSES) + 1
    for business in BUSINESSES:
        for role in ("inquirer", "provider"):
            profile = known[f"{business.id}-{role}-v1"]
            assert profile.business == business.ja
            assert profile is found(role, business.id)
            assert profile is found(profile.id, business.id)
            assert "$" not in repr(profile)
    assert known["insurance-files-v1"].topic is None


def test_who_names_no_business_gets_the_first_one() -> None:
    assert found("provider").id == "tax-provider-v1"
    assert found("inquirer").id == "tax-inquirer-v1"


@pytest.mark.parametrize(
    ("name", "business"),
    [("provider", "nobody"), ("welfare-provider-v1", "tax"), ("files", "welfare"), ("x", None)],
)
def test_what_does_not_fit_together_is_no_profile(name: str, business: str | None) -> None:
    assert find_profile(name, business) is None


# What is asked of the command, which profiles it shows then, and how it ends.
ASKED = [
    (("profiles", "--business", "welfare"), ["welfare-inquirer-v1", "welfare-provider-v1"], 0),
    (("profiles", "--business", "nobody"), [one.id for one in list_profiles()], 2),
    (("run", "--business", "welfare"), ["welfare-inquirer-v1", "welfare-provider-v1"], 2),
    (("doctor", "files", "--business", "tax"), ["tax-inquirer-v1", "tax-provider-v1"], 2),
    (("doctor",), [one.id for one in list_profiles()], 2),
]


@pytest.mark.parametrize(("arguments", "shown", "code"), ASKED)
def test_who_starts_from_a_business_sees_its_profiles(
    arguments: Sequence[str], shown: Sequence[str], code: int
) -> None:
    app = typer.Typer()
    register(app)
    said = CliRunner().invoke(app, ["conform", *arguments])
    assert said.exit_code == code
    told = {one.id for one in list_profiles() if one.id in said.output}
    assert told == set(shown)


def test_who_compares_reports_of_two_businesses_is_told_so(tmp_path: Path) -> None:
    app, told = typer.Typer(), document(group(made_test(check())))
    register(app)
    for name in ("tax-inquirer-v1", "welfare-inquirer-v1"):
        other = told | {"profile": told["profile"] | {"id": name}}
        (tmp_path / name).write_text(json.dumps(other), encoding="utf-8")
    names = [str(tmp_path / name) for name in ("tax-inquirer-v1", "welfare-inquirer-v1")]
    said = CliRunner().invoke(app, ["conform", "compare", *names])
    assert "different profiles: tax-inquirer-v1, welfare-inquirer-v1" in said.output
    same = CliRunner().invoke(app, ["conform", "compare", names[0], names[0]])
    assert (same.exit_code, "different profiles" in same.output) == (0, False)


def found(name: str, business: str | None = None) -> Profile:
    profile = find_profile(name, business)
    assert profile is not None
    return profile


def test_the_page_for_testers_lists_every_business() -> None:
    page = Path(__file__).parents[3] / "docs" / "testers" / "conformance.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    for one in BUSINESSES:
        told = [f"{topic.affair} {topic.information}" for topic in (one.inquirer, one.provider)]
        assert f"| `{one.id}` {one.ja} | {told[0]} | {told[1]} |" in lines
