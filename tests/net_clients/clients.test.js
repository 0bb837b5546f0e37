// The official clients, unmodified, against the echo server.  ECHO=<path of the program> node --test clients.test.js
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { io } from "socket.io-client";
import { io as io45 } from "socket.io-client-4.5";
import { Socket as Engine } from "engine.io-client";

const program = process.env.ECHO ?? "../../build/examples/socketio_echo";
let server, url;

before(async () => {
  server = spawn(program, ["--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: server.stdout }), "line");
  url = line.split(" ").at(-1);
});

after(async () => {
  server.kill("SIGTERM");
  const [code] = await once(server, "exit");
  assert.equal(code, 0);
});

const next = (emitter, event) =>
  new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

const transports = {
  "websocket only": ["websocket"],
  "polling only": ["polling"],
  "polling with upgrade": ["polling", "websocket"],
};

for (const [library, connect] of Object.entries({ "4.8": io, 4.5: io45 }))
  for (const [name, list] of Object.entries(transports)) {
    test(`socket.io-client ${library}, ${name}: events, acknowledgements, binary, auth`, async () => {
      const socket = connect(url, { transports: list, forceNew: true, auth: { token: "t" } });
      const auth = next(socket, "auth");
      await next(socket, "connect");
      assert.deepEqual(await auth, [{ token: "t" }]);
      if (list.length === 2) {
        if (socket.io.engine.transport.name !== "websocket") await next(socket.io.engine, "upgrade");
        assert.equal(socket.io.engine.transport.name, "websocket");
      }

      const back = next(socket, "message-back");
      socket.emit("message", 1, "zwei €", { drei: [true, null] });
      assert.deepEqual(await back, [1, "zwei €", { drei: [true, null] }]);

      const acknowledged = await new Promise((resolve) =>
        socket.emit("message-with-ack", "a", { b: 2 }, (...args) => resolve(args)));
      assert.deepEqual(acknowledged, ["a", { b: 2 }]);

      const binary = next(socket, "message-back");
      socket.emit("message", Buffer.from([0, 1, 255]), { deep: [Buffer.from("x")] });
      const [first, second] = await binary;
      assert.deepEqual(Buffer.from(first), Buffer.from([0, 1, 255]));
      assert.deepEqual(Buffer.from(second.deep[0]), Buffer.from("x"));

      const large = "x".repeat(300_000);
      const [answer] = await new Promise((resolve) =>
        socket.emit("message-with-ack", large, (...args) => resolve(args)));
      assert.equal(answer, large);
      socket.disconnect();
    });
  }

test("python-socketio: websocket, polling and upgrade", async () => {
  const python = spawn("python3", ["python_client.py", url], { stdio: "inherit" });
  const [code] = await once(python, "exit");
  assert.equal(code, 0);
});

test("several namespaces share one connection, and leave it one by one", async () => {
  const main = io(url, { forceNew: true, transports: ["websocket"] });
  const custom = main.io.socket("/custom", {});
  custom.connect();
  await Promise.all([next(main, "connect"), next(custom, "connect")]);
  assert.notEqual(main.id, custom.id);
  main.disconnect();
  const back = next(custom, "message-back");
  custom.emit("message", "still here");
  assert.deepEqual(await back, ["still here"]);
  custom.disconnect();
});

test("an unknown namespace is refused by name of the error", async () => {
  const socket = io(url + "/random", { forceNew: true, reconnection: false });
  const [error] = await next(socket, "connect_error");
  assert.equal(error.message, "Invalid namespace");
  socket.disconnect();
});

test("a client stays connected over several heartbeats on either transport", async () => {
  for (const list of [["websocket"], ["polling"]]) {
    const socket = io(url, { forceNew: true, transports: list });
    await next(socket, "connect");
    for (let beat = 0; beat < 3; ++beat) await next(socket.io.engine, "ping");
    assert.ok(socket.connected);
    socket.disconnect();
  }
});

test("a message above maxPayload closes a websocket and the client comes back", async () => {
  const socket = io(url, { forceNew: true, transports: ["websocket"], reconnectionDelay: 10 });
  await next(socket, "connect");
  const gone = next(socket, "disconnect");
  socket.emit("message", "x".repeat(1_000_001));
  assert.equal((await gone)[0], "transport close");
  await next(socket, "connect");
  socket.disconnect();
});

test("engine.io-client: text and binary come back in order, through an upgrade too", async () => {
  for (const list of Object.values(transports)) {
    const socket = new Engine(url, { path: "/engine.io/", transports: list });
    await next(socket, "open");
    const seen = [];
    const done = new Promise((resolve) =>
      socket.on("message", (data) => {
        seen.push(typeof data === "string" ? data : Buffer.from(data).toString("hex"));
        if (seen.length === 200) resolve();
      }));
    const sent = [];
    for (let i = 0; i < 200; ++i) {
      const binary = i % 7 === 0;
      sent.push(binary ? Buffer.from([i]).toString("hex") : `text ${i}`);
      socket.send(binary ? Buffer.from([i]) : `text ${i}`);
      if (i % 50 === 0) await new Promise(setImmediate);
    }
    await done;
    assert.deepEqual(seen, sent);
    socket.close();
  }
});
