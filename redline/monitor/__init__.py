"""Seen from outside: Prometheus metrics, and whether this installation is alive and ready."""
