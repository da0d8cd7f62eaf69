"""Views of records: rows, a terminal table, Markdown, HTML. Nothing here measures."""
