"""A clamd for tests: takes what INSTREAM sends, and answers as it is told to, well or badly."""
import os
import socket
import struct
import tempfile
import threading

MARK = b"Uji-Perangkat-Jahat-7391"
FOUND = "Uji.Perangkat.Jahat-1"
ANSWERS = {"garbage": os.urandom(4096), "no end": b"stream: OK", "too much": b"stream: OK\0stream: OK\0", "error": b"stream: lstat() failed. ERROR\0",
           "nothing found": b"stream:  FOUND\0", "early": b""}


class Scanner:
    """At `path`; `mode` is "scan", "silent" or a word of ANSWERS; `seen` are the files it was sent whole."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="sigap-")
        self.path, self.mode, self.limit, self.seen, self.held = os.path.join(self.folder.name, "clamd.ctl"), "scan", 1 << 30, [], []
        self.listen()
        return self

    def __exit__(self, *_):
        self.close()
        self.folder.cleanup()

    def listen(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(8)
        threading.Thread(target=self.serve, args=(self.socket,), daemon=True).start()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        os.unlink(self.path)

    def serve(self, listening):
        while True:
            try:
                line, _ = listening.accept()
            except OSError:
                return
            try:
                answer = self.answer(line)
                if answer is not None:
                    line.sendall(answer)
                    line.close()
            except OSError:
                line.close()

    def answer(self, line):
        if self.mode == "silent":
            return self.held.append(line)
        if self.mode in ANSWERS:
            return ANSWERS[self.mode]
        took, data = line.makefile("rb"), b""
        assert took.read(10) == b"zINSTREAM\0"
        while size := struct.unpack("!I", took.read(4))[0]:
            if len(data) + size > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"
            data += took.read(size)
        self.seen.append(data)
        return f"stream: {FOUND} FOUND\0".encode() if MARK in data else b"stream: OK\0"
