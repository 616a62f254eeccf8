import assert from "node:assert/strict";
import fc from "fast-check";
import type { Commit } from "../../src/commit.js";
import { compareVersions, formatVersion, nextVersion, parseVersion, requiredBump } from "../../src/version.js";

const number = fc.nat(999_999_999);
const anyVersion = fc.record({ major: number, minor: number, patch: number }, { noNullPrototype: true });
const anyCommit: fc.Arbitrary<Commit> = fc.record({
  id: fc.constant("abc"),
  type: fc.constantFrom("feat", "fix", "perf", "docs", "chore"),
  scope: fc.constant(null),
  description: fc.constant("x"),
  breaking: fc.option(fc.constant("it breaks")),
});

function commit(type: string, breaking: string | null = null): Commit {
  return { id: "abc", type, scope: null, description: "x", breaking };
}

describe("versions", () => {
  it("survive a round trip through text", () => {
    fc.assert(fc.property(anyVersion, (version) => {
      assert.deepEqual(parseVersion(formatVersion(version)), version);
    }));
  });

  for (const text of ["", "1", "1.2", "01.2.3", "1.2.3-rc.1", "1.2.x", "1.2.3.4", "9999999999.0.0"]) {
    it(`refuse ${JSON.stringify(text)}`, () => {
      assert.equal(parseVersion(text), null);
    });
  }

  it("accept a leading v and blanks around", () => {
    assert.deepEqual(parseVersion(" v1.2.3\n"), { major: 1, minor: 2, patch: 3 });
  });

  const cases: [string, string, Commit[]][] = [
    ["1.2.3", "1.2.4", [commit("fix")]],
    ["1.2.3", "1.2.4", [commit("docs"), commit("perf")]],
    ["1.2.3", "1.3.0", [commit("fix"), commit("feat"), commit("fix")]],
    ["1.2.3", "2.0.0", [commit("feat"), commit("chore", "node 16 is gone")]],
    ["0.2.3", "0.3.0", [commit("feat", "new names")]],
    ["1.2.3", "1.2.3", [commit("docs"), commit("chore")]],
    ["1.2.3", "1.2.3", []],
  ];
  for (const [from, to, commits] of cases) {
    it(`go from ${from} to ${to} after [${commits.map((c) => c.type + (c.breaking === null ? "" : "!")).join(", ")}]`, () => {
      const version = parseVersion(from);
      assert.ok(version !== null);
      assert.equal(formatVersion(nextVersion(version, commits)), to);
    });
  }

  it("never go down, and go up exactly if something asks for it", () => {
    fc.assert(fc.property(anyVersion, fc.array(anyCommit), (version, commits) => {
      const order = compareVersions(nextVersion(version, commits), version);
      assert.equal(order > 0, requiredBump(commits) !== "none");
      assert.ok(order >= 0);
    }));
  });

  it("do not depend on the order of commits", () => {
    fc.assert(fc.property(fc.array(anyCommit), (commits) => {
      assert.equal(requiredBump(commits), requiredBump(commits.toReversed()));
    }));
  });
});
