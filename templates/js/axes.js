// The x axis: steps, time since a series began, or the clock.

const UNITS = [
  { name: "d", seconds: 86400 },
  { name: "h", seconds: 3600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
];

/** The unit in which a duration is a readable number: two of it, or more.
 * @param {number} seconds */
function unitFor(seconds) {
  return UNITS.find((unit) => seconds >= 2 * unit.seconds) ?? UNITS[UNITS.length - 1];
}

/** Seconds since the first point; the first finite one counts.
 * @param {Floats} times ms @returns {Float64Array} */
function sinceStart(times) {
  const first = times.find(Number.isFinite) ?? 0;
  return Float64Array.from(times, (time) => (time - first) / 1000);
}

/** Where each trace's points stand on the x axis, and the unit of a relative axis.
 * Relative time starts with each series, as in TensorBoard; wall times are ms since the epoch.
 * @param {{steps: Floats, times: Floats}[]} traces @param {Axis} axis
 * @returns {{xs: Floats[], unit: string}} */
function placePoints(traces, axis) {
  if (axis === "step") return { xs: traces.map((trace) => trace.steps), unit: "" };
  if (axis === "wall") return { xs: traces.map((trace) => trace.times), unit: "" };
  const passed = traces.map((trace) => sinceStart(trace.times));
  const longest = passed.reduce((most, times) => Math.max(most, times[times.length - 1] || 0), 0);
  const unit = unitFor(longest);
  return { xs: passed.map((times) => times.map((time) => time / unit.seconds)), unit: unit.name };
}

/** The place of the first value at or past `wanted` in rising values; their length if none is.
 * @param {ArrayLike<number>} values @param {number} wanted */
function lowerBound(values, wanted) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The place of the value nearest to `wanted`: by halving where the values rise, else one by one
 * (clocks are set back); -1 if there is none.
 * @param {ArrayLike<number>} values @param {number} wanted */
function nearest(values, wanted) {
  if (!rises(values)) return closest(values, wanted);
  const after = lowerBound(values, wanted);
  if (after === values.length) return after - 1;
  if (after === 0) return 0;
  return wanted - values[after - 1] <= values[after] - wanted ? after - 1 : after;
}

/** @param {ArrayLike<number>} values @param {number} wanted */
function closest(values, wanted) {
  let best = -1;
  for (let at = 0; at < values.length; at++) {
    const distance = Math.abs(values[at] - wanted);
    if (best < 0 || distance < Math.abs(values[best] - wanted)) best = at;
  }
  return best;
}

/** @type {WeakMap<object, boolean>} */
const RISING = new WeakMap();

/** Whether values never fall; remembered for each array.
 * @param {ArrayLike<number>} values */
function rises(values) {
  let known = RISING.get(values);
  if (known === undefined) {
    known = true;
    for (let at = 1; at < values.length && known; at++) known = values[at] >= values[at - 1];
    RISING.set(values, known);
  }
  return known;
}

/** Where the steps of a mark stand on the x axis of a trace: null beyond its points.
 * @param {Floats} steps @param {Floats} xs @param {number} step @param {"first" | "last"} side */
function placeStep(steps, xs, step, side) {
  const at = side === "first" ? lowerBound(steps, step) : lowerBound(steps, step + 1) - 1;
  return at >= 0 && at < xs.length ? xs[at] : null;
}
