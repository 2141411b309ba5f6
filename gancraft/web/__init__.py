"""The page in the browser: one file a tab. Nothing here computes a picture; it draws options and events of the engine."""
