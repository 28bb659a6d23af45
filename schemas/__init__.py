"""What all parts speak of: records, protocols, the query language, and the data files behind them."""
