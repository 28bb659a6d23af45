"""The index on servers: records, and full-text search over them, in Elasticsearch."""

from connectors.indexes.elasticsearch.store import ElasticsearchIndex

__all__ = ["ElasticsearchIndex"]
