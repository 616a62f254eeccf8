// A server without dependencies; --check asks it once and ends.
const http = require("node:http");
const server = http.createServer((request, response) => response.end(JSON.stringify({ path: request.url })));
server.listen(0, "127.0.0.1", () => {
  if (!process.argv.includes("--check")) {
    console.log(`listening on ${server.address().port}`);
    return;
  }
  http.get({ host: "127.0.0.1", port: server.address().port, path: "/health" }, (response) => {
    let text = "";
    response.on("data", (part) => (text += part));
    response.on("end", () => {
      server.close();
      process.exitCode = JSON.parse(text).path === "/health" ? 0 : 1;
      console.log(process.exitCode === 0 ? "healthy" : `unexpected: ${text}`);
    });
  });
});
