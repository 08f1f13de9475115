import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { lineNumbers, lineTitles, spreadOver } = scripts("lineNumbers", "lineTitles", "spreadOver");
const line = (name, steps, raw) => ({ name, tag: "loss", steps, raw });

test("a table has the value at the very step, and none between two", () => {
  const { head, rows } = lineNumbers([line("a", [0, 10], [3, 2]), line("b", [0, 5], [1, NaN])]);
  assert.deepEqual(head, ["step", "a", "b"]);
  assert.deepEqual(rows, [["0", "3", "1"], ["5", "–", "NaN"], ["10", "2", "–"]]);
});

test("of many steps some are shown, the first and the last among them, and it is said", () => {
  const steps = Array.from({ length: 900 }, (_, at) => at);
  const { rows, said } = lineNumbers([line("a", steps, steps)]);
  assert.equal(rows.length, 100);
  assert.deepEqual([rows[0][0], rows.at(-1)[0]], ["0", "899"]);
  assert.equal(said, "100 of 900 steps; the CSV has all.");
  assert.deepEqual(spreadOver(1), [0]);
});

test("of many steps those are shown at which most lines have a point", () => {
  const all = Array.from({ length: 400 }, (_, at) => at);
  const tens = all.filter((step) => step % 10 === 0);
  const lines = [line("a", all, all), line("b", tens, tens), line("c", tens, tens)];
  assert.equal(lineNumbers(lines).rows.every((row) => row[2] !== "–"), true);
});

test("lines are called by what they differ in", () => {
  const titles = (...pairs) => lineTitles(pairs.map(([name, tag]) => ({ name, tag })));
  assert.deepEqual(titles(["a", "loss"], ["b", "loss"]), ["a", "b"]);
  assert.deepEqual(titles(["a", "train"], ["a", "val"]), ["train", "val"]);
  assert.deepEqual(titles(["a", "train"], ["b", "val"]), ["a train", "b val"]);
});
