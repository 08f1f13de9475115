// Numbers and times as they are written; tbreport/wording.py writes the tables alike.

/** Four significant digits, all before the point below a million: 0.3104, 57,094, 1.200e−5, NaN.
 * @param {number} value */
function number(value) {
  if (!Number.isFinite(value)) return minus(String(value).replace("Infinity", "∞"));
  const size = Math.abs(value);
  if (size < 1e6 && (size >= 999.95 || Number.isInteger(value))) return minus((value + 0).toLocaleString("en-US", { maximumFractionDigits: 0 }));
  if (size >= 1e6 || size < 1e-3) return minus(value.toExponential(3).replace("e+", "e"));
  return minus(String(Number(value.toPrecision(4))));
}

/** @param {string} text */
function minus(text) {
  return text.replace(/-/g, "−");
}

/** 2026-11-21 14:02:33 UTC; empty for a time that no calendar has.
 * @param {number} ms since the epoch */
function clockTime(ms) {
  if (!(Math.abs(ms) <= 8.64e15)) return "";
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** 4.2 s, 3 min 05 s, 1 h 02 min.
 * @param {number} seconds */
function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.round(seconds);
  if (whole < 60) return `${Number(seconds.toFixed(1))} s`;
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}
