"""Adapters that do input and output."""
