"""Completion in shells, and the hooks for pre-commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from pre_commit.clientlib import load_config, load_manifest
from test_cli import run

from seqspec.cli.arguments import parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def by_bash(line: str, folder: Path) -> set[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    script = "\n".join(
        [
            run("completion", "bash").stdout,
            f"COMP_WORDS=({' '.join(word or chr(39) * 2 for word in words)})",
            f"COMP_CWORD={len(words) - 1}",
            "$(complete -p seqspec | sed 's/.*-F \\([^ ]*\\).*/\\1/') seqspec "
            f"'{words[-1]}' '{words[-2]}'",
            'printf "%s\\n" "${COMPREPLY[@]}"',
        ]
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, cwd=folder, check=True
    )
    return {word.strip() for word in done.stdout.splitlines()}


def by_fish(line: str, folder: Path) -> set[str]:
    """What fish offers; behind a tab it says what it is."""
    (folder / ".script").write_text(run("completion", "fish").stdout)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source .script; complete -C '{line}'"],
        capture_output=True, text=True, cwd=folder, check=True,
    )  # fmt: skip
    return {row.partition("\t")[0] for row in done.stdout.splitlines()}


def by_zsh(line: str, folder: Path, load: str = "source .script") -> set[str]:
    """What zsh lists below a line that is typed into it; behind `--` it says what it is."""
    script = run("completion", "zsh").stdout
    (folder / ".script").write_text(script)
    (folder / "_seqspec").write_text(script)  # as those are called that zsh finds by itself
    terminal = pexpect.spawn(
        "zsh", ["-f", "-i"],
        env={**os.environ, "TERM": "dumb", "ZDOTDIR": str(folder)},
        cwd=folder, encoding="utf-8", echo=False, dimensions=(200, 200), timeout=60,
    )  # fmt: skip
    try:
        terminal.sendline(
            "PROMPT='' RPROMPT=''; unsetopt PROMPT_SP; fpath=($PWD $fpath); "
            f"autoload -Uz compinit; compinit -u -D; {load}; "
            "bindkey '^T' list-choices '^U' kill-whole-line; print RE''ADY"
        )
        terminal.expect("READY\r\n")
        terminal.send(f"{line}\x14\x15print DO''NE\r")
        terminal.expect("DONE\r\n")
        rows = terminal.before.replace("\r", "").split("\n")
        listed = [row for row in rows if "seqspec" not in row.partition(" -- ")[0]]
        words = [row.partition(" -- ")[0].split() for row in listed if "print" not in row]
        return {word for row in words for word in row}
    finally:
        terminal.close(force=True)


def there(name: str) -> pytest.MarkDecorator:
    """Skips a test where there is no such shell."""
    return pytest.mark.skipif(not shutil.which(name), reason=f"needs {name}")


SHELLS = [
    pytest.param(by_bash, id="bash"),
    pytest.param(by_zsh, id="zsh", marks=there("zsh")),
    pytest.param(by_fish, id="fish", marks=there("fish")),
]
Offers = Callable[[str, Path], set[str]]


@pytest.mark.parametrize("offers", SHELLS)
def test_shells_complete_commands_options_values_and_files(offers: Offers, tmp_path: Path) -> None:
    (tmp_path / "a.seq").touch()
    (tmp_path / "folder").mkdir()
    assert {"check", "compile", "fmt", "diff"} <= offers("seqspec ", tmp_path)
    assert offers("seqspec che", tmp_path) == {"check"}
    assert {"--format", "--watch"} <= offers("seqspec check --", tmp_path)
    assert offers("seqspec check --format ", tmp_path) == {"text", "json", "github", "sarif"}
    assert offers("seqspec ops ls", tmp_path) == {"lstm"}
    assert "a.seq" in offers("seqspec check a", tmp_path)
    assert "a.seq" in offers("seqspec check a.seq --data a", tmp_path)
    assert "a.seq" in offers("seqspec diff a.seq a", tmp_path)
    assert {word.strip("/") for word in offers("seqspec check --root ", tmp_path)} == {"folder"}


def test_the_values_are_those_in_the_readme(tmp_path: Path) -> None:
    shown = README.partition("$ seqspec check --format <Tab>\n")[2].partition("```")[0]
    assert by_bash("seqspec check --format ", tmp_path) == {*shown.split()}


@there("zsh")
@pytest.mark.parametrize("load", ["", 'eval "$(cat .script)"', "source <(cat .script)"])
def test_zsh_takes_the_script_in_each_way(load: str, tmp_path: Path) -> None:
    assert by_zsh("seqspec che", tmp_path, load or ":") == {"check"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts_know_all_commands(shell: str) -> None:
    script = run("completion", shell).stdout
    (commands,) = parser()._subparsers._group_actions  # type: ignore[union-attr]
    assert all(name in script for name in commands.choices)  # type: ignore[union-attr]


def test_another_shell_is_refused() -> None:
    assert run("completion", "tcsh").returncode == 2


def test_the_hooks_are_commands_that_exist() -> None:
    hooks = load_manifest(ROOT / ".pre-commit-hooks.yaml")
    assert [hook["id"] for hook in hooks] == ["seqspec-check", "seqspec-fmt"]
    for hook in hooks:
        program, command = hook["entry"].split()
        assert (program, hook["files"]) == ("seqspec", r"\.seq$")
        assert run(command, ROOT / "specs/origin/one_to_one.seq").returncode == 0


def test_the_readme_names_the_hooks(tmp_path: Path) -> None:
    (settings,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "settings.yaml").write_text(settings)
    (repository,) = load_config(tmp_path / "settings.yaml")["repos"]
    hooks = [hook["id"] for hook in load_manifest(ROOT / ".pre-commit-hooks.yaml")]
    assert [hook["id"] for hook in repository["hooks"]] == hooks
