import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import { createApp } from "../../src/server.js";

describe("the service", () => {
  let server: Server;
  let base: string;

  before(async () => {
    server = createApp().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    base = `http://127.0.0.1:${address.port}`;
  });

  after(() => {
    server.close();
    server.closeAllConnections();
  });

  function post(body: string): Promise<Response> {
    return fetch(`${base}/v1/release`, { method: "POST", headers: { "content-type": "application/json" }, body });
  }

  it("is healthy and keeps its framework to itself", async () => {
    const response = await fetch(`${base}/healthz`);
    assert.deepEqual(await response.json(), { status: "ok" });
    assert.equal(response.headers.get("x-powered-by"), null);
  });

  it("makes a release", async () => {
    const response = await post(JSON.stringify({
      current: "v1.4.0",
      commits: [
        { id: "1111111", message: "feat(cli): read standard input" },
        { id: "2222222", message: "Merge branch 'x'" },
      ],
    }));
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {
      version: "1.5.0",
      changed: true,
      ignored: ["2222222"],
      notes: "## 1.5.0\n\n### Features\n\n- **cli:** read standard input (1111111)\n",
    });
  });

  const refused: [string, unknown, RegExp][] = [
    ["no version", { commits: [] }, /current/],
    ["a bad version", { current: "1.x", commits: [] }, /not a version/],
    ["no commits", { current: "1.0.0" }, /commits/],
    ["a commit without message", { current: "1.0.0", commits: [{ id: "1" }] }, /commits\[0\]/],
    ["too many commits", { current: "1.0.0", commits: Array.from({ length: 5001 }, () => 0) }, /at most 5000/],
  ];
  for (const [name, body, reason] of refused) {
    it(`refuses ${name} with a reason`, async () => {
      const response = await post(JSON.stringify(body));
      assert.equal(response.status, 422);
      assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
      assert.match(((await response.json()) as { title: string }).title, reason);
    });
  }

  it("refuses broken JSON as the client's fault", async () => {
    assert.equal((await post("{")).status, 400);
  });

  it("refuses a body over the limit", async () => {
    assert.equal((await post(JSON.stringify({ current: "x".repeat(2_000_000), commits: [] }))).status, 413);
  });

  it("answers 404 elsewhere", async () => {
    const response = await fetch(`${base}/nowhere`);
    assert.equal(response.status, 404);
    assert.match(response.headers.get("content-type") ?? "", /problem\+json/);
  });
});
