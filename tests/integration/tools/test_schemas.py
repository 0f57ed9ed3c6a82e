"""The schemas that editors check by, and the tables of keys, are those of the models."""

from __future__ import annotations

import pytest

from srx_issu.catalog.folder import SHIPPED
from tools.schemas import DOCS, PAGES, SCHEMAS, schema, with_tables

AGAIN = "write it again: make pages"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_current(name: str) -> None:
    assert (SHIPPED / name).read_text(encoding="utf-8") == schema(SCHEMAS[name]), AGAIN


@pytest.mark.parametrize("name", PAGES)
def test_the_tables_of_the_pages_are_current(name: str) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    assert with_tables(page) == page, AGAIN
