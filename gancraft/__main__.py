"""`python -m gancraft`."""

from gancraft.cli.main import main

main()
