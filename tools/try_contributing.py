#!/usr/bin/python3
"""Does what CONTRIBUTING.md says, in a copy of domain/ and a new practice installation, and compares
what the program answers with what the page says a reader will see.

usage: tools/try_contributing.py [-v]      after ./run --build-only; SIGAP_BIN names another program

Blocks of the page that are acted on, in order:
  ```yaml file=PATH            is written to PATH of the copy
  ```yaml after=PATH:WORD      is put below the line of PATH that contains WORD
  ```remove PATH:WORD          takes that line out again
  ```console                   lines starting with "$ sigap" are run; the lines below each must be in
                               its output ("..." stands for anything)
Then a server is started on the copy, and the new register is used through its form, list, import
and table as the secretary.
"""
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(next(d for d in (ROOT / "tests/harness", ROOT / "tests/harness") if d.is_dir())))
from page import Client  # noqa: E402
from sigap import make_xlsx  # noqa: E402

PROGRAM = os.environ.get("SIGAP_BIN") or str(ROOT / "build/sigap")
LOUD = "-v" in sys.argv[1:]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.S | re.M)


def fits(wanted, line):
    return re.fullmatch(".*".join(map(re.escape, wanted.split("..."))), line) is not None


class Trial:
    def __init__(self, home):
        self.home, self.domain, self.data = home, home / "domain", home / "data"
        shutil.copytree(ROOT / "domain", self.domain)
        self.run("init --practice")
        self.run("user --login coba --name Coba --roles sekretariat --institution GT_PROV", stdin="gunung-batu-laut-timor\n")

    def run(self, words, stdin=None, wanted=None):
        line = [PROGRAM, *shlex.split(words), "--domain", str(self.domain), "--data", str(self.data)]
        done = subprocess.run(line, input=stdin, text=True, capture_output=True, cwd=self.home)
        out = (done.stdout + done.stderr).replace(str(self.home) + "/", "")
        if LOUD:
            print(f"$ sigap {words}\n{out}")
        if wanted is None and done.returncode:
            raise SystemExit(f"sigap {words}: status {done.returncode}\n{out}")
        for want in wanted or []:
            if not any(fits(want, said) for said in out.splitlines()):
                raise SystemExit(f"sigap {words}: CONTRIBUTING.md says\n  {want}\nthe program says\n{out}")

    def line_of(self, where):
        path, word = where.strip().split(":", 1)
        file = self.domain / path
        lines = file.read_text().splitlines(keepends=True)
        at = [i for i, line in enumerate(lines) if word in line]
        if len(at) != 1:
            raise SystemExit(f"{path}: {word!r} stands on {len(at)} lines")
        return file, lines, at[0]

    def act(self, kind, info, text):
        if kind == "yaml" and "file=" in info:
            (self.domain / info.split("file=")[1].strip()).write_text(text)
        elif kind == "yaml" and "after=" in info:
            file, lines, at = self.line_of(info.split("after=")[1])
            file.write_text("".join(lines[:at + 1] + [text] + lines[at + 1:]))
        elif kind == "remove":
            file, lines, at = self.line_of(info)
            file.write_text("".join(lines[:at] + lines[at + 1:]))
        elif kind == "console":
            for part in re.split(r"^\$ sigap ", text, flags=re.M)[1:]:
                command, *wanted = part.splitlines()
                self.run(command, wanted=[w for w in wanted if w.strip() not in ("", "...")])

    def use(self):
        """The new register through form, list, import and table."""
        server = subprocess.Popen([PROGRAM, "serve", "--domain", str(self.domain), "--data", str(self.data), "--port", "0"],
                                  text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            c = Client(server.stdout.readline().strip())
            form = c.get("/masuk").form("/masuk", has="sandi")
            form["masuk"], form["sandi"] = "coba", "gunung-batu-laut-timor"
            c.submit(form)
            form = c.get("/penyuluhan/baru").form("/penyuluhan/baru")
            form.fill(judul="Penyuluhan di pasar", tanggal="2026-10-03", hadir="41")
            page = c.submit(form)
            assert "PNY-" in page.words, page.words[:600]
            assert "Penyuluhan di pasar" in c.get("/penyuluhan").words
            assert "nomor_spdp" in c.get("/kasus/baru").form("/kasus/baru")
            assert c.get("/impor/penyuluhan_dinas").status == 200
        finally:
            server.terminate()
            if server.wait(30):
                raise SystemExit(f"server ended with {server.returncode}: {server.stdout.read()}")


    def write_books(self):
        head = ["Acara", "No. surat tugas", "Tanggal", "Sasaran", "Peserta"]
        good = [["Penyuluhan di sekolah", "ST/1/2026", "05/10/2026", "Pelajar dan pemuda", 120],
                ["Penyuluhan di balai desa", "ST/2/2026", "07/10/2026", "Masyarakat umum", 60]]
        bad = [["Penyuluhan di pelabuhan", "ST/3/2026", "31/02/2026", "Nelayan", 10]]
        (self.home / "buku.xlsx").write_bytes(make_xlsx([head, *good]))
        (self.home / "salah.xlsx").write_bytes(make_xlsx([head, *bad]))


def main():
    with tempfile.TemporaryDirectory(prefix="sigap-coba-") as home:
        trial = Trial(pathlib.Path(home))
        trial.write_books()
        for kind, info, text in BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text()):
            trial.act(kind, info, text)
        trial.use()
    print("CONTRIBUTING.md does as it says")


if __name__ == "__main__":
    main()
