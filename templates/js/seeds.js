// Runs that differ in their seed, or in whatever the reader chooses, as one line with a band. Values
// are taken together at the same steps, or in bins of steps where the runs wrote at different ones;
// a run without a point there does not count, so nothing is made up for one that ended early.

const MOST_BINS = 200;
const DRAWS = 400; // of the bootstrap
const GROUP_DASHES = ["", "1 3", "8 3 2 3", "10 4"]; // as tbreport/report/theme.py has them
const GROUP_COLORS = 8;
const BAND_NAMES = { range: "min to max", sd: "± sd", ci: "95 % bootstrap" };

/** The spread around a center, and of how many runs.
 * @typedef {{low: Float64Array, high: Float64Array, n: Int32Array}} Band */

/** The group of each run, in the order of the runs; null where runs stand for themselves.
 * @param {Manifest} manifest @param {View} view @returns {string[] | null} */
function groupsOfRuns(manifest, view) {
  const key = groupKey(view);
  return key && manifest.runs.map((run) => key(run) || run.name);
}

/** What a run is grouped by; "" leaves it alone.
 * @param {View} view @returns {((run: RunEntry) => string) | null} */
function groupKey({ group, pattern }) {
  if (group === "") return null;
  if (group === "seeds") return (run) => run.seeds ?? "";
  if (group !== "pattern") return (run) => (run.hparams?.[group] === undefined ? "" : `${group} ${run.hparams[group]}`);
  if (!pattern) return null;
  try {
    const expression = new RegExp(pattern, "i");
    return ({ name }) => {
      const [whole, ...parts] = expression.exec(name) ?? [""];
      return parts.length ? parts.filter(Boolean).join(" ") : whole;
    };
  } catch {
    return null;
  }
}

/** The lines of a chart, those of a group as one; lines of different tags stay apart.
 * @param {Line[]} lines @param {number[]} runs of the lines @param {string[]} groups by run
 * @param {View} view @param {Tokens} tokens @returns {Line[]} */
function groupLines(lines, runs, groups, view, tokens) {
  const order = [...new Set(groups)];
  /** @type {Map<string, Line[]>} */
  const found = new Map();
  lines.forEach((line, at) => {
    const key = JSON.stringify([order.indexOf(groups[runs[at]]), line.tag]);
    found.set(key, [...(found.get(key) ?? []), line]);
  });
  return [...found].map(([key, members]) => {
    const [place] = JSON.parse(key);
    const color = tokens(`run-${place % GROUP_COLORS}`);
    const dash = plotlyDash(GROUP_DASHES[Math.floor(place / GROUP_COLORS) % GROUP_DASHES.length]);
    const name = `${order[place]} (${members.length})`;
    if (members.length === 1) return { ...members[0], name, color, dash: members[0].dash };
    return { ...together(members, view), name, color, dash };
  });
}

/** Several lines as one.
 * @param {Line[]} members @param {View} view @returns {Line} */
function together(members, view) {
  const bins = binPoints(members);
  const n = bins.length;
  const series = () => new Float64Array(n);
  const [steps, times, xs, center, measured] = [series(), series(), series(), series(), series()];
  const band = { low: series(), high: series(), n: new Int32Array(n) };
  bins.forEach((points, at) => {
    steps[at] = Math.round(mean(points.map((point) => point.step)));
    times[at] = mean(points.map((point) => point.time));
    xs[at] = mean(points.map((point) => point.x));
    const ys = risen(points.map((point) => point.y));
    center[at] = CENTERS[view.center](ys);
    measured[at] = CENTERS[view.center](risen(points.map((point) => point.raw)));
    [band.low[at], band.high[at]] = BANDS[view.band](ys, view.center);
    band.n[at] = ys.length;
  });
  const raw = members.every((line) => line.ys === line.raw) ? center : measured;
  return { ...members[0], steps, times, xs, raw, ys: center, of: 0, restarts: [], run: -1, band };
}

/** One point of each line that has any, for each step or bin of steps: several are averaged.
 * @param {Line[]} lines @returns {{step: number, time: number, x: number, y: number, raw: number}[][]} */
function binPoints(lines) {
  const point = (/** @type {Line} */ line, /** @type {number} */ at) =>
    ({ step: line.steps[at], time: line.times[at], x: line.xs[at], y: line.ys[at], raw: line.raw[at] });
  const [{ steps }] = lines;
  if (lines.every((line) => line.steps === steps))
    return Array.from(steps, (_, at) => lines.map((line) => point(line, at)));
  const span = extent(lines.map((line) => line.steps));
  if (span === null) return [];
  const sizes = lines.map((line) => line.steps.length).sort((a, b) => a - b);
  const n = Math.max(1, Math.min(MOST_BINS, sizes[sizes.length >> 1]));
  const bins = Array.from({ length: n }, () => /** @type {ReturnType<typeof point>[]} */ ([]));
  const width = (span[1] - span[0]) / n || 1;
  for (const line of lines) {
    /** @type {ReturnType<typeof point>[][]} */
    const own = Array.from({ length: n }, () => []);
    for (let at = 0; at < line.steps.length; at++)
      own[Math.min(n - 1, Math.floor((line.steps[at] - span[0]) / width))].push(point(line, at));
    own.forEach((points, bin) => {
      if (points.length === 0) return;
      const part = (/** @type {"step" | "time" | "x"} */ name) => mean(points.map((one) => one[name]));
      const finite = (/** @type {"y" | "raw"} */ name) => mean(points.map((one) => one[name]).filter(Number.isFinite));
      bins[bin].push({ step: part("step"), time: part("time"), x: part("x"), y: finite("y"), raw: finite("raw") });
    });
  }
  return bins.filter((points) => points.length > 0);
}

/** The finite values, rising. @param {number[]} values */
function risen(values) {
  return values.filter(Number.isFinite).sort((a, b) => a - b);
}

/** NaN of none. @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of rising values; NaN of none. @param {number[]} values */
function median(values) {
  const half = values.length >> 1;
  return values.length % 2 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/** @type {Record<View["center"], (rising: number[]) => number>} */
const CENTERS = { mean, median: (rising) => (rising.length ? median(rising) : NaN) };

/** The ends of a band around rising values; NaN where they are too few to tell.
 * @type {Record<View["band"], (rising: number[], center: View["center"]) => [number, number]>} */
const BANDS = {
  range: (rising) => [rising[0] ?? NaN, rising[rising.length - 1] ?? NaN],
  sd: (rising, center) => {
    if (rising.length < 2) return [NaN, NaN];
    const middle = mean(rising);
    const squares = rising.reduce((sum, value) => sum + (value - middle) ** 2, 0);
    const sd = Math.sqrt(squares / (rising.length - 1));
    const around = CENTERS[center](rising);
    return [around - sd, around + sd];
  },
  ci: (rising, center) => {
    if (rising.length < 2) return [NaN, NaN];
    const drawn = resamples(rising.length).map((places) =>
      CENTERS[center](places.map((place) => rising[place]))).sort((a, b) => a - b);
    return [drawn[Math.floor(0.025 * DRAWS)], drawn[Math.ceil(0.975 * DRAWS) - 1]];
  },
};

/** @type {Map<number, number[][]>} */
const RESAMPLES = new Map();

/** Places drawn with replacement, rising, the same ones every time.
 * @param {number} n @returns {number[][]} */
function resamples(n) {
  let known = RESAMPLES.get(n);
  if (known === undefined) {
    let state = n;
    const draw = () => {
      // mulberry32
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    known = Array.from({ length: DRAWS }, () =>
      Array.from({ length: n }, () => Math.floor(draw() * n)).sort((a, b) => a - b));
    RESAMPLES.set(n, known);
  }
  return known;
}

/** The band of a line as closed shapes, one for each stretch in which it is known.
 * @param {Line} line @param {Tokens} tokens */
function drawBand(line, tokens) {
  const { band } = line;
  if (!band) return [];
  /** @type {(number | null)[]} */
  const x = [];
  /** @type {(number | null)[]} */
  const y = [];
  const known = (/** @type {number} */ at) => Number.isFinite(band.low[at]) && Number.isFinite(band.high[at]);
  for (let first = 0; first < band.low.length; first++) {
    if (!known(first)) continue;
    let last = first;
    while (last + 1 < band.low.length && known(last + 1)) last++;
    for (let at = first; at <= last; at++) x.push(line.xs[at]), y.push(band.high[at]);
    for (let at = last; at >= first; at--) x.push(line.xs[at]), y.push(band.low[at]);
    x.push(null);
    y.push(null);
    first = last;
  }
  const fillcolor = `${mix(line.color, tokens("panel"), 0.75)}40`;
  return [{ type: "scatter", mode: "lines", name: plain(line.name), x, y, fill: "toself", fillcolor,
    line: { width: 0 }, hoverinfo: "skip" }];
}

/** What the lines of a grouped chart are, in words; "" of single runs.
 * @param {Line[]} lines @param {View} view */
function groupRemark(lines, view) {
  const counts = extent(lines.flatMap((line) => (line.band ? [line.band.n] : [])));
  if (counts === null) return "";
  const [fewest, most] = counts;
  const runs = fewest === most ? `${most}` : `${fewest} to ${most}`;
  const kind = lines.some((line) => line.band && line.ys !== line.raw) ? "smoothed runs" : "runs";
  return `${view.center}, ${BAND_NAMES[view.band]}, of ${runs} ${kind} a step`;
}
