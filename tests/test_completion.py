"""Completion in shells, and the hooks for pre-commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pre_commit.clientlib import load_manifest
from test_cli import run

from seqspec.cli.arguments import parser

ROOT = Path(__file__).parents[1]


def completed(line: str, folder: Path) -> set[str]:
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


def test_bash_completes_commands_options_values_and_files(tmp_path: Path) -> None:
    (tmp_path / "a.seq").touch()
    assert {"check", "compile", "fmt", "diff"} <= completed("seqspec ", tmp_path)
    assert completed("seqspec che", tmp_path) == {"check"}
    assert {"--format", "--watch"} <= completed("seqspec check --", tmp_path)
    assert completed("seqspec check --format ", tmp_path) == {"text", "json", "github", "sarif"}
    assert "a.seq" in completed("seqspec check a", tmp_path)


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
