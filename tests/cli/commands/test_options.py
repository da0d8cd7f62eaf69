"""One vocabulary: an option means the same wherever it stands."""

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from seqbench.cli.main import main


def test_an_option_means_the_same_in_every_command() -> None:
    found: dict[str, set[tuple[object, ...]]] = {}
    for command in main.commands.values():
        for one in command.params:
            if isinstance(one, click.Option):
                for name in one.opts:
                    meaning = (one.name, one.callback, one.type.name, one.is_flag)
                    found.setdefault(name, set()).add(meaning)
    several = {name for name, meanings in found.items() if len(meanings) > 1}
    # `--json` is a file but where there is nothing else to print; `--out` is a file or a folder.
    assert several == {"--json", "--out"}
    assert found["--target"] == found["--to"]


@pytest.mark.parametrize("option", ["--target", "--to"])
@pytest.mark.parametrize("command", ["run", "export"])
def test_targets_have_one_name_and_a_short_one(
    command: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [command, "three_class", option, "pdf"])
    assert done.exit_code == 2
    assert done.stderr.startswith("seqbench: unknown target 'pdf': expected one of saved_model,")


@pytest.mark.parametrize("command", ["run three_class", "export three_class", "verify a.onnx m.h5"])
def test_what_must_be_here_is_named_alike(command: str) -> None:
    done = CliRunner().invoke(main, [*command.split(), "--require", "abacus"])
    assert done.exit_code == 2
    assert done.stderr.startswith("seqbench: unknown requirement 'abacus': expected one of cpu,")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "three_class", "--batch", "0"), "seqbench: batch 0: expected 1 or more"),
        (("run", "three_class", "--batch", "some"), "'some' is no list of whole numbers"),
        (("verify", "a.onnx", "m.h5", "--variant", "fp16,int8"), "--variant fp16,int8: expected"),
        (("ab", "three_class", "--self", "--device", "cpu,gpu"), "--device cpu,gpu: expected one"),
    ],
)
def test_a_wrong_number_of_things_is_a_line_and_status_2(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 2
    assert message in done.stderr
    assert list(tmp_path.iterdir()) == []
