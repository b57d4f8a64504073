"""Delivery: vendors' errors become ours here and nowhere else."""
