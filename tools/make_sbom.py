#!/usr/bin/python3
"""A software bill of materials (SPDX 2.3, JSON) of a built program: the Debian packages of the libraries it loads.

usage: tools/make_sbom.py PROGRAM > FILE       what `ldd` says it loads, each file with its package and SHA-256
       tools/make_sbom.py --check FILE PROGRAM  exits 1 when the two differ

SOURCE_DATE_EPOCH gives the moment, so that the same program gives the same bytes.
"""
import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def loaded(program):
    """{soname: real path} of every library the program loads, its loader included."""
    libraries = {}
    for line in run("ldd", program).splitlines():
        found = re.match(r"\s*(\S+)(?: => (\S+))? \(0x", line)
        if found and "vdso" not in found[1]:
            libraries[os.path.basename(found[1])] = os.path.realpath(found[2] or found[1])
    return libraries


def direct(program):
    return set(re.findall(r"\(NEEDED\).*\[(.+)\]", run("readelf", "-d", program)))


def package_of(path):
    """The Debian package that brought a file; libraries are listed under /lib or /usr/lib."""
    for spelled in (path, path.removeprefix("/usr")):
        found = subprocess.run(["dpkg", "-S", spelled], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(": ")[0].split(",")[0]
    sys.exit(f"make_sbom: no package has {path}")


def facts(package):
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t${Homepage}"
    return run("dpkg-query", "-W", "-f", form, package).split("\t")


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def spdx_id(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def version():
    return re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text())[1]


def library_package(package, paths):
    name, number, machine, source, source_number, home = facts(package)
    return {"name": name, "SPDXID": spdx_id("Package-" + name), "versionInfo": number, "filesAnalyzed": False,
            "downloadLocation": "NOASSERTION", "homepage": home or "NOASSERTION", "supplier": "Organization: Debian",
            "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
            "sourceInfo": f"built from {source} {source_number}; licences in /usr/share/doc/{name}/copyright",
            "comment": "; ".join(f"{soname} sha256:{sha256(path)}" for soname, path in sorted(paths.items())),
            "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                              "referenceLocator": f"pkg:deb/debian/{name}@{number}?arch={machine}"}]}


def document(program):
    libraries, needed, packages = loaded(program), direct(program), {}
    for soname, path in libraries.items():
        packages.setdefault(package_of(path), {})[soname] = path
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    own = {"name": "sigap", "SPDXID": "SPDXRef-Package-sigap", "versionInfo": version(), "filesAnalyzed": False,
           "downloadLocation": "NOASSERTION", "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
           "copyrightText": "NOASSERTION", "checksums": [{"algorithm": "SHA256", "checksumValue": sha256(program)}]}
    listed = [library_package(p, paths) for p, paths in sorted(packages.items())]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                  "relatedSpdxElement": own["SPDXID"]}]
    for package, entry in zip(sorted(packages), listed):
        kind = "DYNAMIC_LINK" if needed & set(packages[package]) else "DEPENDS_ON"
        relations.append({"spdxElementId": own["SPDXID"], "relationshipType": kind,
                          "relatedSpdxElement": entry["SPDXID"]})
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"sigap-{version()}", "documentNamespace": f"urn:sigap:sbom:{version()}:{sha256(program)}",
            "creationInfo": {"created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": ["Tool: make_sbom.py"]},
            "packages": [own, *listed], "relationships": relations}


def check(path, program):
    """Every library that is loaded is listed with the bytes it has here, and nothing else is."""
    told = {m[0]: m[1] for p in json.loads(pathlib.Path(path).read_text())["packages"]
            for m in re.findall(r"(\S+) sha256:([0-9a-f]{64})", p.get("comment", ""))}
    here = {soname: sha256(real) for soname, real in loaded(program).items()}
    faults = [f"{soname}: not listed" for soname in sorted(here.keys() - told.keys())]
    faults += [f"{soname}: listed, not loaded" for soname in sorted(told.keys() - here.keys())]
    faults += [f"{soname}: other bytes" for soname in sorted(told.keys() & here.keys()) if told[soname] != here[soname]]
    print("\n".join([*faults, f"{len(here)} libraries, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2], sys.argv[3]))
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    print(json.dumps(document(sys.argv[1]), indent=1, sort_keys=True))
