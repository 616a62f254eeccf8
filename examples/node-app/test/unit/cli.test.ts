import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../src/cli.js", import.meta.url));

function run(args: string[], input: string) {
  return spawnSync(process.execPath, [cli, ...args], { input, encoding: "utf8" });
}

describe("the command", () => {
  it("prints notes for a log on standard input", () => {
    const result = run(["notes", "--current", "1.0.0"], "0123456\x1ffix: stop at the end\n\x1e\n");
    assert.equal(result.stdout, "## 1.0.1\n\n### Fixes\n\n- stop at the end (0123456)\n");
    assert.equal(result.status, 0);
  });

  it("tells by its exit code that there is nothing to release", () => {
    const result = run(["next", "--current", "v1.0.0"], "0123456\x1fdocs: spelling\x1e");
    assert.deepEqual([result.stdout, result.status], ["1.0.0\n", 2]);
  });

  it("explains a bad version and a bad log", () => {
    assert.match(run(["next", "--current", "one"], "").stderr, /Not a version/);
    const bad = run(["next", "--current", "1.0.0"], "no log at all");
    assert.match(bad.stderr, /^relnote: Record 1 has no commit id/);
    assert.equal(bad.status, 1);
  });
});
