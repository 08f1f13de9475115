import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { readHash, startingView, writeHash } = scripts("readHash", "startingView", "writeHash");

test("the starting view adds nothing to the address", () => {
  assert.equal(writeHash("runs", startingView()), "#runs");
});

test("a view survives the way through the address", () => {
  const view = {
    runs: "^base|a&b",
    tags: "loss/(val|train)",
    off: ["seed 1", "a#b?c=d&e", "</script>"],
    smoothing: 0.85,
    over: "distance",
    axis: "wall",
    log: true,
    clamp: true,
    pins: ["scalar-1", "a&b"],
    theme: "dark",
    step: -120,
    against: "base line",
    shape: "bands",
    group: "learning rate",
    pattern: "^(\\w+)-s",
    center: "median",
    band: "ci",
  };
  assert.deepEqual(readHash(writeHash("tb301-x", view)), { anchor: "tb301-x", view });
});

test("an address without a question mark leaves the view alone", () => {
  assert.deepEqual(readHash("#findings"), { anchor: "findings", view: null });
});

test("what an address says wrong is as at the start", () => {
  const { view } = readHash("#?smoothing=7&axis=sideways&theme=pink&log=perhaps");
  assert.deepEqual(view, startingView());
});

test("an anchor that is not percent-encoded is taken as it is", () => {
  assert.equal(readHash("#100%").anchor, "100%");
});
