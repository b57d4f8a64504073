"""The settings: the value and its validation."""
