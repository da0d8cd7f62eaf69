"""`python -m seqbench` is the command line."""

from seqbench.cli import main

main()
