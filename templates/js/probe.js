// What stands under the cursor: the readings that its table shows.

/** @typedef {{name: string, color: string, y: number | null, cells: string[]}} Reading */
/** `x` and `y` are in the units of the axes; `stops` are the places the arrow keys go to.
 * @typedef {{x: number, head: string, columns: string[], readings: Reading[]}} Readings */
/** @typedef {{stops: () => ArrayLike<number>, at: (x: number, y: number) => Readings | null}} Probe */

/** @param {Line[]} lines @param {Axis} axis @returns {Probe} */
function probeCurves(lines, axis) {
  const drawn = lines.filter((line) => line.xs.length > 0);
  const longest = drawn.reduce((most, line) => (line.xs.length > most.length ? line.xs : most),
    /** @type {ArrayLike<number>} */ ([]));
  return { stops: () => longest, at: (x) => (drawn.length ? readCurves(drawn, axis, x) : null) };
}

/** Each line at its point nearest to x; the nearest of all names the place.
 * @param {Line[]} lines @param {Axis} axis @param {number} x @returns {Readings} */
function readCurves(lines, axis, x) {
  const places = lines.map((line) => nearest(line.xs, x));
  const distances = lines.map((line, at) => Math.abs(line.xs[places[at]] - x));
  const closest = distances.indexOf(Math.min(...distances));
  const { xs, steps, times } = lines[closest];
  const place = places[closest];
  const smoothed = lines.some((line) => line.ys !== line.raw);
  const twoTags = lines.some((line) => line.tag !== lines[0].tag);
  const astray = lines.some((line, at) => line.steps[places[at]] !== steps[place]);
  const readings = lines.map((line, at) => {
    const value = line.raw[places[at]];
    const cells = smoothed ? [number(line.ys[places[at]])] : [];
    cells.push(number(value));
    if (astray) cells.push(number(line.steps[places[at]]));
    const y = Number.isFinite(line.ys[places[at]]) ? line.ys[places[at]] : null;
    return { name: twoTags ? `${line.name} ${line.tag}` : line.name, color: line.color, y, cells };
  });
  readings.sort((a, b) => (b.y ?? Infinity) - (a.y ?? Infinity));
  const passed = (times[place] - times[0]) / 1000;
  const head = [`step ${number(steps[place])}`, axis === "wall" ? clockTime(times[place]) : duration(passed)];
  const columns = [...(smoothed ? ["smoothed"] : []), "value", ...(astray ? ["step"] : [])];
  return { x: xs[place], head: head.filter(Boolean).join(" · "), columns, readings };
}

/** The bin under x of the ridge that stands on the line below y.
 * @param {RidgesEntry} chart @param {Floats} steps @param {Floats} shares @param {string} color
 * @returns {Probe} */
function probeRidges(chart, steps, shares, color) {
  const width = (chart.high - chart.low) / chart.bins;
  return {
    stops: () => Float64Array.from({ length: chart.bins }, (_, at) => chart.low + (at + 0.5) * width),
    at: (x, y) => {
      const row = Math.min(Math.max(Math.ceil(y), 0), steps.length - 1);
      const bin = Math.min(Math.max(Math.floor((x - chart.low) / width), 0), chart.bins - 1);
      const from = chart.low + bin * width;
      const share = 100 * shares[row * chart.bins + bin];
      return {
        x: from + width / 2,
        head: `step ${number(steps[row])}`,
        columns: ["of all values"],
        readings: [{ name: `${number(from)} to ${number(from + width)}`, color, y: null, cells: [`${number(Number(share.toPrecision(2)))} %`] }],
      };
    },
  };
}
