"""The scenarios that are shipped, as data, and their schema."""

import importlib
from typing import Any


def all() -> list[Any]:  # noqa: A001  # `mocks.scenarios.all()` is what testers look for
    """Return a parameter for each scenario that a run can play, with its mark and its id.

    `@pytest.mark.parametrize("scenario", mocks.scenarios.all())` runs a test with every one.
    """
    pytest = importlib.import_module("pytest")
    library = importlib.import_module("mocks.scenarios.library")
    find_obstacle = importlib.import_module("mocks.runs.plan").find_obstacle
    shipped = [one.scenario for one in library.list_shipped()]
    return [
        pytest.param(one.id, marks=pytest.mark.scenario(one.id), id=one.id)
        for one in shipped
        if find_obstacle(one) is None
    ]
