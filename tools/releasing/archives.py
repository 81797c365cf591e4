"""Archives whose bytes follow from what is in them: sorted, one owner, two modes, one time.

python tools/releasing/archives.py FILE.tar.gz SECONDS        makes it anew, in its place
"""

from __future__ import annotations

import gzip
import io
import sys
import tarfile
from pathlib import Path


def settle(archive: Path, time: int) -> None:
    """Make a .tar.gz anew: members by name, owner 0, mode 644 or 755, `time` in seconds of the epoch."""
    members: dict[str, tuple[tarfile.TarInfo, bytes]] = {}
    with tarfile.open(archive) as given:
        for member in given:
            file = given.extractfile(member) if member.isfile() else None
            members[member.name] = member, file.read() if file else b""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as made:
        for name, (member, data) in sorted(members.items()):
            plain = tarfile.TarInfo(name)
            plain.type, plain.linkname, plain.size = member.type, member.linkname, len(data)
            plain.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            plain.mtime = time
            made.addfile(plain, io.BytesIO(data))
    with archive.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=time) as packed:
        packed.write(whole.getvalue())


if __name__ == "__main__":
    settle(Path(sys.argv[1]), int(sys.argv[2]))
