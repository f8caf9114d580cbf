"""The annotation commands as plain functions: each does its work and prints the result."""
