// Runs the site's program off the page's thread, for searches that take long. The page says where the program is, and what is to be done;
// the program finds that in `order` and tells by messages how far it is. A text instead of those is what went wrong.
addEventListener("message", async ({ data: { module, program, order } }) => {
  try {
    self.order = order;
    const { default: start } = await import(module);
    await start({ module_or_path: program });
  } catch (error) {
    postMessage(String(error.message ?? error));
  }
}, { once: true });
