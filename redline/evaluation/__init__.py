"""How well Redline reads: labelled articles, what keeps them consistent, and the figures measured on them."""
