#!/usr/bin/env python3
"""fetch.py archive|runtimes OUT.cpio, or linux|emulator|u-boot FOLDER - what Debian
has built.

Packages of Debian 12 for armhf come by an apt whose root is build/debian: the
machine's own apt learns nothing of them, and nobody need be root. What apt has
fetched once stays there.

archive: the packages' files, but for documentation, and those of this folder
whose names OVERLAY gives, as an archive that a kernel unpacks into its root.
runtimes: the same with RUNTIMES, which are large, and the sources of tcc.
linux: vmlinuz and the device tree of vexpress-a9, for `make oracle`.
emulator: QEMU 10 for this machine, whose plugins may read registers, for
`make check-hw`. It is Debian 12's own, built later (bookworm-backports), and runs
with the libraries that the installed QEMU needs.
u-boot: the sources of U-Boot as Debian 12 has them, for `make u-boot`, which builds
it for a board that Debian does not build it for.
"""

import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath("build/debian")
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# usr-is-merged stands for what else apt would choose: usrmerge, and all of perl.
PROGRAMS = """busybox bash coreutils dash perl-base python3-minimal sqlite3 tcc
    libc6-dev less procps ncurses-base usr-is-merged""".split()
# Those that runtimes.sh asks; valgrind wants the symbols of the dynamic loader.
RUNTIMES = """luajit fzf ripgrep valgrind libc6-dbg expect bsdutils
    stress-ng""".split()
LINUX = ["linux-image-armmp"]
DTB = "vexpress-v2p-ca9.dtb"

LEFT_OUT = ["usr/share/" + name for name in
            ("doc", "man", "locale", "info", "lintian", "bug", "menu")]
# Path in the archive: file of this folder. The first is process 1 of `make debian`.
OVERLAY = {"init": "init", "root/try.sh": "try.sh", "etc/passwd": "passwd",
           "etc/group": "group", "root/answers.sh": "answers.sh",
           "root/rc.sh": "rc.sh", "root/turn.sh": "turn.sh",
           "root/runtimes.sh": "runtimes.sh",
           "etc/inittab": "inittab", "etc/fstab": "fstab",
           "etc/init.d/rcS": "rcS"}
RUN = ["init", "etc/init.d/rcS"]
FOLDERS = ["dev", "proc", "sys", "tmp", "root", "run", "etc/init.d"]

APT_CONF = f"""Dir "{ROOT}/apt";
Dir::State::status "{ROOT}/apt/status";
APT::Architecture "ARCHITECTURE";
APT::Architectures {{ "ARCHITECTURE"; }};
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Debug::NoLocking "true";
"""
EMULATOR = "qemu-system-arm"


def apt_root(architecture="armhf", suite="bookworm", kind="deb"):
    """An apt that knows of no installed package. Its folders stay."""
    sources = (f"{kind} [arch={architecture} signed-by={KEYRING}] {MIRROR} "
               f"{suite} main\n")
    for folder in ("etc/apt/apt.conf.d", "etc/apt/preferences.d",
                   "var/lib/apt/lists/partial",
                   "var/cache/apt/archives/partial"):
        os.makedirs(f"{ROOT}/apt/{folder}", exist_ok=True)
    for name, text in (("status", ""), 
                       ("apt.conf",
                        APT_CONF.replace("ARCHITECTURE", architecture)),
                       ("etc/apt/sources.list", sources)):
        with open(f"{ROOT}/apt/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    os.environ["APT_CONFIG"] = f"{ROOT}/apt/apt.conf"


def apt_get(*words, folder="."):
    done = subprocess.run(["apt-get", "-q", "-y", *words], text=True, cwd=folder,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.exit(f"fetch.py: apt-get {' '.join(words)} ended with status "
                 f"{done.returncode}:\n{done.stdout}")
    return done.stdout


def fetch(packages):
    """The .deb files of packages and of all that they depend on."""
    if not os.path.exists(KEYRING):
        sys.exit(f"fetch.py: {KEYRING} is missing, which says whether packages "
                 "are Debian's; the package debian-archive-keyring has it")
    apt_root()
    apt_get("update")
    apt_get("--download-only", "install", *packages)
    chosen = apt_get("-qq", "--print-uris", "-o",
                     "Dir::Cache::archives=/nonexistent/", "--download-only",
                     "install", *packages)
    # Lines are: 'address' name size checksum
    return [f"{ROOT}/apt/var/cache/apt/archives/{line.split()[1]}"
            for line in chosen.splitlines() if line.startswith("'")]


def unpack(debs, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for deb in debs:
        subprocess.run(["dpkg-deb", "-x", deb, folder], check=True)


def write_archive(out, packages, more={}):
    folder = out.removesuffix(".cpio") + ".root"
    unpack(fetch(packages), folder)
    for name in LEFT_OUT:
        shutil.rmtree(f"{folder}/{name}", ignore_errors=True)
    for name in FOLDERS:
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    for name, source in {**OVERLAY, **more}.items():
        shutil.copy(os.path.join(HERE, source), f"{folder}/{name}")
    for name in RUN:
        os.chmod(f"{folder}/{name}", 0o755)
    os.symlink("/bin/busybox", f"{folder}/sbin/init")
    with open(f"{folder}/etc/hostname", "w", encoding="utf-8") as file:
        file.write("debian\n")
    names = sorted(os.path.relpath(os.path.join(at, name), folder)
                   for at, below, files in os.walk(folder)
                   for name in below + files)
    with open(f"{out}.new", "wb") as archive:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0",
                        "--reproducible"], input="\n".join(names).encode(),
                       stdout=archive, cwd=folder, check=True)
    os.rename(f"{out}.new", out)


def write_runtimes(out):
    """With the sources of tcc, which it is to compile."""
    sources = f"{ROOT}/tcc"
    shutil.rmtree(sources, ignore_errors=True)
    os.makedirs(sources)
    apt_root(kind="deb-src")
    apt_get("update")
    apt_get("source", "--download-only", "tcc", folder=sources)
    found = [name for name in os.listdir(sources) if ".orig.tar" in name]
    write_archive(out, PROGRAMS + RUNTIMES,
                  {"root/tcc.tar.bz2": f"{sources}/{found[0]}"})


def write_linux(folder):
    unpack(fetch(LINUX), f"{ROOT}/linux")
    found = {}
    for at, _, files in os.walk(f"{ROOT}/linux"):
        for name in files:
            if name == DTB or name.startswith("vmlinuz-"):
                found[name.split("-")[0]] = os.path.join(at, name)
    os.makedirs(folder, exist_ok=True)
    shutil.copy(found["vmlinuz"], f"{folder}/vmlinuz")
    shutil.copy(found["vexpress"], f"{folder}/{DTB}")
    shutil.rmtree(f"{ROOT}/linux")


def write_emulator(folder):
    machine = subprocess.run(["dpkg", "--print-architecture"], check=True,
                             stdout=subprocess.PIPE, text=True).stdout.strip()
    apt_root(machine, "bookworm-backports")
    apt_get("update")
    unpack([], folder)
    apt_get("download", EMULATOR, folder=folder)
    for deb in [name for name in os.listdir(folder) if name.endswith(".deb")]:
        subprocess.run(["dpkg-deb", "-x", f"{folder}/{deb}", folder], check=True)
        os.remove(f"{folder}/{deb}")


def write_u_boot(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    apt_root(kind="deb-src")
    apt_get("update")
    apt_get("source", "u-boot", folder=folder)
    found = [entry.path for entry in os.scandir(folder) if entry.is_dir()]
    os.rename(found[0], f"{folder}/source")


def main():
    writers = {"archive": lambda out: write_archive(out, PROGRAMS),
               "runtimes": write_runtimes,
               "linux": write_linux,
               "emulator": write_emulator,
               "u-boot": write_u_boot}
    if len(sys.argv) != 3 or sys.argv[1] not in writers:
        sys.exit(__doc__)
    writers[sys.argv[1]](sys.argv[2])


main()
