"""People who log in and applications that vouch for them."""
