"""The administrator's guides are done as they stand, in both languages: every command, every answer."""
import os
import re
import shlex
import subprocess

import sigap

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.S | re.M)


def fits(wanted, line):
    return re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), line) is not None


def do_guide(name, tmp, program):
    places = {word: str(tmp / word.lower()) for word in ("DATA", "BACKUP", "DRILL")}
    (tmp / "backup").mkdir()
    out, commands = "", 0
    for block in BLOCK.findall((sigap.ROOT / "docs" / name).read_text()):
        for line in block.splitlines():
            for word, place in places.items():
                line = line.replace(word, place)
            if line.startswith("$ sigap "):
                done = subprocess.run([program, *shlex.split(line)[2:]], cwd=sigap.ROOT, text=True, capture_output=True,
                                      input="gunung-batu-laut-timor\n" * 3, timeout=300, env={**os.environ, "SIGAP_LANG": ""})
                assert done.returncode == 0, f"{line}: {done.returncode}\n{done.stdout}{done.stderr}"
                out, commands = done.stdout + done.stderr, commands + 1
            else:
                assert any(fits(line, said) for said in out.splitlines()), f"not said: {line}\n{out}"
    assert commands == 14, commands


def test_the_english_guide_is_true(tmp):
    do_guide("administrator-guide.md", tmp, sigap.binary())


def test_the_indonesian_guide_is_true(tmp):
    """The same commands again, so with the program as it is installed where there is one: twice as fast."""
    built = sigap.ROOT / "build/release/src/sigap"
    do_guide("panduan-admin.md", tmp, str(built) if built.exists() else sigap.binary())
