// The peer: Socket.IO's own server on ws, with the settings that are its default. Prints its port.
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);
const small = "x".repeat(181);
const large = "x".repeat(9984);
io.on("connection", (socket) => {
  socket.on("broadcast", () => io.emit("b", small));
  socket.on("flood", (count) => {
    for (let left = count; left > 0; --left) io.emit("f", large);
  });
  socket.on("echo", (text, answer) => answer(text));
});
http.listen(0, "127.0.0.1", 4096, () => console.log(http.address().port));
