// Waiting for what a page will show. Knows no browser.

const WAIT_MS_MAX = 15_000;

/** Asks again until `probe()` is true (or asserts nothing), and fails with `what` when it never is. */
export async function eventually(what, probe, waitMs = WAIT_MS_MAX) {
  const end = Date.now() + waitMs;
  let last;
  do {
    try {
      if ((await probe()) !== false) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (Date.now() < end);
  throw new Error(`never: ${what}`, { cause: last });
}
