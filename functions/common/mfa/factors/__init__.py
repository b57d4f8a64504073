"""What a user proves beside the password."""
