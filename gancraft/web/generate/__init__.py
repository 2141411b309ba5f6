"""The Generate tab: pictures by trained generators."""
