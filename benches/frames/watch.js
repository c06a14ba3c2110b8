// Adds up the script of each frame: every callback that the page asks for, with all that follows from it before the browser goes on.

/** Resolves to what each of so many frames took in script, in milliseconds, and what the last of them was after the first. */
export function watch(frames) {
  const { requestAnimationFrame: askFrame, setTimeout: askTime } = window;
  let spent = 0;
  // A component is drawn in a microtask that its callback sets going, so before one that is set going after the callback.
  const timed = (work) => (...given) => {
    const began = performance.now();
    work(...given);
    queueMicrotask(() => { spent += performance.now() - began; });
  };
  window.requestAnimationFrame = (work) => askFrame(timed(work));
  // What takes long, Yew goes on with after a moment.
  window.setTimeout = (work, ...given) => askTime(timed(work), ...given);
  const took = [];
  return new Promise((resolve) => {
    let began;
    const frame = (now) => {
      began ??= now;
      took.push(spent);
      spent = 0;
      if (took.length <= frames) return askFrame(frame);
      Object.assign(window, { requestAnimationFrame: askFrame, setTimeout: askTime });
      // What was spent before the first is of no frame.
      resolve([now - began, ...took.slice(1)]);
    };
    askFrame(frame);
  });
}
