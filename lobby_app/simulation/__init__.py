"""The branch as arrays: simulated days, rollouts of the present floor. Pure computation.

- `model`: `Arrivals`, `Plan`, `Rule`, `Outcome`, and `arrivals`, `plan`, `rule_of` that make them.
- `kernel.simulate(arrivals, plan, rule) -> Outcome`: a day from event to event.
- `rollout.forecast_spread(present, habits, rule) -> Spread`: the wait of everybody in the hall.
- `learning.habits_of`: what the rollout needs to know, from what `domain.calibration` learned.
- `floor.forecast_floor`: the same for the product's own values.
"""
