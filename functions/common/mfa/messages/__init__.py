"""The texts that carry a passcode, by channel and language."""
