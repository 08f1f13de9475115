import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { nextOrder, readNumber, rowFilter, sortedPlaces } = scripts(
  "nextOrder", "readNumber", "rowFilter", "sortedPlaces",
);

const numbers = [3, NaN, 1, 2].map((value) => ({ text: String(value), value }));
const names = ["run 10", "", "run 9"].map((text) => ({ text, value: NaN }));

test("numbers are sorted as numbers, and what is none comes last both ways", () => {
  assert.deepEqual(sortedPlaces(numbers, "ascending"), [2, 3, 0, 1]);
  assert.deepEqual(sortedPlaces(numbers, "descending"), [0, 3, 2, 1]);
});

test("names are sorted by the numbers in them, and empty cells come last", () => {
  assert.deepEqual(sortedPlaces(names, "ascending"), [2, 0, 1]);
  assert.deepEqual(sortedPlaces(names, "descending"), [0, 2, 1]);
});

test("rows of one value stay in their order", () => {
  const same = [1, 1, 1].map((value) => ({ text: "1", value }));
  assert.deepEqual(sortedPlaces(same, "descending"), [0, 1, 2]);
});

test("a third click restores the first order", () => {
  assert.equal(nextOrder(null, numbers), "descending");
  assert.equal(nextOrder("descending", numbers), "ascending");
  assert.equal(nextOrder("ascending", numbers), null);
  assert.equal(nextOrder(null, names), "ascending");
});

test("a column that tells its best number begins with it", () => {
  const best = (at) => [3, 1, 2, NaN].map((value, place) => ({ text: String(value), value, best: place === at }));
  assert.deepEqual([0, 1, 2].map((at) => nextOrder(null, best(at))), ["descending", "ascending", "descending"]);
  assert.equal(nextOrder(null, numbers.map((cell) => ({ ...cell, best: true }))), "descending");
});

test("numbers are read as they are shown", () => {
  assert.equal(readNumber("12,000"), 12000);
  assert.equal(readNumber("−1.2e−5"), -1.2e-5);
  assert.ok(Number.isNaN(readNumber("–")));
  assert.ok(Number.isNaN(readNumber("run 3")));
});

test("a filter takes words and the values of columns", () => {
  const titles = ["run", "loss val"];
  const row = [{ text: "Wide seed 3", value: NaN }, { text: "0.31", value: 0.31 }];
  const passes = (source) => rowFilter(source, titles)(row);
  assert.ok(passes(""));
  assert.ok(passes("wide 3"));
  assert.ok(passes("Loss val < 0.5, wide"));
  assert.ok(passes("loss val>=0.31"));
  assert.ok(!passes("loss val < 3e-1"));
  assert.ok(!passes("narrow"));
});
