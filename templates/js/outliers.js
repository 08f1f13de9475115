// TensorBoard's rule for ignoring outliers: the y axis goes from the 5th to the 95th percentile of
// what is drawn. Here it is off until asked for, and each chart says what it cuts.

const AIR = 0.05; // of the range, above and below, as TensorBoard leaves it

/** The values at ceil(0.05 (n - 1)) and floor(0.95 (n - 1)) of all finite ones, sorted; the least
 * and the greatest where there are no more than two. Null where there is none.
 * @param {ArrayLike<number>[]} series @param {boolean} log only positive values can be drawn
 * @returns {[number, number] | null} */
function innerDomain(series, log) {
  const sorted = Float64Array.from(
    series.flatMap((ys) => Array.from(ys).filter((y) => Number.isFinite(y) && (!log || y > 0))),
  ).sort();
  const last = sorted.length - 1;
  if (last < 0) return null;
  if (last < 2) return [sorted[0], sorted[last]];
  return [sorted[Math.ceil(last * 0.05)], sorted[Math.floor(last * 0.95)]];
}

/** The clamped y axis as Plotly wants it, and how many drawn points lie beyond it.
 * @param {ArrayLike<number>[]} series @param {boolean} log
 * @returns {{range: [number, number], cut: number} | null} */
function clampedAxis(series, log) {
  const domain = innerDomain(series, log);
  if (domain === null) return null;
  const [low, high] = log ? domain.map(Math.log10) : domain;
  const air = AIR * (high - low) || AIR * Math.abs(high) || AIR;
  const range = /** @type {[number, number]} */ ([low - air, high + air]);
  const [bottom, top] = log ? range.map((end) => 10 ** end) : range;
  const beyond = (/** @type {number} */ y) => Number.isFinite(y) && (y < bottom || y > top) && (!log || y > 0);
  const cut = series.reduce((sum, ys) => sum + Array.from(ys).filter(beyond).length, 0);
  return { range, cut };
}
