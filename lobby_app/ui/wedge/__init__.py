"""Card and code readers that type like a keyboard: `burst` decides, `filter` takes the keys."""
