"""Whatever a module of tests needs, as processes: each in a new folder, and all of them ended with the module."""

import shutil
from pathlib import Path

from bench.beseda import Beseda
from bench.nginx import Nginx
from bench.process import Process

HERE = Path(__file__).parents[1]


class Bench:
    """Processes, each in a new folder."""

    def __init__(self, folders):
        self.folders, self.here = folders, HERE
        self.running = []

    def stop(self):
        """Ends all of them."""
        for process in reversed(self.running):
            process.stop()

    def folder_of(self, name, shop=None, chat=None):
        """A new folder; with the files of a shop, and in them the code that the pages print."""
        folder = self.folders.mktemp(name)
        if shop is not None:
            skip = shutil.ignore_patterns("node_modules", "__pycache__", "data")
            shutil.copytree(HERE / shop, folder, dirs_exist_ok=True, ignore=skip)
        for file, text in (chat or {}).items():
            (folder / file).write_text(text)
        return folder

    def append(self, file, *printed):
        """Puts the code that the pages print at the end of a file of the shop's."""
        file.write_text("\n\n".join((file.read_text(), *printed)))

    def start(self, name, command, folder, variables=None):
        """A host."""
        self.running.append(Process(name, command, folder, variables))
        return self.running[-1]

    def beseda(self, settings, files=None):
        """The server before the hosts."""
        self.running.append(Beseda(self.folder_of("beseda"), settings, files))
        return self.running[-1]

    def nginx(self, block, server, under):
        """A proxy before the server."""
        self.running.append(Nginx(self.folder_of("nginx"), block, server, under))
        return self.running[-1]
