"""How good a result is, by networks that no loss looks through."""
