"""The settings of Elasticsearch keep their secrets out of what is shown."""

from __future__ import annotations

from connectors.indexes.settings import ElasticsearchSettings


def test_secrets_are_not_shown() -> None:
    shown = (
        repr(ElasticsearchSettings(user="redline", password="swordfish")),
        repr(ElasticsearchSettings(api_key="sesame")),
    )
    assert "redline" in shown[0]
    assert not any(secret in text for secret in ("swordfish", "sesame") for text in shown)
