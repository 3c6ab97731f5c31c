"""Twelve invented branches whose counters and machines the policy knows."""

from collections import Counter

import pytest

from lobby_app.demo.branches import demo_branch, demo_branches, elder_share
from lobby_app.domain.branch import Branch
from lobby_app.policy.loader import load_policy
from lobby_app.resources import resource


def test_twelve_branches_by_the_archetypes() -> None:
    branches = demo_branches()
    assert len({branch.branch_id for branch in branches}) == 12
    assert len({branch.code for branch in branches}) == 12
    assert len({branch.name for branch in branches}) == 12
    assert all(branch.is_demo for branch in branches)
    assert sum(branch.has_private_banking for branch in branches) == 1


def test_this_desk_stands_in_the_residential_branch() -> None:
    branch = demo_branch()
    assert branch.name.zh == "江滨支行"
    machines = Counter(machine.channel for machine in branch.machines)
    assert machines == {"cash_recycler": 3, "smart_teller": 3, "self_service_terminal": 1}
    serving = Counter(queue for counter in branch.counters for queue in counter.queues)
    assert serving == {
        "cash_counter": 2, "service_counter": 2, "vip_counter": 1, "corporate_counter": 2,
        "wealth_room": 2, "loan_desk": 1,
    }  # fmt: skip
    assert [counter.queues for counter in branch.counters if not counter.shared] == [
        ("vip_counter",)
    ]
    assert elder_share() == 0.38


@pytest.mark.parametrize("branch", demo_branches(), ids=lambda branch: branch.code)
def test_every_branch_fits_the_policy(branch: Branch) -> None:
    policy = load_policy(resource("policy"))
    assert [counter.number for counter in branch.counters] == [*range(1, len(branch.counters) + 1)]
    served = {queue for counter in branch.counters for queue in counter.queues}
    needed = {entry.human for entry in policy.businesses.values()}
    assert {code for code in needed if policy.channels[code].queued} <= served
    assert all(policy.channels[queue].queued for queue in served)
    assert all(policy.channels[machine.channel].self_service for machine in branch.machines)
    assert len({machine.device_id for machine in branch.machines}) == len(branch.machines)
