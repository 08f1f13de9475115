// What stands under the cursor: the readings that its table shows.

/** One line of the cursor's table; `x` is null where it has no place on the x axis, `y` where it has
 * none on the other, `line` is its number among the lines of the chart.
 * @typedef {{name: string, color: string, dash?: string, x: number | null, y: number | null, line: number,
 *   cells: string[]}} Reading */
/** `x` is in the units of the axis, and so is `outline`, what stands
 * out at the step; `stops` are the places the arrow keys go to.
 * @typedef {{x: number | null, step: number, head: string, columns: string[], readings: Reading[],
 *   outline?: {x: number[], y: number[]}}} Readings */
/** @typedef {{stops: () => ArrayLike<number>, at: (x: number, y: number) => Readings | null,
 *   atStep: (step: number) => Readings | null}} Probe */

/** @param {Line[]} lines @param {Axis} axis @returns {Probe} */
function probeCurves(lines, axis) {
  const drawn = lines.filter((line) => line.xs.length > 0);
  const longest = drawn.reduce((most, line) => (line.xs.length > most.length ? line.xs : most),
    /** @type {ArrayLike<number>} */ ([]));
  const read = (/** @type {"xs" | "steps"} */ by, /** @type {number} */ wanted) =>
    drawn.length ? readCurves(lines, drawn, axis, by, wanted) : null;
  const reached = (/** @type {number} */ step) => drawn.some((line) => isWithin(line.steps, step));
  return {
    stops: () => longest,
    at: (x) => read("xs", x),
    atStep: (step) => (reached(step) ? read("steps", step) : null),
  };
}

/** Whether a step lies between the first and the last of rising steps.
 * @param {Floats} steps @param {number} step */
function isWithin(steps, step) {
  return steps.length > 0 && step >= steps[0] && step <= steps[steps.length - 1];
}

/** Each line at its point nearest to a place; the nearest of all names it.
 * @param {Line[]} all @param {Line[]} lines those with points @param {Axis} axis
 * @param {"xs" | "steps"} by @param {number} wanted @returns {Readings} */
function readCurves(all, lines, axis, by, wanted) {
  const places = lines.map((line) => nearest(line[by], wanted));
  const distances = lines.map((line, at) => Math.abs(line[by][places[at]] - wanted));
  const closest = distances.indexOf(Math.min(...distances));
  const { xs, steps, times } = lines[closest];
  const place = places[closest];
  const smoothed = lines.some((line) => line.ys !== line.raw);
  const grouped = lines.some((line) => line.band);
  const twoTags = lines.some((line) => line.tag !== lines[0].tag);
  const astray = lines.some((line, at) => line.steps[places[at]] !== steps[place]);
  const readings = lines.map((line, at) => {
    const here = places[at];
    const value = line.raw[here];
    const cells = smoothed ? [number(line.ys[here])] : [];
    cells.push(number(value));
    if (grouped) cells.push(...bandCells(line.band, here));
    if (astray) cells.push(number(line.steps[here]));
    const y = Number.isFinite(line.ys[here]) ? line.ys[here] : null;
    const name = twoTags ? `${line.name} ${line.tag}` : line.name;
    return { name, color: line.color, dash: line.dash, x: line.xs[here], y, line: all.indexOf(line), cells };
  });
  readings.sort((a, b) => (b.y ?? Infinity) - (a.y ?? Infinity));
  const passed = (times[place] - times[0]) / 1000;
  const head = [`step ${number(steps[place])}`, axis === "wall" ? clockTime(times[place]) : duration(passed)];
  const columns = [
    ...(smoothed ? ["smoothed"] : []),
    ...(grouped ? ["center", "band", "runs"] : ["value"]),
    ...(astray ? ["step"] : []),
  ];
  return { x: xs[place], step: steps[place], head: head.filter(Boolean).join(" · "), columns, readings };
}

/** @param {Band | undefined} band @param {number} at @returns {string[]} */
function bandCells(band, at) {
  if (!band) return ["", ""];
  const known = Number.isFinite(band.low[at]);
  return [known ? `${number(band.low[at])} to ${number(band.high[at])}` : "–", String(band.n[at])];
}
