"""sigap match: books in, persons out. The books are generated here; nobody in them lives."""
import csv
import math
import os
import random
import re
import shutil
import socket
import subprocess
import time

import sigap

GIVEN = ("yohanes maria agustinus kornelis ferdinan marlince yuliana petrus domi welmince ansel blasius "
         "katarina lusia benediktus oktovianus rosalinda selfina hermanus imanuel").split()
FAMILY = ("taneo nope boimau sabuna lakapu bere seran klau mau tefa nabut liunome banunaek kause "
          "manafe ndoen bessie lado rihi kale ngongo bili dappa umbu").split()
PLACES = "naioni oebelo camplong takari batuputih niki soe kefa atambua betun".split()
HEAD = ["no_urut", "nama", "tanggal_lahir", "jk", "nik", "desa", "nama_ibu", "orang"]
DATA = "bare"


def slip(r, word):
    at = r.randrange(1, len(word))
    return word[:at] + r.choice("aeiourtn") + word[at + r.choice([0, 1]):]


def person(r, n):
    y, m, d = r.randrange(1960, 2005), r.randrange(1, 13), r.randrange(2, 29)
    name = f"{r.choice(GIVEN)} {r.choice(GIVEN)} {r.choice(FAMILY)}"
    return [name, [y, m, d], r.choice("LP"), f"53{r.randrange(10**13, 10**14)}", r.choice(PLACES),
            f"{r.choice(GIVEN)} {r.choice(FAMILY)}", str(n)]


def written(r, p, changed):
    name, (y, m, d), sex, nik, place, mother, who = p
    if changed:
        words = name.split()
        words[r.randrange(3)] = slip(r, words[r.randrange(3)])
        name = " ".join(words)
        fault = r.randrange(5)
        if fault == 0:
            nik = ""
        elif fault == 1:
            d = d % 28 + 1
        elif fault == 2:
            place = ""
        elif fault == 3:
            mother = ""
    return [name, f"{d:02}/{m:02}/{y}", sex, nik, place, mother, who]


def book(path, seed=7, persons=300, first=0):
    r = random.Random(seed)
    rows = []
    for n in range(persons):
        p = person(r, n)
        rows += [written(r, p, copy > 0) for copy in range(r.choice([1, 1, 2, 3]))]
    r.shuffle(rows)
    with open(path, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(HEAD)
        for i, row in enumerate(rows):
            w.writerow([f"r{first + i}", *row])
    return path


def run(*args, status=0, lang="en"):
    done = subprocess.run([sigap.binary(), "match", *map(str, args), "--lang", lang], text=True,
                          capture_output=True, timeout=300)
    assert status in (done.returncode, None), f"{args}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done


def files(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def f1_of(result, truth):
    return float(run("evaluate", result, truth).stdout.split()[-1])


def named(tmp):
    """Column `no_urut` is no heading anyone knows; a settings file says what it is."""
    text = "# roles\n" + "".join(f"column {h}: {role}\n" for h, role in zip(HEAD, [
        "id", "name", "birth", "sex", "nik", "place", "mother", "truth"]))
    (tmp / "roles.txt").write_text(text)
    return tmp / "roles.txt"


def truth_of(path, to):
    with open(path) as f, open(to, "w") as out:
        out.write("id,truth\n" + "".join(f"{row[0]},{row[-1]}\n" for row in list(csv.reader(f))[1:]))
    return to


def test_one_book_becomes_persons(tmp):
    b = book(tmp / "book.csv")
    run("dedupe", b, "--settings", named(tmp), "--out", tmp / "out")
    truth = truth_of(b, tmp / "truth.csv")
    assert f1_of(tmp / "out/clusters.csv", truth) > 0.97
    pairs = list(csv.DictReader(open(tmp / "out/pairs.csv")))
    assert pairs and all(abs(1 / (1 + 2 ** -float(p["weight"])) - float(p["probability"])) < 1e-4 for p in pairs)
    assert [(p["a"], p["b"]) for p in pairs] == list(dict.fromkeys((p["a"], p["b"]) for p in pairs))


def test_people_who_stand_ten_times_each_are_told_from_those_of_their_house(tmp):
    subprocess.run([sigap.ROOT / "bench/identity/figures", tmp, "--people", "400", "--make"], check=True)
    run("dedupe", tmp / "figures.csv", "--out", tmp / "out")
    said = run("evaluate", tmp / "out/clusters.csv", tmp / "figures.truth").stdout
    precision, recall = (float(x) for x in re.findall(r"0\.\d+", said)[:2])
    assert precision > 0.95, f"father and son of one name are one person: {said}"
    assert recall > 0.98, f"what says little stands alone: {said}"
    run("dedupe", tmp / "figures.csv", "--settings", tmp / "figures.txt", "--out", tmp / "named")
    assert (tmp / "named/clusters.csv").read_bytes() == (tmp / "out/clusters.csv").read_bytes(), "headings are known as the settings file names them"


def test_what_columns_are_taken_for_is_told(tmp):
    (tmp / "b.csv").write_text("ID,Person,Born,Post Code,M/F,Colour\n1,Petrus Klau,1630,a1,m,red\n2,Petrus Klau,1630-08,a1,m,blue\n")
    said = run("dedupe", tmp / "b.csv", "--out", tmp / "out").stdout
    assert "ID = id, Person = name, Born = birth, Post Code = text, M/F = sex." in said and "not used: Colour. " in said, said
    assert "known as a name" not in said
    (tmp / "b.csv").write_text("ID,Ketua,NIK,Tgl lahir\n1,Petrus Klau,5303141208980001,1998-08-12\n2,Petrus Klau,5303141208980001,1998-08-12\n")
    assert "No column is known as a name" in run("dedupe", tmp / "b.csv", "--out", tmp / "out").stdout


def test_the_report_shows_how_weights_come_about(tmp):
    b = book(tmp / "book.csv")
    run("dedupe", b, "--settings", named(tmp), "--out", tmp / "out")
    page = (tmp / "out/report.html").read_text()
    weights = {(p["a"], p["b"]): float(p["weight"]) for p in csv.DictReader(open(tmp / "out/pairs.csv"))}
    shown = re.findall(r"<h3>(\w+) = (\w+)\?</h3>(.*?)<tfoot>.*?<td>([+-][0-9.]+)</td>", page, re.S)
    assert len(shown) > 5
    for a, b, parts, total in shown:
        assert abs(sum(map(float, re.findall(r"<td>([+-][0-9.]+)</td>", parts))) - float(total)) < 0.01, (a, b)
        assert abs(float(total) - weights[a, b]) < 0.001, (a, b)
    run("dedupe", b_with_markup(tmp), "--out", tmp / "out2")
    assert "<script" not in (tmp / "out2/report.html").read_text()


def b_with_markup(tmp):
    (tmp / "m.csv").write_text("id,name,dob\n<script>1,Petrus Klau,1980-02-03\n<script>2,Petrus Klau,1980-02-03\n")
    return tmp / "m.csv"


def test_headings_are_recognised(tmp):
    b = book(tmp / "book.csv")
    text = b.read_text().replace("no_urut", "id", 1)
    b.write_text(text)
    run("dedupe", b, "--out", tmp / "out")
    learned = (tmp / "out/learned.txt").read_text()
    for line in ("column id: id", "column nama: name", "column nama_ibu: mother", "column orang: truth"):
        assert line in learned, line
    assert f1_of(tmp / "out/clusters.csv", b) > 0.97


def test_headings_with_words_that_tell_nothing(tmp):
    """Whose and which ("asal", "korban") do not matter; what is of nobody known, or of two kinds, is left out."""
    headings = {"id": "id", "Nama Korban": "name", "tgl_lahir_korban": "birth", "Desa/Kelurahan Asal": "place", "alamat tempat kerja": None,
                "no_hp_korban": "phone", "JENIS KELAMIN": "sex", "nama_ayah": "text", "nama agen": None, "kode": None}
    (tmp / "b.csv").write_text(",".join(headings) + "\n" + "".join(
        f"{i},Petrus Klau {i},198{i}-02-03,Oelneke,Kupang,08123{i},L,Yosef,Agen,{i}\n" for i in range(9)))
    run("dedupe", tmp / "b.csv", "--out", tmp / "out")
    learned = (tmp / "out/learned.txt").read_text()
    for heading, role in headings.items():
        assert f"column {heading}: {role or 'ignore'}\n" in learned, f"{heading}\n{learned}"


def test_headings_of_exports_are_known(tmp):
    """First and last names apart, a place and a date in one cell, two telephones: without a settings file."""
    for headings in ("id=id depan=given belakang=family tgl_lhr=birth Jenis_Kelamin_(L/P)=sex", "ID=id first=given last=family Birthday=birth",
                     "id=id nama_awal=given Nama_Akhir=family", "id=id fname=given surname_1=family d.o.b.=birth No._HP/WA=phone",
                     "NAMA_LGKP=name TMPT_LHR=birthplace NAMA_LGKP_IBU=mother NO_KK=household Kab/Kota=text Last_Address=address"):
        known = dict(h.split("=") for h in headings.split())
        (tmp / "b.csv").write_text(",".join(known) + "\n" + ",".join("x" for _ in known) + "\n")
        said = run("dedupe", tmp / "b.csv", "--out", tmp / "out").stdout
        assert ", ".join(f"{h} = {role}" for h, role in known.items()) + "." in said, said
    (tmp / "b.csv").write_text("depan,belakang,Tempat/Tanggal Lahir,HP 1,HP 2\n" + "".join(
        f'Petrus,Klau,"Kupang, {day}",081234567{n},0899999900\n' for day, n in (("12-03-1988", 890), ("12 Maret 1988", 890), ("13-03-1988", 891))))
    run("dedupe", tmp / "b.csv", "--out", tmp / "out")
    levels = {(p["a"], p["b"]): p["pattern"].split() for p in csv.DictReader(open(tmp / "out/pairs.csv"))}
    assert levels["1", "2"] == ["same+same", "none", "none", "same", "same"], levels


def test_words_of_headings_are_data(tmp):
    """A district's word for a column is a word in a table; a fault in the table is told with its place."""
    own = tmp / "domain"
    shutil.copytree(sigap.ROOT / "domain", own)
    table = own / "names/kolom.tsv"
    (tmp / "b.csv").write_text("id,Sebutan Korban,tgl lahir\n" + "".join(f"{i},Petrus Klau {i},198{i}-02-03\n" for i in range(9)))
    for text, role in ((table.read_text(), "ignore"), (table.read_text().replace("\nname\t", "\nname\tsebutan "), "name")):
        table.write_text(text)
        run("dedupe", tmp / "b.csv", "--domain", own, "--out", tmp / "out", status=None)
        learned = tmp / "out/learned.txt"
        assert (f"column Sebutan Korban: {role}\n" in learned.read_text()) if role == "name" else not learned.exists()
    table.write_text(table.read_text() + "nobody\tsebutan\n")
    said = run("dedupe", tmp / "b.csv", "--domain", own, "--out", tmp / "out", status=None)
    assert said.returncode and f"kolom.tsv:{len(table.read_text().splitlines())}" in said.stderr and '"nobody"' in said.stderr, said.stderr


def test_equal_names_of_a_file_are_used_beside_those_of_the_domain(tmp):
    b = book(tmp / "book.csv")
    with open(b, "a") as f:
        f.write("x1,Wunibaldus Sanamtasa,01/02/1980,L,,naioni,,901\nx2,Okta Sanamtasa,01/02/1980,L,,naioni,,901\n")
    (tmp / "equal.tsv").write_text("bobot\tnama\nkuat\twunibaldus okta\n")
    levels = []
    for more in ([], ["--names", tmp / "equal.tsv"]):
        run("dedupe", b, "--settings", named(tmp), *more, "--out", tmp / "out")
        levels += [p["pattern"].split()[0] for p in csv.DictReader(open(tmp / "out/pairs.csv")) if {p["a"], p["b"]} == {"x1", "x2"}]
    assert levels == ["same+different", "same+alike"]
    (tmp / "equal.tsv").write_text("bobot\tnama\nkuat\twunibaldus okta\nteguh\tx y\n")
    assert "equal.tsv:3" in run("dedupe", b, "--settings", named(tmp), "--names", tmp / "equal.tsv", "--out", tmp / "out", status=3).stderr


def test_any_number_of_threads_gives_the_same_bytes(tmp):
    b = book(tmp / "book.csv", persons=700)
    for n in (1, 2, 4):
        run("dedupe", b, "--settings", named(tmp), "--threads", n, "--out", tmp / f"out{n}")
    assert files(tmp / "out1") == files(tmp / "out2") == files(tmp / "out4")


def test_what_was_learned_repeats_the_run(tmp):
    b = book(tmp / "book.csv")
    b.write_text(b.read_text().replace(",desa,", ",Desa/Kelurahan,", 1))
    named(tmp).write_text(named(tmp).read_text().replace(" desa:", " Desa/Kelurahan:"))
    run("dedupe", b, "--settings", tmp / "roles.txt", "--out", tmp / "first")
    assert "weight Desa/Kelurahan/same: " in (tmp / "first/learned.txt").read_text()
    run("dedupe", b, "--settings", tmp / "first/learned.txt", "--out", tmp / "second")
    first, second = (list(csv.DictReader(open(tmp / d / "pairs.csv"))) for d in ("first", "second"))
    assert [(p["a"], p["b"], p["pattern"]) for p in first] == [(p["a"], p["b"], p["pattern"]) for p in second]
    assert all(abs(float(p["weight"]) - float(q["weight"])) < 0.001 for p, q in zip(first, second))


def test_a_district_that_the_village_tells_is_not_counted_beside_it(tmp):
    b = book(tmp / "book.csv", persons=500)
    rows = [[*r, "district" if i == 0 else f"d{PLACES.index(r[5]) % 3}" if r[5] else ""] for i, r in enumerate(csv.reader(open(b)))]
    csv.writer(open(tmp / "both.csv", "w", newline="")).writerows(rows)
    run("dedupe", b, "--settings", named(tmp), "--out", tmp / "village")
    (tmp / "roles.txt").write_text((tmp / "roles.txt").read_text() + "column district: text\n")
    run("dedupe", tmp / "both.csv", "--settings", tmp / "roles.txt", "--out", tmp / "both")
    village, both = (list(csv.DictReader(open(tmp / d / "pairs.csv"))) for d in ("village", "both"))
    assert len(village) > 100 and [(p["a"], p["b"], p["weight"]) for p in village] == [(p["a"], p["b"], p["weight"]) for p in both]


def test_books_tell_how_often_they_share_people(tmp):
    """A column of books in one file is as good as files; what books share is learned, and repeats the run."""
    b = book(tmp / "book.csv")
    head, *rows = list(csv.reader(open(b)))
    for name, part in (("one", rows[::2]), ("two", rows[1::2])):
        csv.writer(open(tmp / f"{name}.csv", "w", newline="")).writerows([head, *part])
    with open(tmp / "both.csv", "w", newline="") as f:
        csv.writer(f).writerows([[*head, "buku"], *([*r, "one"] for r in rows[::2]), *([*r, "two"] for r in rows[1::2])])
    settings = named(tmp)
    run("dedupe", tmp / "one.csv", tmp / "two.csv", "--settings", settings, "--out", tmp / "files")
    settings.write_text(settings.read_text() + "column buku: book\n")
    run("dedupe", tmp / "both.csv", "--settings", settings, "--out", tmp / "column")
    pairs = {d: (tmp / d / "pairs.csv").read_text() for d in ("files", "column")}
    assert len(pairs["files"].splitlines()) > 100 and pairs["files"] == pairs["column"]
    assert re.search(r"^books 1 2: (?!0 0)[0-9.-]+", (tmp / "column/learned.txt").read_text(), re.M)
    run("dedupe", tmp / "both.csv", "--settings", tmp / "column/learned.txt", "--out", tmp / "again")
    first, again = (list(csv.DictReader(open(tmp / d / "pairs.csv"))) for d in ("column", "again"))
    assert [(p["a"], p["b"]) for p in first] == [(p["a"], p["b"]) for p in again]
    assert all(abs(float(p["weight"]) - float(q["weight"])) < 0.001 for p, q in zip(first, again))


def test_two_books_each_naming_a_person_once(tmp):
    r = random.Random(5)
    people = [person(r, n) for n in range(150)]
    for name, first in (("a", 0), ("b", 1000)):
        with open(tmp / f"{name}.csv", "w", newline="") as f:
            w = csv.writer(f)
            w.writerow(HEAD)
            w.writerows([f"r{first + n}", *written(r, p, name == "b")] for n, p in enumerate(people))
    run("link", tmp / "a.csv", tmp / "b.csv", "--unique", "--settings", named(tmp), "--out", tmp / "out")
    rows = list(csv.DictReader(open(tmp / "out/clusters.csv")))
    seen = {}
    for row in rows:
        seen.setdefault(row["cluster"], []).append(row["source"])
    assert all(len(s) == len(set(s)) for s in seen.values()), "two records of one book are one person"
    assert all(p["source_a"] != p["source_b"] for p in csv.DictReader(open(tmp / "out/pairs.csv")))
    truth = tmp / "truth.csv"
    truth.write_text("id,truth\n" + "".join(f"r{n},{n % 1000}\n" for n in [*range(150), *range(1000, 1150)]))
    assert f1_of(tmp / "out/clusters.csv", truth) > 0.97


def test_evaluation_counts_pairs(tmp):
    (tmp / "truth.csv").write_text("id,truth\na,1\nb,1\nc,1\nd,2\ne,2\n")
    (tmp / "clusters.csv").write_text("id,cluster\na,x\nb,x\nc,y\nd,y\ne,z\n")
    said = run("evaluate", tmp / "clusters.csv", tmp / "truth.csv").stdout
    assert "precision 0.5000, recall 0.2500, F1 0.3333" in said, said
    (tmp / "pairs.csv").write_text("a,b,weight\na,b,9\na,c,8\na,d,1\n")
    said = run("evaluate", tmp / "pairs.csv", tmp / "truth.csv").stdout
    assert "precision 0.6667, recall 0.5000, F1 0.5714" in said, said
    (tmp / "clusters.csv").write_text("id,cluster\nq,x\n")
    assert '"q"' in run("evaluate", tmp / "clusters.csv", tmp / "truth.csv", status=3).stderr


def test_faults_are_told_with_place_and_remedy(tmp):
    cases = {
        "empty.csv": ("", "empty"),
        "head.csv": ("name,dob\n", "empty"),
        "wrong.csv": ("warna,ukuran\nmerah,3\n", "--settings"),
        "quote.csv": ('name,dob\n"x,2000-01-01\n', "quotation mark"),
        "wide.csv": ("name,dob\na b,2000-01-01\nc d,2001-02-02,3\n", "quote.csv:3"),
    }
    for name, (text, want) in cases.items():
        (tmp / name).write_text(text)
        said = run("dedupe", tmp / name, "--out", tmp / "out", status=3).stderr
        assert name in said and want.replace("quote.csv:3", ":3") in said, (name, said)
    (tmp / "latin.csv").write_bytes(b"name,dob\nJos\xe9 X,2000-01-01\n")
    assert "UTF-8" in run("dedupe", tmp / "latin.csv", "--out", tmp / "out", status=3).stderr
    assert "kosong" in run("dedupe", tmp / "empty.csv", "--out", tmp / "out", status=3, lang="id").stderr
    assert not (tmp / "out").exists(), "a faulty book leaves nothing behind"


def test_a_file_that_is_not_there_is_named(tmp):
    b = book(tmp / "book.csv", persons=9)
    for args in (["dedupe", tmp / "no.csv"], ["dedupe", b, "--settings", tmp / "no.csv"], ["dedupe", b, "--rules", tmp / "no.csv", "--settings", named(tmp)],
                 ["search", tmp / "no.csv"], ["evaluate", b, tmp / "no.csv"]):
        done = run(*args, "--out", tmp / "out", status=None)
        assert done.returncode and f"{tmp}/no.csv: There is no such file." in done.stderr, f"{args}\n{done.stderr}"
    for args in (["dedupe", b], ["synth", "--rows", "9"]):
        done = run(*args, "--out", tmp / "no/folder", status=None)
        assert done.returncode and f"{tmp}/no/folder: " in done.stderr, f"{args}\n{done.stderr}"


def test_smaller_blocks_compare_fewer_pairs_and_are_kept_in_what_was_learned(tmp):
    books = synth(tmp / "people", 2000, 5)
    counts = []
    for word in ("", "block: 6\n"):
        (tmp / "s.txt").write_text(word)
        said = run("dedupe", *books, "--settings", tmp / "s.txt", "--out", tmp / "out").stdout
        counts.append(int(re.search(r"([\d.,]+) pairs", said)[1].replace(".", "").replace(",", "")))
    assert counts[1] < 0.8 * counts[0], counts
    assert "\nblock: 6\n" in (tmp / "out/learned.txt").read_text()
    again = run("dedupe", *books, "--settings", tmp / "out/learned.txt", "--out", tmp / "again").stdout
    assert int(re.search(r"([\d.,]+) pairs", again)[1].replace(".", "").replace(",", "")) == counts[1]


def test_all_faults_of_settings_at_once(tmp):
    b = book(tmp / "book.csv", persons=5)
    (tmp / "s.txt").write_text("column nama: nam\nthreshold: 7\nweight birth: 1\nhello\nbooks 1 9: 0 0 0 0 0\n"
                               "books 1 2: 0 0 inf 0 0\nbooks 1: 0\nblock: 1\nblock: 1001\nblock: many\n")
    said = run("dedupe", b, "--settings", tmp / "s.txt", status=3).stderr
    assert all(f":{n}" in said for n in range(1, 11)), said
    (tmp / "s.txt").write_text("column nama: name\ncolumn umur: birth\n")
    assert '"umur"' in run("dedupe", b, "--settings", tmp / "s.txt", status=3).stderr


def synth(to, persons, seed, *more):
    run("synth", "--rows", persons, "--seed", seed, "--out", to, "--domain", sigap.ROOT / "domain", *more)
    return sorted(p for p in to.glob("*.csv") if p.name != "truth.csv")


def test_books_of_made_up_people_repeat_by_seed_and_tell_the_truth(tmp):
    books = synth(tmp / "a", 400, 3)
    synth(tmp / "b", 400, 3)
    synth(tmp / "c", 400, 4)
    assert files(tmp / "a") == files(tmp / "b") != files(tmp / "c") and len(books) == 7
    truth = {r["id"]: r for r in csv.DictReader(open(tmp / "a/truth.csv"))}
    rows = [r for b in books for r in csv.DictReader(open(b))]
    assert sorted(truth) == sorted(r["id"] for r in rows), "each row has its truth once"
    assert 300 < len({r["person_id"] for r in truth.values()}) <= 400
    assert {r["forged"] for r in truth.values()} == {"0", "1"}


def test_faults_of_made_up_books_can_be_turned_off_and_are_told(tmp):
    names = re.findall(r"X\((\w+), ", (sigap.ROOT / "src/identity/synth_rate.def").read_text())
    (tmp / "none.txt").write_text("# nothing goes wrong\n" + "".join(f"{n}: 0\n" for n in names))
    books = synth(tmp / "a", 300, 3, "--settings", tmp / "none.txt")
    truth = {r["id"]: r["person_id"] for r in csv.DictReader(open(tmp / "a/truth.csv"))}
    seen = {}
    for row in (r for b in books for r in csv.DictReader(open(b))):
        seen.setdefault(truth[row["id"]], set()).add((row["nama"], row["jk"], row["tempat_lahir"]))
    assert all(len(v) == 1 for v in seen.values()), "the same person, written the same"
    (tmp / "bad.txt").write_text("typing: 2\nhello: 0.1\n")
    said = run("synth", "--out", tmp / "x", "--settings", tmp / "bad.txt", "--domain", sigap.ROOT / "domain", status=3).stderr
    assert "bad.txt:1" in said and "bad.txt:2" in said, said


def test_families_in_a_book_of_residents_do_not_teach_that_people_stand_there_in_two_guises(tmp):
    """Sisters and brothers look like one person behind forged papers; in one book such a pair is the rarer kind."""
    synth(tmp / "made", 4000, 4)
    run("dedupe", *(tmp / f"made/{b}.csv" for b in ("dukcapil", "imigrasi", "disnaker")), "--out", tmp / "out")
    learned = re.findall(r"^books (\d) \1: (\S+) (\S+) (\S+)", (tmp / "out/learned.txt").read_text(), re.M)
    assert len(learned) == 3 and float(learned[0][1]) < -1
    for book, same, forged, renamed in learned:
        assert float(forged) <= float(same) and float(renamed) <= float(same), book


def test_a_number_that_gives_its_record_the_lie_speaks_for_forged_papers(tmp):
    (tmp / "dates.txt").write_text("date_slip: 0.3\n")
    run("synth", "--out", tmp, "--rows", 500, "--settings", tmp / "dates.txt", "--domain", sigap.ROOT / "domain")
    run("dedupe", tmp / "dukcapil.csv", tmp / "disnaker.csv", "--out", tmp / "out")
    chance, forged = map(float, re.search(r"^weight nik/doubtful: \S+ (\S+) (\S+)", (tmp / "out/learned.txt").read_text(), re.M).groups())
    assert 0.2 < chance < forged, "however often clerks write dates wrongly"


def test_forged_papers_are_judged_apart(tmp):
    (tmp / "truth.csv").write_text("id,truth,forged\na,1,0\nb,1,1\nc,1,1\nd,2,0\n")
    (tmp / "clusters.csv").write_text("id,cluster\na,x\nb,x\nc,y\nd,x\n")
    said = run("evaluate", tmp / "clusters.csv", tmp / "truth.csv").stdout
    assert "forged papers: precision 0.5000, recall 0.5000, of 2 pairs" in said, said


def search(tmp, book, questions, *options, status=0):
    done = subprocess.run([sigap.binary(), "match", "search", str(book), "--lang", "en", *options], input=questions, text=True,
                          capture_output=True, timeout=280, cwd=sigap.ROOT)
    assert done.returncode == status, done.stderr
    return list(csv.DictReader(done.stdout.splitlines())), done.stderr


def test_a_book_answers_who_may_be_meant(tmp):
    book = next(p for p in synth(tmp / "a", 2000, 3) if p.name == "dukcapil.csv")
    people = [r for r in csv.DictReader(open(book)) if len(r["nama"].split()) > 1 and len(r["tanggal_lahir"]) == 10]
    r = random.Random(1)
    asked = r.sample(people, 60)
    lines = "nama,tanggal_lahir,desa,nik\n"
    for p in asked:
        words = p["nama"].split()
        words[-1] = slip(r, words[-1])
        day = p["tanggal_lahir"][:6] + str(int(p["tanggal_lahir"][6:]) - r.randrange(0, 6))
        lines += f"{' '.join(reversed(words))},{day},,\n"
    rows, said = search(tmp, book, lines)
    first = {row["question"]: row["id"] for row in reversed(rows) if row["rank"] != "0"}
    hits = sum(first.get(str(i + 1)) == p["id"] for i, p in enumerate(asked))
    assert hits > 50, hits
    assert sum(row["rank"] == "0" for row in rows) == 60, "each answer has its end"
    assert re.search(r"Ready: \d+ persons, \d+ bytes", said), said


def test_a_number_alone_finds_its_person_and_nobody_is_said(tmp):
    (tmp / "b.csv").write_text("id,nama,nik,telepon\na,Yohanes Bere,5301011203880001,081234567890\nb,Maria Klau,,\n")
    rows, _ = search(tmp, tmp / "b.csv", "nama,nik,telepon\n,5301011203880001,\n,,+6281234567890\nQwrtz Xplk,,\n")
    assert [(x["question"], x["rank"], x["id"]) for x in rows] == [
        ("1", "1", "a"), ("1", "0", "end"), ("2", "1", "a"), ("2", "0", "end"), ("3", "0", "none")]


def test_a_passport_a_card_and_a_mother_lead_to_a_person_of_another_name(tmp):
    (tmp / "b.csv").write_text("id,nama,paspor,kk,nama_ibu\na,Yohanes Bere,B1234567,,\nb,Maria Klau,,5301010101900007,\n"
                               "c,Lusia Seran,,,Theresia Hoar Nahak\nd,Anna Taek,,,Theresia Klau\n")
    rows, _ = search(tmp, tmp / "b.csv", "nama,paspor,kk,nama_ibu\nQwrtz,b 1234567,,\nQwrtz,,5301010101900007,\nQwrtz,,,Nahak Teresia\n"
                                         "Qwrtz,,,Theresia\n")
    assert [x["id"] for x in rows] == ["a", "end", "b", "end", "c", "end", "none"], rows


def test_people_are_found_by_what_they_are_called(tmp):
    (tmp / "b.csv").write_text("id,nama,namapanggilan,tanggal_lahir\na,Yohanes Bere,,01-02-1990\nb,Maria Klau alias Wempi,,05-06-1991\n"
                               "c,Agustinus Nahak,,17-05-1992\nd,Kornelis Seran,Mosu,09-08-1993\ne,Anna Maria Taek,,03-04-1994\n")
    rows, _ = search(tmp, tmp / "b.csv", "nama,tanggal_lahir\nYan Bere,\nWempi,\nstinus Nahk,17-05-1987\nMosu,\nAnnamaria Taek,03-04-1994\n")
    assert [x["id"] for x in rows if x["rank"] == "1"] == ["a", "b", "c", "d", "e"], rows


def test_odd_questions_and_books_get_a_clear_answer(tmp):
    (tmp / "b.csv").write_text("id,nama\na,Ana\nb,Ana Bere\nc,Ana,too wide\n")
    assert "b.csv:4" in search(tmp, tmp / "b.csv", "nama\nAna\n", status=3)[1]
    (tmp / "b.csv").write_text("id,nama\na,Ana\nb,Ana Bere\n")
    long = " ".join(["Maria"] * 40) + "," + "x" * 10000
    rows, _ = search(tmp, tmp / "b.csv", f'nama,desa\n"{long}",\n,\nÑandú 王,\n')
    assert [x["id"] for x in rows if x["rank"] == "0"] == ["none", "none", "none"], rows
    assert "columns" in search(tmp, tmp / "b.csv", "warna\nmerah\n", status=3)[1]
    (tmp / "c.csv").write_text("")
    assert "empty" in search(tmp, tmp / "c.csv", "nama\nAna\n", status=3)[1]


def test_a_kept_index_answers_as_the_book_and_a_damaged_one_is_made_anew(tmp):
    book, index = next(p for p in synth(tmp / "a", 500, 5) if p.name == "dukcapil.csv"), tmp / "kept"
    os.utime(book, (1, 1))
    lines = "nama,tanggal_lahir,desa\n" + "".join(
        f'{r["nama"]},{r["tanggal_lahir"]},"{r["desa"]}"\n' for r in list(csv.DictReader(open(book)))[:40])
    want, _ = search(tmp, book, lines)
    for damage in (b"", b"", b"damaged", b""):
        index.write_bytes(damage + index.read_bytes()[len(damage):] if index.exists() else damage)
        assert search(tmp, book, lines, "--index", str(index))[0] == want
    assert index.stat().st_mode & 0o777 == 0o600 and index.read_bytes()[:8] == b"SIGAPSI4"


def test_words_agreed_to_later_count_in_a_kept_index(tmp):
    (tmp / "b.csv").write_text("id,nama,tanggal_lahir\na,Wunibaldus Sabuna,01-09-1980\nb,Yohanes Wunibalda,02-09-1980\n")
    (tmp / "equal.tsv").write_text("bobot\tnama\nkuat\twunibaldus okta\n")
    os.utime(tmp / "b.csv", (1, 1))
    index, asked = tmp / "kept", "nama\nOkta\n"
    assert search(tmp, tmp / "b.csv", asked, "--index", str(index))[0][0]["id"] == "none"
    kept = index.stat().st_ino
    rows, _ = search(tmp, tmp / "b.csv", asked, "--index", str(index), "--names", str(tmp / "equal.tsv"))
    assert [r["id"] for r in rows] == ["a", "end"] and index.stat().st_ino == kept, rows
    assert search(tmp, tmp / "b.csv", asked, "--index", str(index))[0][0]["id"] == "none", "words taken out still count"


def talk(path, text):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(200)
        s.connect(str(path))
        s.sendall(text.encode())
        s.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: s.recv(65536), b"")).decode()


def test_several_ask_a_book_over_a_socket(tmp):
    (tmp / "b.csv").write_text("id,nama,nik\na,Yohanes Bere,5301011203880001\nb,Maria Klau,\n")
    at = tmp / "socket"
    words = [sigap.binary(), "match", "search", str(tmp / "b.csv"), "--socket", str(at)]
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(at))
    stale.close()  # nobody answers there any more
    p = subprocess.Popen(words, cwd=sigap.ROOT, stderr=subprocess.PIPE)
    try:
        p.stderr.readline()
        until(lambda: is_private(at) and answers(at))
        idle = socket.socket(socket.AF_UNIX)
        idle.connect(str(at))  # who asks nothing is in nobody's way
        said = talk(at, "nama,nik\nMaria Klaw,\n" + "x" * 70000 + "\n,5301011203880001\n")
        assert [tuple(line.split(",")[:3]) for line in said.splitlines()] == [
            ("question", "rank", "id"), ("1", "1", "b"), ("1", "0", "end"), ("2", "0", "unread"),
            ("3", "1", "a"), ("3", "0", "end")], said
        assert talk(at, "warna\nmerah\n").splitlines()[-1] == "0,0,unread,0"
        again = subprocess.run(words, cwd=sigap.ROOT, capture_output=True, timeout=200)
        assert again.returncode == 6, "somebody answers there"
        idle.close()
    finally:
        p.terminate()
        p.wait()


def is_private(at):
    try:
        return at.stat().st_mode & 0o777 == 0o600
    except FileNotFoundError:  # the one nobody answered at is taken away first
        return False


def until(done):
    for _ in range(4000):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("nothing came")


def answers(at):
    with socket.socket(socket.AF_UNIX) as s:
        return s.connect_ex(str(at)) == 0


def test_names_of_any_kind_are_matched_or_told(tmp):
    names = ["", "王小明", "Ñandú Ȁ", "x" * 10000, " ".join(["maria"] * 40), "'; DROP", "-", "...", "\u200b"]
    rows = [f'r{i},"{n}",1990-02-0{i + 1}' for i, n in enumerate(names)] * 2
    text = "id,nama,tanggal_lahir\n" + "\n".join(rows) + "\n"
    (tmp / "b.csv").write_text(text)
    run("dedupe", tmp / "b.csv", "--out", tmp / "out")
    found = list(csv.DictReader(open(tmp / "out/clusters.csv")))
    assert len(found) == len(rows)


def wilson(some, n, z=1.959964):
    p, w = some / n, 1 + z * z / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / w
    return f"{p:.4f} ({max(0, (p + z * z / (2 * n)) / w - half):.4f}..{min(1, (p + z * z / (2 * n)) / w + half):.4f})"


def test_a_sample_judged_blindly_tells_precision_and_recall_with_their_limits(tmp):
    books = synth(tmp / "people", 6000, 3)
    for out in ("out", "again"):
        run("dedupe", *books, "--out", tmp / out)
    sample = list(csv.DictReader(open(tmp / "out/sample.csv")))
    assert sample == list(csv.DictReader(open(tmp / "again/sample.csv"))) and set(sample[0]) == {"a", "b", "decision"}
    pairs = {(r["a"], r["b"]) for r in csv.DictReader(open(tmp / "out/pairs.csv"))}
    taken = {(r["a"], r["b"]) for r in sample}
    assert len(taken) == len(sample) and not any(r["decision"] for r in sample)
    assert len(pairs) / 200 < len(taken & pairs) < len(pairs) / 50 and taken - pairs  # those that nearly nobody takes for one too
    of = {r["id"]: r["cluster"] for r in csv.DictReader(open(tmp / "out/clusters.csv"))}
    joined = [of[r["a"]] == of[r["b"]] for r in sample]
    assert any(joined) and not all(joined)
    one = [j != (n % 3 == 0) for n, j in enumerate(joined)]
    with open(tmp / "judged.csv", "w") as f:
        f.write("a,b,decision\n" + "".join(f"{r['a']},{r['b']},{'same' if same else 'different'}\n" for r, same in zip(sample, one))
                + f"{sample[0]['a']},{sample[0]['b']},\n")
    said = run("evaluate", tmp / "out/clusters.csv", tmp / "judged.csv").stdout
    right = sum(j and same for j, same in zip(joined, one))
    assert wilson(right, sum(joined)) in said and wilson(right, sum(one)) in said, said
    run("dedupe", *books, "--rules", tmp / "judged.csv", "--out", tmp / "taught")


def test_decisions_of_reviewers_win(tmp):
    (tmp / "b.csv").write_text("id,nama,tanggal_lahir\na,Petrus Klau,1980-02-03\nb,Petrus Klau,1980-02-03\n"
                               "c,Maria Seran,1991-05-06\n")
    (tmp / "rules.csv").write_text("a,b,decision\na,b,different\na,c,same\n")
    run("dedupe", tmp / "b.csv", "--rules", tmp / "rules.csv", "--out", tmp / "out")
    of = {r["id"]: r["cluster"] for r in csv.DictReader(open(tmp / "out/clusters.csv"))}
    assert of["a"] == of["c"] != of["b"], of
    run("dedupe", tmp / "b.csv", "--out", tmp / "alone")
    name = [[line for line in (tmp / d / "learned.txt").read_text().splitlines() if line.startswith("weight name/different+different")] for d in ("out", "alone")]
    assert name[0] and name[0] != name[1], "what people decided taught nothing"
    (tmp / "rules.csv").write_text("a,b,decision\na,q,same\na,b,perhaps\n")
    said = run("dedupe", tmp / "b.csv", "--rules", tmp / "rules.csv", "--out", tmp / "no", status=3).stderr
    assert ":2:" in said and ":3:" in said and not (tmp / "no").exists(), said


def halves(tmp):
    for name in ("a.key", "b.key"):
        run("secret", tmp / name)
    return tmp / "a.key", tmp / "b.key"


def two_books(tmp, common=60, each=80):
    """Two offices' books: `common` persons stand in both, written differently in the second."""
    r = random.Random(11)
    people = [person(r, n) for n in range(common + 2 * each)]
    for name, some, changed in (("a", people[:common + each], False), ("b", people[:common] + people[common + each:], True)):
        rows = [written(r, p, changed) for p in some]
        r.shuffle(rows)
        with open(tmp / f"{name}.csv", "w", newline="") as f:
            csv.writer(f).writerows([[*HEAD[:-1], "orang"], *([f"{name}{i}", *row] for i, row in enumerate(rows))])
    return tmp / "a.csv", tmp / "b.csv"


def named_book(path, to):
    """The same book with headings that are known by themselves."""
    text = path.read_text().splitlines(True)
    to.write_text("id,nama,tanggal_lahir,jk,nik,desa,nama_ibu,orang\n" + "".join(text[1:]))
    return to


def truth_by_code(book, rows):
    lines = book.read_text().splitlines()
    return {r["id"]: lines[int(r["row"]) - 1].split(",")[-1] for r in csv.DictReader(open(rows))}


def test_two_offices_find_who_stands_in_both(tmp):
    one, other = halves(tmp)
    plain = [named_book(b, tmp / f"named-{b.name}") for b in two_books(tmp)]
    run("encode", plain[0], one, other, "--out", tmp / "A")
    run("encode", plain[1], other, one, "--out", tmp / "B")
    run("compare", tmp / "A/codes.csv", tmp / "B/codes.csv", "--out", tmp / "pairs.csv")
    of = [truth_by_code(b, tmp / d / "rows.csv") for b, d in zip(plain, "AB")]
    pairs = [(of[0].get(p["a"]), of[1].get(p["b"])) for p in csv.DictReader(open(tmp / "pairs.csv"))]
    real = [p for p in pairs if None not in p]
    right = sum(a == b for a, b in real)
    assert right >= 48 and len(real) - right <= 3, (right, len(real), len(pairs))


def test_codes_say_no_name_no_order_and_no_count(tmp):
    one, other = halves(tmp)
    book = named_book(two_books(tmp)[0], tmp / "named.csv")
    run("encode", book, one, other, "--out", tmp / "A")
    text = (tmp / "A/codes.csv").read_text()
    cells = {c for row in csv.reader(open(book)) for c in row if set(c.lower()) - set('0123456789abcdef') and c != 'id'}
    assert not [c for c in cells if c in text], [c for c in cells if c in text]
    ids = [line.split(",")[0] for line in text.splitlines()[1:]]
    home = [r["row"] for r in csv.DictReader(open(tmp / "A/rows.csv"))]
    assert ids == sorted(ids) and home != sorted(home, key=int) and len(ids) > len(home) * 1.2
    run("encode", book, one, other, "--out", tmp / "again")
    assert not set(ids) & {line.split(",")[0] for line in (tmp / "again/codes.csv").read_text().splitlines()[1:]}


def test_another_key_finds_nobody_and_faults_are_told(tmp):
    one, other = halves(tmp)
    book = named_book(two_books(tmp)[0], tmp / "named.csv")
    run("secret", tmp / "c.key")
    run("encode", book, one, other, "--out", tmp / "A")
    run("encode", book, one, tmp / "c.key", "--out", tmp / "C")
    run("compare", tmp / "A/codes.csv", tmp / "C/codes.csv", "--out", tmp / "pairs.csv")
    assert len((tmp / "pairs.csv").read_text().splitlines()) == 1
    assert "there already" in run("secret", one, status=3).stderr and "two different halves" in run("encode", book, one, one, "--out", tmp / "D", status=3).stderr
    (tmp / "bad.csv").write_text("id,code\nx,zz\n")
    assert "bad.csv" in run("compare", tmp / "bad.csv", tmp / "A/codes.csv", "--out", tmp / "p", status=3).stderr
