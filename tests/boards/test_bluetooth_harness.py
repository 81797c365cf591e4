"""What `./tools/dev bluetooth` asks of a real stack holds on the fake `bluetooth` of the driver's tests."""

import link_scenarios
import pairing_scenarios
import pytest
import stack_scenarios
from fake_air import FakeRig

SCENARIOS = (
    *(one for one in pairing_scenarios.SCENARIOS if one.__name__ != "stranger_that_stays"),  # a minute
    stack_scenarios.on_its_way_up,
    stack_scenarios.forgetting,
    link_scenarios.echo,
)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.__name__)
def test_scenario_holds_on_the_fake_stack(scenario):
    with FakeRig(**getattr(scenario, "needs", {})) as rig:
        assert scenario(rig)
