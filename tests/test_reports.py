"""Diagnostics for programs and terminals, and the pages about codes."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from golden import cases
from test_cli import run

import seqspec
from seqspec import Limits, reports
from seqspec.codes import Code
from seqspec.diagnostics import plain
from seqspec.driver import check_source
from seqspec.examples import EXAMPLES
from seqspec.lessons import overview, page
from seqspec.source import Source

BAD = "x = in 6 -> denes 3\nout y = x -> dropout 20\n"


class TestGithub:
    def test_an_annotation_has_its_place_and_the_help(self) -> None:
        done = run("check", "--format", "github", "-", text=BAD)
        assert done.returncode == 1
        assert done.stdout.splitlines()[0] == (
            "::error title=seqspec E101,file=<stdin>,line=1,endLine=1,col=13,endColumn=18::"
            "there is no operation or value `denes`%0Adid you mean `dense`?"
        )

    def test_signs_that_mean_something_there_are_escaped(self) -> None:
        source = Source("100%,a:b.seq", "in 6 -> dropout 20 # 50%")
        (line,) = reports.github([check_source(source)]).splitlines()
        assert ",file=100%25%2Ca%3Ab.seq," in line
        assert "50%" not in line

    def test_severities(self) -> None:
        checked = seqspec.check("in 6 -> lstm 8 bi -> take last")
        kinds = {line.split()[0] for line in reports.github([checked]).splitlines()}
        assert kinds == {"::notice", "::warning"}


TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
FROM_ONE = {"type": "integer", "minimum": 1}
LOCATION = {
    "type": "object",
    "properties": {
        "message": TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "additionalProperties": False,
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                },
                "region": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": dict.fromkeys(
                        ("startLine", "startColumn", "endLine", "endColumn"), FROM_ONE
                    ),
                },
            },
        },
    },
}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
SARIF = {  # the parts of the schema of SARIF 2.1.0 that are about what is written here
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"enum": ["2.1.0"]},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "properties": {
                                                "shortDescription": TEXT,
                                                "defaultConfiguration": {
                                                    "properties": {"level": LEVEL}
                                                },
                                            },
                                        },
                                    }
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": LEVEL,
                                "message": TEXT,
                                "locations": {"type": "array", "items": LOCATION},
                                "relatedLocations": {"type": "array", "items": LOCATION},
                            },
                        },
                    },
                },
            },
        },
    },
}


class TestSarif:
    def log(self, text: str, name: str = "a.seq", **limits: Any) -> dict[str, Any]:
        return reports.sarif([check_source(Source(name, text), limits=Limits(**limits))])

    def test_the_log_of_every_case_is_valid(self) -> None:
        texts = {c.path.name: c.path.read_bytes().decode(errors="replace") for c in cases("errors")}
        results = [check_source(Source(name, text)) for name, text in texts.items()]
        log = reports.sarif(results)
        jsonschema.Draft7Validator(SARIF).validate(log)
        (run_,) = log["runs"]
        assert len(run_["results"]) == sum(len(r.diagnostics) for r in results) > 400
        rules = run_["tool"]["driver"]["rules"]
        assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run_["results"])
        assert any("relatedLocations" in r for r in run_["results"])

    def test_columns_count_utf_16_units(self) -> None:
        text = 'let a = "𝄞é" b'  # in Unicode the b is the 14th sign, and the first one there is two
        (found,) = self.log(f"{text}\nin 6 -> dense 3")["runs"][0]["results"]
        region = found["locations"][0]["physicalLocation"]["region"]
        assert (region["startColumn"], region["endColumn"]) == (15, 16)

    def test_names_are_uris(self, tmp_path: Path) -> None:
        def uri(name: str) -> str:
            (result, *_) = self.log("in 6 -> denes 3", name)["runs"][0]["results"]
            return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])

        assert uri("a folder/ü.seq") == "a%20folder/%C3%BC.seq"
        assert uri("<stdin>") == "%3Cstdin%3E"
        assert uri(str(tmp_path / "a.seq")).startswith("file:///")

    def test_the_command(self) -> None:
        done = run("check", "--format", "sarif", "-", text=BAD)
        assert done.returncode == 1
        jsonschema.Draft7Validator(SARIF).validate(json.loads(done.stdout))
        good = run("check", "--format", "sarif", "-e", "in 6 -> dense 3")
        assert json.loads(good.stdout)["runs"][0]["results"] == []


class TestColours:
    def on_a_terminal(self, **variables: str) -> bytes:
        """What the command prints when its output is a terminal."""
        master, slave = pty.openpty()
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        environment = {**environment, "TERM": "xterm", **variables}
        command = [sys.executable, "-m", "seqspec", "check", "-e", "in 6 -> denes 3"]
        done = subprocess.Popen(command, stdout=slave, stderr=slave, env=environment)
        os.close(slave)
        output = b""
        try:
            while read := os.read(master, 4096):
                output += read
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(master)
        assert done.wait() == 1
        return output

    def test_a_terminal_gets_them(self) -> None:
        assert b"\x1b[1;31merror[E101]\x1b[0m" in self.on_a_terminal()

    @pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_unless_it_does_not_want_them(self, variables: dict[str, str]) -> None:
        assert b"\x1b" not in self.on_a_terminal(**variables)

    def test_nothing_else_gets_them_unless_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        coloured = "\x1b[1;31m        ^^^^^\x1b[0m"
        assert "\x1b" not in run("check", "-e", "in 6 -> denes 3").stdout
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert coloured in run("check", "-e", "in 6 -> denes 3").stdout
        assert coloured in run("show", "-e", "in 6 -> denes 3").stderr
        assert "\x1b[1;36mnote" in run("show", "-e", "in 6 -> lstm 3").stderr
        monkeypatch.setenv("NO_COLOR", "1")
        assert "\x1b" not in run("check", "-e", "in 6 -> denes 3").stdout


class TestExplain:
    @pytest.mark.parametrize("code", [*Code], ids=lambda code: code.id)
    def test_each_example_gives_its_code_and_mended_nothing(self, code: Code) -> None:
        example = EXAMPLES[code]
        assert [d.code for d in example.check().diagnostics] == [code]
        assert example.check(mended=True).diagnostics == ()
        for text in (example.faulty, example.mended):
            if code.id not in ("E002", "E003", "E004", "E005", "E006", "E007"):
                assert seqspec.format(text).rstrip() == text
        shown = page(code.id.lower(), plain)
        assert code.meaning in shown
        assert f"[{code.id}]: " in shown

    def test_the_list_has_all(self) -> None:
        assert [line.split()[0] for line in overview().splitlines()] == [code.id for code in Code]

    def test_the_command(self) -> None:
        done = run("explain", "e301")
        assert done.returncode == 0
        assert done.stdout.startswith("E301, an error: The operation reads steps in time")
        assert "    in 10x6 -> take last -> repeat 5 -> lstm 8\n" in done.stdout
        assert run("explain").stdout == overview()
        wrong = run("explain", "E3O1")
        assert (wrong.returncode, wrong.stdout) == (2, "")
        assert "there is no code E3O1; `seqspec explain` lists them" in wrong.stderr
        assert "--passes" in run("explain", "-e", "in 6 -> dense 3").stderr
