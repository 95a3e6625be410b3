"""Root file systems out of what this machine has: its programs, with the libraries that they load."""

import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["RootFiles", "base_python"]

_LIBRARY = re.compile(r"(/\S+) \(0x[0-9a-f]+\)$", re.MULTILINE)
_NOT_NEEDED = frozenset({"site-packages", "dist-packages", "test", "idlelib", "tkinter", "ensurepip"})
_ROOT, _ANYBODY = 0, 0o1777


@dataclass
class RootFiles:
    """A root file system that grows, as the tar archive that ``docker import`` takes."""

    _content: io.BytesIO = field(default_factory=io.BytesIO)
    _names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._tar = tarfile.open(fileobj=self._content, mode="w")  # noqa: SIM115  # closed by content()
        self.directory("/tmp", mode=_ANYBODY)  # noqa: S108  # the container's own

    def directory(self, place: str, *, mode: int = 0o755, owner: int = _ROOT) -> None:
        """An empty directory."""
        self._add(_info(place, tarfile.DIRTYPE, mode=mode, owner=owner), None)

    def text(self, place: str, content: str, *, mode: int = 0o644) -> None:
        """A file with this content."""
        data = content.encode()
        info = _info(place, tarfile.REGTYPE, mode=mode)
        info.size = len(data)
        self._add(info, io.BytesIO(data))

    def link(self, place: str, target: str) -> None:
        """A symbolic link."""
        info = _info(place, tarfile.SYMTYPE)
        info.linkname = target
        self._add(info, None)

    def file(self, source: Path, place: str | None = None) -> None:
        """A file of this machine, at the same place if none is named."""
        info = _info(place or str(source), tarfile.REGTYPE, mode=source.stat().st_mode & 0o777 | 0o444)
        info.size = source.stat().st_size
        with source.open("rb") as data:
            self._add(info, data)

    def program(self, source: Path, place: str | None = None) -> None:
        """A program or a library of this machine, with the libraries that it loads."""
        self.file(source, place)
        for library in libraries([source]):
            self.file(library)

    def tree(self, source: Path, place: str | None = None) -> None:
        """A directory of this machine, with the libraries that what it holds loads from elsewhere."""
        root = place or str(source)
        programs: list[Path] = []
        for folder, names, files in os.walk(source):
            names[:] = [name for name in names if name not in _NOT_NEEDED]
            for name in files:
                path = Path(folder, name)
                self.file(path, f"{root}/{path.relative_to(source)}")
                if ".so" in name or os.access(path, os.X_OK):
                    programs.append(path)
        for library in libraries(programs):
            if not library.is_relative_to(source):
                self.file(library)

    def content(self) -> bytes:
        """The archive."""
        self._tar.close()
        return self._content.getvalue()

    def _add(self, info: tarfile.TarInfo, data: io.BufferedIOBase | None) -> None:
        if info.name not in self._names:
            above, _, _ = info.name.rpartition("/")
            if above:
                # Some storage drivers make what is not in the archive for root alone.
                self._add(_info(above, tarfile.DIRTYPE), None)
            self._names.add(info.name)
            self._tar.addfile(info, data)


def libraries(programs: Iterable[Path]) -> set[Path]:
    """What the dynamic linker would load for programs, itself included; nothing for static ones and scripts.

    What this machine lacks is left out: a part that needs it works here as little as in the container.
    """
    done = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False)
    return {Path(found) for found in _LIBRARY.findall(done.stdout)}


def base_python() -> tuple[Path, Path]:
    """The Python that this one's environment was made from: its executable and its standard library."""
    executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    return executable, Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))


def _info(place: str, kind: bytes, *, mode: int = 0o755, owner: int = _ROOT) -> tarfile.TarInfo:
    info = tarfile.TarInfo(place.lstrip("/"))
    info.type, info.mode, info.uid, info.gid = kind, mode, owner, owner
    return info
