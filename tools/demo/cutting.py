"""A TCP proxy that cuts connections, for tests over real sockets: before a request is passed on, after it was, or in the
middle of an answer."""
import random
import socket
import struct
import threading

CHUNK = 16 * 1024


class CuttingProxy:
    """Stands before one server. `share` of the exchanges are cut while it is above 0. Addresses of the server in its answers
    become the proxy's (links to next pages): both ports have five digits, so that no length changes."""

    def __init__(self, address, seed):
        self.host, self.target = "127.0.0.1", int(address.rsplit(":", 1)[1])
        self.share, self.cuts, self.random = 0.0, {"request lost": 0, "answer lost": 0, "answer torn": 0}, random.Random(seed)
        self.listener = self.listen()
        self.port = self.listener.getsockname()[1]
        self.address = f"http://{self.host}:{self.port}"
        self.real, self.shown = f"{self.host}:{self.target}".encode(), f"{self.host}:{self.port}".encode()
        self.open = True
        threading.Thread(target=self.serve, daemon=True).start()

    def listen(self):
        while True:
            listener = socket.create_server((self.host, 0), backlog=128)
            if len(str(listener.getsockname()[1])) == len(str(self.target)):
                return listener
            listener.close()

    def stop(self):
        self.open = False
        self.listener.close()

    def serve(self):
        while self.open:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        try:
            server = socket.create_connection((self.host, self.target))
        except OSError:
            client.close()
            return
        ends = (client, server)
        fate = {"cut": None}
        threading.Thread(target=self.requests, args=(ends, fate), daemon=True).start()
        self.answers(ends, fate)

    def requests(self, ends, fate):
        client, server = ends
        try:
            while data := client.recv(CHUNK):
                if fate["cut"] is None and self.random.random() < self.share:
                    fate["cut"] = self.random.choice(list(self.cuts))
                if fate["cut"] == "request lost":
                    return self.cut(ends, fate)
                for escape in (b":", b"%3A"):  # as it stands in forms
                    data = data.replace(self.shown.replace(b":", escape), self.real.replace(b":", escape))
                server.sendall(data)
        except OSError:
            pass
        self.close(ends)

    def answers(self, ends, fate):
        client, server = ends
        kept = b""
        try:
            while data := server.recv(CHUNK):
                data = (kept + data).replace(self.real, self.shown)
                kept = self.tail(data)
                data = data[:len(data) - len(kept)]
                if fate["cut"] == "answer torn":
                    client.sendall(data[:len(data) // 2])
                if fate["cut"]:
                    return self.cut(ends, fate)
                client.sendall(data)
                if kept and len(data) + len(kept) < CHUNK:  # the answer ended here, as far as one can tell
                    client.sendall(kept)
                    kept = b""
        except OSError:
            pass
        self.close(ends)

    def tail(self, data):
        """The end of `data` that may be the beginning of an address."""
        for length in range(min(len(self.real) - 1, len(data)), 0, -1):
            if self.real.startswith(data[-length:]):
                return data[-length:]
        return b""

    def cut(self, ends, fate):
        self.cuts[fate["cut"]] += 1
        for end in ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an orderly end
            except OSError:
                pass
        self.close(ends)

    @staticmethod
    def close(ends):
        for end in ends:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
