"""Phases of a run, each a few jobs for workers."""
