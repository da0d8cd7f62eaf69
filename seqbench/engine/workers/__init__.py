"""Processes that do jobs: the pool in the parent, the worker, and their messages."""
