"""The wall: what the whole hall reads from eight metres, and hears."""
