"""A second factor by text message: the package that the three functions share."""
