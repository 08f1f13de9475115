// TensorBoard's smoothing, to the bit: an exponential moving average over the points, debiased.

/** Smooth a series with a weight in 0 … 1.
 *
 * NaN and infinities pass through and do not touch the average. A series whose values are all
 * equal comes back as it is; one that starts with NaN is not such a series. Weight 1 gives zeros.
 * @param {ArrayLike<number>} values @param {number} weight @returns {ArrayLike<number>} */
function smooth(values, weight) {
  const w = Number.isFinite(weight) ? Math.min(Math.max(weight, 0), 1) : 0;
  if (w === 0 || isConstant(values)) return values;
  const smoothed = new Float64Array(values.length);
  let last = 0;
  let n = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!Number.isFinite(value)) {
      smoothed[at] = value;
      continue;
    }
    last = last * w + (1 - w) * value;
    n += 1;
    smoothed[at] = last / (w === 1 ? 1 : 1 - Math.pow(w, n));
  }
  return smoothed;
}

/** Whether every value equals the first.
 * @param {ArrayLike<number>} values */
function isConstant(values) {
  for (let at = 0; at < values.length; at++) if (values[at] !== values[0]) return false;
  return true;
}
