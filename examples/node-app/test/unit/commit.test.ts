import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCommit } from "../../src/commit.js";

// Line breaks of every kind among them. fast-check's own unit "binary" says the same, but spends a second on tables before its first string.
const anyCodePoint = fc.oneof(
  fc.constantFrom("\n", "\r", "\u2028", "\u2029"),
  fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
);

describe("parseCommit", () => {
  it("reads type, scope and description", () => {
    assert.deepEqual(parseCommit("abc", "Feat(parser): read tabs\n\nLonger text."), {
      id: "abc", type: "feat", scope: "parser", description: "read tabs", breaking: null,
    });
  });

  it("takes the description of a change with ! as what breaks", () => {
    assert.equal(parseCommit("abc", "refactor!: drop the old format")?.breaking, "drop the old format");
  });

  it("prefers the footer, which may go on over lines", () => {
    const message = "feat(api)!: new paths\n\nBody.\n\nBREAKING CHANGE: /v0 is gone,\nuse /v1\nRefs: #12";
    assert.equal(parseCommit("abc", message)?.breaking, "/v0 is gone, use /v1");
  });

  it("does not take a mention in the body for a footer", () => {
    assert.equal(parseCommit("abc", "docs: explain\n\nThis is no BREAKING CHANGE: nothing breaks")?.breaking, null);
  });

  for (const message of ["Merge branch 'main'", "", "feat:", "feat : x", "feat(): x", "fix:no blank", ": x"]) {
    it(`refuses ${JSON.stringify(message)}`, () => {
      assert.equal(parseCommit("abc", message), null);
    });
  }

  it("never throws and never invents a line break", () => {
    fc.assert(fc.property(fc.string({ unit: anyCodePoint }), (message) => {
      const commit = parseCommit("abc", `fix: ${message}`);
      assert.ok(commit === null || !commit.description.includes("\n"));
    }));
  });

  it("answers hostile input in linear time", () => {
    assert.equal(parseCommit("abc", `feat(${"(".repeat(100_000)}`), null);
  });
});
