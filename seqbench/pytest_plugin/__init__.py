"""`pytest --seqbench scenarios/`: each cell is a test; timed cells use pytest-benchmark's fixture.

Without `--seqbench` this adds one option and nothing else: what it needs is imported only with it.

- A file with a `SCENARIO` at its top level, or a `.keras` file, is collected; its cells are those
  of `seqbench run` on the CPU. `-k` and node ids choose among them as among any tests.
- Models are built, trained, exported and verified in processes of their own, as ever; what was
  chosen of a model is done when its first test runs.
- The fixture times real calls. Sessions of LiteRT, ONNX Runtime, TensorFlow and Keras are opened
  in pytest's own process; those that need no TensorFlow are timed first, before it is imported.
  Calls in a browser are timed in its page, and the fixture is given the page's own times.
- `unavailable` is skipped; `fail`, `error` and `unsupported` are failures with the reason's text.
"""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the one option."""
    parser.getgroup("seqbench").addoption(
        "--seqbench",
        action="store_true",
        help="Collect scenarios and .keras files: each cell is a test or a benchmark.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set up the collection of cells where it is asked for.

    Raises:
        UsageError: pytest-benchmark is not there.

    """
    if not config.getoption("--seqbench"):
        return
    if not config.pluginmanager.hasplugin("benchmark"):
        msg = "--seqbench needs pytest-benchmark: pip install 'seqbench[pytest]'"
        raise pytest.UsageError(msg)
    from seqbench.pytest_plugin.collecting import Collecting  # noqa: PLC0415 - see above

    config.pluginmanager.register(Collecting(config), "seqbench-collecting")
