"""Inputs that make faults show."""
