"""The server that all programs share, spoken to byte by byte: what clients do that no library of ours does."""
import socket
import sys

from harness import EndToEnd, main

CLOCK = b'{"advance": "1s"}'


class HttpServerTest(EndToEnd):
    def setUp(self):
        self.world = self.make_world(crms=("salesforce",))
        self.world.start_systems()
        host, port = self.world.addresses["salesforce"].removeprefix("http://").split(":")
        self.connection = socket.create_connection((host, int(port)), timeout=10)
        self.addCleanup(self.connection.close)
        self.unread = b""

    def send(self, *parts):
        for part in parts:
            self.connection.sendall(part)

    def head(self):
        """Status and headers of the next answer."""
        while b"\r\n\r\n" not in self.unread:
            more = self.connection.recv(65536)
            self.assertTrue(more, "the connection was closed before an answer")
            self.unread += more
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        return int(lines[0].split()[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}

    def answer(self):
        status, headers = self.head()
        length = int(headers.get("content-length", 0))
        while len(self.unread) < length:
            self.unread += self.connection.recv(65536)
        body, self.unread = self.unread[:length], self.unread[length:]
        return status, body

    def closed(self):
        return self.connection.recv(1) == b""

    def test_requests_in_one_segment_are_answered_one_after_the_other(self):
        self.send(b"GET /__emulator/counts HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
        self.assertEqual([self.answer()[0] for _ in range(3)], [200, 200, 200])

    def test_a_request_may_come_byte_by_byte(self):
        request = b"POST /__emulator/clock HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(CLOCK) + CLOCK
        self.send(*(request[i:i + 1] for i in range(len(request))))
        self.assertEqual(self.answer()[0], 200)

    def test_a_body_in_chunks_is_put_together(self):
        self.send(b"POST /__emulator/clock HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                  *(b"1\r\n" + CLOCK[i:i + 1] + b"\r\n" for i in range(len(CLOCK))), b"0\r\n\r\n")
        self.assertEqual(self.answer()[0], 200)

    def test_who_asks_first_is_told_to_go_on(self):
        self.send(b"POST /__emulator/clock HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(CLOCK))
        self.assertEqual(self.head()[0], 100)
        self.send(CLOCK)
        self.assertEqual(self.answer()[0], 200)

    def test_an_answer_to_head_tells_the_length_and_has_no_body(self):
        self.send(b"GET /services/data HTTP/1.1\r\nHost: a\r\n\r\n")
        status, body = self.answer()
        self.assertEqual(status, 200)
        self.send(b"HEAD /services/data HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /services/data HTTP/1.1\r\nHost: a\r\n\r\n")
        status, headers = self.head()
        self.assertEqual((status, int(headers["content-length"])), (200, len(body)))
        self.assertEqual(self.answer(), (200, body), "what follows the headers is the next answer")

    def test_headers_without_end_are_refused(self):
        self.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 70_000)
        self.assertEqual(self.answer()[0], 431)
        self.assertTrue(self.closed())

    def test_a_body_beyond_the_limit_is_refused_before_it_is_sent(self):
        self.send(b"POST /__emulator/clock HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n")
        self.assertEqual(self.answer()[0], 413)
        self.assertTrue(self.closed())

    def test_what_is_no_http_is_refused(self):
        self.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        self.assertEqual(self.answer()[0], 400)
        self.assertTrue(self.closed())

    def test_who_asks_for_it_gets_the_connection_closed(self):
        self.send(b"GET /__emulator/counts HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        self.assertEqual(self.answer()[0], 200)
        self.assertTrue(self.closed())


if __name__ == "__main__":
    sys.exit(main())
