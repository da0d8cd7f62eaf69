"""Running models in a browser: the page, the server behind it, and the browser itself."""
