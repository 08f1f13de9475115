// Smoothing by distance: a weight for a stretch of the x axis, however many points lie in it, so
// that series written at different paces are smoothed alike. The method is W&B's time-weighted
// average: the weight is the root of the slider's, at most 0.999, for a thousandth of the axis.

const STRETCHES = 1000;
const HEAVIEST = 0.999;

/** Smooth a series by the distances of its points.
 *
 * What is not finite passes through and leaves the average alone, though the distance over it
 * counts. Clocks that are set back count as standing.
 * @param {ArrayLike<number>} values @param {ArrayLike<number>} xs @param {number} weight 0 … 1
 * @param {number} range of the x axis, of all lines @returns {ArrayLike<number>} */
function smoothOverTime(values, xs, weight, range) {
  const w = Number.isFinite(weight) ? Math.min(Math.sqrt(Math.max(weight, 0)), HEAVIEST) : 0;
  if (w === 0 || !(range > 0) || isConstant(values)) return values;
  const smoothed = new Float64Array(values.length);
  let [sum, parts, from] = [0, 0, xs[0]];
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    if (!Number.isFinite(value)) {
      smoothed[at] = value;
      continue;
    }
    const fading = Math.pow(w, (Math.max(xs[at] - from, 0) / range) * STRETCHES);
    from = xs[at];
    sum = sum * fading + value;
    parts = parts * fading + 1;
    smoothed[at] = sum / parts;
  }
  return smoothed;
}
