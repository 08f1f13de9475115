// Charts are drawn as they come near the screen, one a task, and given up when they are far.

const NEAR = "200px 0px";
const FAR = "300% 0px"; // three screens

/** Draw and erase elements as the reader scrolls.
 * @param {HTMLElement[]} elements @param {(element: HTMLElement) => Promise<void>} draw
 * @param {(element: HTMLElement) => void} erase
 * @returns {{again: () => void, now: () => void}} `again` redraws what is near, one a task, and
 *   erases the rest; `now` redraws all that is drawn, before the next event */
function drawLazily(elements, draw, erase) {
  /** @type {Set<HTMLElement>} */
  const near = new Set();
  /** @type {Set<HTMLElement>} */
  const drawn = new Set();
  /** @type {Set<HTMLElement>} */
  const waiting = new Set();
  let busy = false;

  /** The waiting element closest to the top of the screen: a reader who jumps far does not wait for
   * what was passed on the way. */
  function next() {
    for (const element of waiting) if (!near.has(element)) waiting.delete(element);
    const from = (/** @type {HTMLElement} */ element) =>
      Math.abs(element.getBoundingClientRect().top);
    return [...waiting].sort((a, b) => from(a) - from(b))[0];
  }

  async function work() {
    if (busy) return;
    busy = true;
    for (let element = next(); element; element = next()) {
      waiting.delete(element);
      await draw(element);
      drawn.add(element);
      await new Promise((resume) => setTimeout(resume, 0));
    }
    busy = false;
  }

  const nearby = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const element = /** @type {HTMLElement} */ (target);
        if (isIntersecting) near.add(element);
        else near.delete(element);
        if (isIntersecting && !drawn.has(element)) waiting.add(element);
      }
      void work();
    },
    { rootMargin: NEAR },
  );
  const faraway = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const element = /** @type {HTMLElement} */ (target);
        if (!isIntersecting && drawn.delete(element)) erase(element);
      }
    },
    { rootMargin: FAR },
  );
  for (const element of elements) {
    nearby.observe(element);
    faraway.observe(element);
  }
  return {
    again: () => {
      for (const element of drawn) {
        if (near.has(element)) waiting.add(element);
        else if (drawn.delete(element)) erase(element);
      }
      void work();
    },
    now: () => drawn.forEach((element) => void draw(element)),
  };
}
