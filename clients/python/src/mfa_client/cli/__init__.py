"""The commands for terminals."""
