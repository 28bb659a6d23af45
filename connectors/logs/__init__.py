"""The homes of the log: SQLite (embedded) and Kafka (servers)."""
