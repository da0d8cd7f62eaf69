"""Do our medians agree with the runtimes' own timers? `make fidelity`."""
