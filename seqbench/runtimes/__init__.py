"""What loads an artifact and runs it: one file a runtime."""
