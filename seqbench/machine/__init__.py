"""What this machine has: devices, frameworks, and facts that a record carries."""
