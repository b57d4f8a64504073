"""Every key and every DynamoDB expression. Values go in and come out; nothing else knows the table."""
