import assert from "node:assert/strict";
import request from "supertest";
import { createApp } from "../../src/server.js";

const app = createApp();

describe("the service", () => {
  it("is healthy and keeps its framework to itself", async () => {
    const response = await request(app).get("/healthz").expect(200, { status: "ok" });
    assert.equal(response.headers["x-powered-by"], undefined);
  });

  it("makes a release", async () => {
    const response = await request(app).post("/v1/release").send({
      current: "v1.4.0",
      commits: [
        { id: "1111111", message: "feat(cli): read standard input" },
        { id: "2222222", message: "Merge branch 'x'" },
      ],
    }).expect(200);
    assert.deepEqual(response.body, {
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
      const response = await request(app).post("/v1/release").send(body as object)
        .expect(422).expect("content-type", /problem\+json/);
      assert.match((response.body as { title: string }).title, reason);
    });
  }

  it("refuses broken JSON as the client's fault", async () => {
    await request(app).post("/v1/release").set("content-type", "application/json").send("{").expect(400);
  });

  it("refuses a body over the limit", async () => {
    const body = { current: "1.0.0", commits: [{ id: "1", message: "x".repeat(2_000_000) }] };
    await request(app).post("/v1/release").send(body).expect(413);
  });

  it("answers 404 elsewhere", async () => {
    await request(app).get("/nowhere").expect(404).expect("content-type", /problem\+json/);
  });
});
