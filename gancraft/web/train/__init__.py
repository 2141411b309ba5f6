"""The Train tab: runs on one's own pictures."""
