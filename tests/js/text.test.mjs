import assert from "node:assert/strict";
import { test } from "node:test";
import { scripts } from "./scripts.mjs";

const { clockTime, duration, number, plain } = scripts("clockTime", "duration", "number", "plain");

test("Plotly's markup in a name is escaped", () => {
  assert.equal(plain('<b>a</b> & <a href="x">'), '&lt;b&gt;a&lt;/b&gt; &amp; &lt;a href="x"&gt;');
});

test("Plotly's templates in a name are broken up", () => {
  assert.ok(!plain("%{x} %{customdata}").includes("%{"));
});

test("numbers have four digits and a real minus", () => {
  assert.deepEqual(
    [0.310412, 12000, 57094.3, 999.96, -0.5, 0.0000123, 1234567.8, -0, NaN, -Infinity].map(number),
    ["0.3104", "12,000", "57,094", "1,000", "−0.5", "1.230e−5", "1.235e6", "0", "NaN", "−∞"],
  );
});

test("durations have two units at most", () => {
  assert.deepEqual([4.25, 59.96, 185, 3725].map(duration), ["4.3 s", "1 min 00 s", "3 min 05 s", "1 h 02 min"]);
});

test("clock times are UTC, and empty beyond the calendar", () => {
  assert.equal(clockTime(1_763_733_600_000), "2025-11-21 14:00:00 UTC");
  assert.equal(clockTime(1e18), "");
  assert.equal(clockTime(NaN), "");
});
