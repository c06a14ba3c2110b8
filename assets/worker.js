// Runs the searcher off the page's thread. The page says where that program is, and what is to be done; the program finds that in `order`
// and tells by messages how far it is. A text instead of those is what went wrong.
addEventListener("message", async ({ data: { module, program, order } }) => {
  try {
    self.order = order;
    const { default: start } = await import(module).catch(() => {
      throw new Error("its program could not be loaded. Check the connection, or reload the page if a new version is there");
    });
    await start({ module_or_path: program });
  } catch (error) {
    postMessage(String(error.message ?? error));
  }
}, { once: true });
