import assert from "node:assert/strict";
import fc from "fast-check";
import { parseLog } from "../../src/log.js";

const hex = fc.stringMatching(/^[0-9a-f]{40}$/);
const message = fc.string().map((text) => `fix: ${text}`.trim());

describe("parseLog", () => {
  it("reads back what git log would write", () => {
    fc.assert(fc.property(fc.array(fc.record({ id: hex, message }, { noNullPrototype: true })), (records) => {
      fc.pre(records.every((record) => !/[\x1e\x1f]/.test(record.message))); // eslint-disable-line no-control-regex
      const text = records.map((record) => `${record.id}\x1f${record.message}\n\x1e\n`).join("");
      assert.deepEqual(parseLog(text), records);
    }));
  });

  it("has no records in an empty log", () => {
    assert.deepEqual(parseLog("\n"), []);
  });

  it("says which record is wrong", () => {
    assert.throws(() => parseLog("0123456\x1ffix: x\x1efix: no id\x1e"), /Record 2 has no commit id/);
  });
});
