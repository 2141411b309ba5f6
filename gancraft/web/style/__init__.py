"""The Style tab: painting photos."""
