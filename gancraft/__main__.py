"""`python -m gancraft`, which torchrun calls."""

from gancraft.cli.main import main

main()
