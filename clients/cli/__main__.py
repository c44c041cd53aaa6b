"""`python -m clients.cli`."""

from clients.cli.entry import main

main()
