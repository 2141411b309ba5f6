"""The command line: one file a command. Nothing here computes a picture."""
