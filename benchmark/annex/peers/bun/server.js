// A push server as one would write it with Bun: one topic per user; every POST is published to the topic.
// Usage: bun server.js PORT
const tokens = /^[CA](\d+)$/; // of the benchmark: C and A before the number of the user

function userOf(url) {
  return tokens.exec(url.searchParams.get("token") ?? "")?.[1];
}

async function post(request, server, user) {
  const message = await request.json();
  server.publish(user, JSON.stringify(message));
  return Response.json(message);
}

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.argv[2]),
  fetch(request, server) {
    const url = new URL(request.url);
    if (url.pathname === "/health") return new Response("ok");
    const user = userOf(url);
    if (user === undefined) return new Response("whose token is this?", { status: 401 });
    if (url.pathname === "/message" && request.method === "POST") return post(request, server, user);
    if (url.pathname !== "/stream") return new Response("no such page", { status: 404 });
    if (!server.upgrade(request, { data: { user } })) return new Response("not a WebSocket", { status: 400 });
  },
  websocket: {
    open(socket) {
      socket.subscribe(socket.data.user);
    },
    message() {}, // subscribers have nothing to say
  },
});
