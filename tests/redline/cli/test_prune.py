"""``redline prune`` as it is typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.protocols import Index
from tests.redline.cli.conftest import Redline
from tests.redline.stored import article


def test_what_is_old_goes_and_is_counted(redline: Redline, index: Index) -> None:
    index.upsert("articles", [article(1, datetime.now(UTC) - timedelta(days=400)), article(2, datetime.now(UTC))])
    result = redline("prune", "--before", "now-365d")
    assert (result.exit_code, "articles: 1 removed" in result.output) == (0, True)
    assert set(index.get("articles", ["a1", "a2"])) == {"a2"}


@pytest.mark.parametrize("before", ["*", "yesterday-ish", ""])
def test_what_is_no_time_is_wrong_usage_and_removes_nothing(redline: Redline, index: Index, before: str) -> None:
    index.upsert("articles", [article(1, datetime.now(UTC) - timedelta(days=400))])
    result = redline("prune", "--before", before)
    assert result.exit_code == 2
    assert "--before" in result.output
    assert set(index.get("articles", ["a1"])) == {"a1"}
