"""API Gateway's requests and answers."""
