"""Small widgets that every window shares: no rule, no text of their own."""
