"""`python -m seqbench` is the command line."""

from seqbench.cli.main import main

main()
