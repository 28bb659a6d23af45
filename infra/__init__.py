"""The real Kafka and Elasticsearch without containers, for development, tests and `make servers`."""
