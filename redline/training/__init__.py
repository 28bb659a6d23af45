"""Makes the classifiers that the reader ships with, from labelled articles: ``make models``."""
