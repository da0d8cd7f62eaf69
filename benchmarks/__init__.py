"""Studies of seqbench itself."""
