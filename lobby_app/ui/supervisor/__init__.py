"""The supervisor's window: the hall now, the day's figures, fairness; and every action on them."""
