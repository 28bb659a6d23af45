"""Comparisons side by side in one run; they measure and decide nothing."""
