"""A cell's times over many runs: the lines, and the terminal's and the page's view of them."""
