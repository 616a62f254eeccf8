import assert from "node:assert/strict";
import fc from "fast-check";
import type { Commit } from "../../src/commit.js";
import { escapeMarkdown, renderNotes } from "../../src/notes.js";

const version = { major: 2, minor: 0, patch: 0 };

function commit(parts: Partial<Commit>): Commit {
  return { id: "0123456789abcdef", type: "feat", scope: null, description: "x", breaking: null, ...parts };
}

describe("renderNotes", () => {
  it("groups by kind, breaking changes first, and leaves chores out", () => {
    const notes = renderNotes(version, [
      commit({ type: "fix", description: "count from zero" }),
      commit({ type: "chore", description: "tidy up" }),
      commit({ scope: "api", description: "list releases", breaking: "/list is gone" }),
    ]);
    assert.equal(notes, [
      "## 2.0.0", "",
      "### Breaking changes", "", "- **api:** /list is gone (0123456)", "",
      "### Features", "", "- **api:** list releases (0123456)", "",
      "### Fixes", "", "- count from zero (0123456)", "",
    ].join("\n"));
  });

  it("says so when there is nothing to say", () => {
    assert.match(renderNotes(version, [commit({ type: "ci" })]), /No changes for users/);
  });
});

describe("escapeMarkdown", () => {
  it("keeps code and disarms the rest", () => {
    assert.equal(escapeMarkdown("use `a_b[0]` not ![x](y) <b>"), "use `a_b[0]` not \\!\\[x\\](y) \\<b\\>");
  });

  it("leaves no bare bracket outside code", () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const outsideCode = escapeMarkdown(text).split(/(?<!\\)`[^`]+`/).join("");
      assert.doesNotMatch(outsideCode.replaceAll(/\\./g, ""), /[[\]<>]/);
    }));
  });
});
