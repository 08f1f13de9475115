// Fewer points for the screen: a line of a thousand points among fifty others cannot be told from
// its extremes. The cursor reads all of them.

const DRAWN_POINTS = 30_000; // of all lines of a chart: about 0.2 s to draw
const FEWEST_POINTS = 150; // of a line; less than a point for every two pixels

/** How many points each of `n` lines may have.
 * @param {number} n */
function pointsPerLine(n) {
  return Math.max(FEWEST_POINTS, Math.floor(DRAWN_POINTS / Math.max(1, n)));
}

/** The places to draw of at most about `most`: of each of equal stretches the lowest, the highest
 * and the first value that is not finite; the ends of all.
 * @param {ArrayLike<number>} values @param {number} most @returns {number[] | null} null for all */
function placesToDraw(values, most) {
  const n = values.length;
  if (n <= most) return null;
  const stretches = Math.max(1, Math.floor(most / 2));
  const places = new Set([0]);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * n) / stretches);
    const to = Math.floor(((stretch + 1) * n) / stretches);
    let [low, high, lost] = [-1, -1, -1];
    for (let at = from; at < to; at++) {
      const value = values[at];
      if (!Number.isFinite(value)) {
        if (lost < 0) lost = at;
        continue;
      }
      if (low < 0 || value < values[low]) low = at;
      if (high < 0 || value > values[high]) high = at;
    }
    for (const at of [low, high, lost].sort((a, b) => a - b)) if (at >= 0) places.add(at);
  }
  places.add(n - 1);
  return [...places];
}
