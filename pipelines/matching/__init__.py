"""Testing what was found against the watches of the monitors."""
