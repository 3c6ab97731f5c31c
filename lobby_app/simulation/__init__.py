"""The branch as arrays: simulated days, rollouts of the present floor. Pure computation."""
