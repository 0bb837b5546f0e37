"""python-socketio, unmodified, against the echo server: python_client.py URL"""
import sys
import threading

import socketio

url = sys.argv[1]


def talk(transports):
    client = socketio.Client(reconnection=False)
    got = {}
    arrived = {name: threading.Event() for name in ("auth", "message-back", "custom")}

    def note(name):
        def handler(*args):
            got[name] = list(args)
            arrived[name].set()
        return handler

    client.on("auth", note("auth"))
    client.on("message-back", note("message-back"))
    client.on("auth", note("custom"), namespace="/custom")
    client.connect(url, transports=transports, auth={"token": "t"}, namespaces=["/", "/custom"], wait_timeout=5)
    assert arrived["auth"].wait(5) and got["auth"] == [{"token": "t"}], got
    assert arrived["custom"].wait(5), got

    client.emit("message", (1, "zwei €", {"drei": [True, None]}))
    assert arrived["message-back"].wait(5) and got["message-back"] == [1, "zwei €", {"drei": [True, None]}], got
    arrived["message-back"].clear()
    client.emit("message", ({"bytes": b"\x00\x01\xff"}, b"x"))
    assert arrived["message-back"].wait(5) and got["message-back"] == [{"bytes": b"\x00\x01\xff"}, b"x"], got

    answer = client.call("message-with-ack", ("a", {"b": 2}), timeout=5)
    assert answer == ("a", {"b": 2}) or answer == ["a", {"b": 2}], answer
    large = "x" * 300_000
    assert client.call("message-with-ack", large, timeout=5) == large
    client.sleep(1)  # over several heartbeats
    assert client.connected
    client.disconnect()


for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
    talk(transports)

errors = []
refused = socketio.Client(reconnection=False)
refused.on("connect_error", errors.append, namespace="/random")
try:
    refused.connect(url, namespaces=["/random"], wait_timeout=2)
except socketio.exceptions.ConnectionError:
    assert errors == [{"message": "Invalid namespace"}], errors
else:
    raise AssertionError("an unknown namespace was let in")
print("python-socketio passed")
