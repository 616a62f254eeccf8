import { createApp } from "./server.js";

const port = Number(process.env["PORT"] ?? "8080");
const server = createApp().listen(port, () => {
  process.stdout.write(`listening on ${port}\n`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
