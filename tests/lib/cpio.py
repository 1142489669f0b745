"""newc archives, made by hand: good ones, and ones with a chosen fault."""

S_IFDIR, S_IFREG, S_IFLNK = 0o040000, 0o100000, 0o120000


def member(name, data=b"", mode=S_IFREG | 0o755, magic=b"070701", size=None,
           name_size=None, ino=1):
    """One member. size, name_size: what the header claims, if not the truth."""
    name = name.encode() + b"\0"
    fields = [ino, mode, 0, 0, 1, 0, len(data) if size is None else size,
              0, 0, 0, 0, len(name) if name_size is None else name_size, 0]
    header = magic + b"".join(b"%08x" % field for field in fields)
    return pad(header + name) + pad(data)


def pad(data):
    return data + b"\0" * (-len(data) % 4)


def trailer():
    return member("TRAILER!!!", mode=0)


def archive(files):
    """files: {path: bytes}. Directories are added as needed."""
    made, parts = set(), []
    for number, (path, data) in enumerate(files.items(), 100):
        folders = path.split("/")[:-1]
        for depth in range(1, len(folders) + 1):
            folder = "/".join(folders[:depth])
            if folder not in made:
                made.add(folder)
                parts.append(member(folder, mode=S_IFDIR | 0o755,
                                    ino=number * 10 + depth))
        parts.append(member(path, data, ino=number))
    return b"".join(parts) + trailer()
